"""A model's card, as it is shown."""

from sealdrop.cli.agreement import agreement
from sealdrop_core.manifest import Agreement, Encrypted, HeldOut

HELD_OUT = HeldOut(
    rows=120, folds=5, score=0.9917, low=0.9543, high=0.9991, largest_error=0.25, largest_probability_error=0.031
)
NUMBERS = HeldOut(
    rows=400, folds=5, score=0.98968, low=0.981, high=0.993, largest_error=4.5, median_error=0.81, relative_error=0.0612
)


def shown(manifest, held_out, **encrypted):
    found = Agreement(held_out=held_out, encrypted=Encrypted(rows=128, largest_error=0.0004, **encrypted))
    return agreement(manifest.model_copy(update={"agreement": found}))


def test_labels_are_told_by_their_share_its_interval_and_what_moves_scores(published):
    assert shown(published["breast-cancer@1"][0], HELD_OUT, changed=1) == {
        "agreement": "99.17% of 120 held-out rows",
        "on new rows": "95.4% to 99.9%, 95 % sure: few rows",
        "polynomials": "move a score by up to 0.25",
        "probabilities": "move by up to 0.031",
        "encryption": "moves a score by up to 0.0004",
        "labels changed": "1 of 128 encrypted rows",
    }


def test_numbers_are_told_by_r_squared_and_what_most_are_off_by(published):
    assert shown(published["ridge@1"][0], NUMBERS, median_error=0.1, relative_error=0.0002) == {
        "agreement": "R² 0.9897 on 400 held-out rows",
        "on new rows": "0.981 to 0.993, 95 % sure",
        "median error": "0.81; 80 % within 6.1 % of the spread",
        "polynomials": "move a score by up to 4.5",
        "encryption": "moves a score by up to 0.0004",
        "encrypted rows": "128; 80 % within 0.02 % of the spread",
    }


def test_a_card_without_agreement_says_so(published):
    unmeasured = published["ridge@1"][0].model_copy(update={"agreement": None})
    assert agreement(unmeasured) == {"agreement": "not measured"}


def test_agreement_can_be_read_at_fifty_columns(published):
    for lines in (shown(published["breast-cancer@1"][0], HELD_OUT, changed=1), shown(published["ridge@1"][0], NUMBERS)):
        assert all(len(f"{'labels changed'}  {value}") <= 55 for value in lines.values())


def test_what_is_promised_and_what_was_measured_are_told_apart(run, published):
    shown = run("describe", "ridge").stdout
    promised = max(plan.quote.error for plan in published["ridge@1"][0].plans)
    found = published["ridge@1"][0].agreement.encrypted.largest_error
    assert f"encryption adds at most {promised:.2g}" in shown
    assert f"encryption      moves a score by up to {found:.2g}" in shown
    assert "polynomials" not in shown
    assert "agreement       R² 1.0000 on 569 calibration rows" in shown


def test_the_card_says_which_rows_are_admitted(run, service):
    manifest, weights = service.models["ridge@1"]
    for leeway, told in ((3.0, "up to 1.5 widths out of the ranges below"), (0.0, "within the ranges below")):
        service.models["ridge@1"] = manifest.model_copy(update={"leeway": leeway}), weights
        assert f"rows admitted   {told}" in run("describe", "ridge").stdout


def test_a_card_fits_a_terminal(run, published):
    for name in ("breast-cancer", "digits"):
        lines = run("describe", name).stdout.splitlines()
        assert max(map(len, lines)) <= 80
        assert [line for line in lines if line != line.rstrip()] == []
        (digest,) = [line for line in lines if line.startswith("digest")]
        assert digest.split()[1] == published[f"{name}@1"][0].digest
        for plan in published[f"{name}@1"][0].plans:
            assert f"private   {plan.id}" in "\n".join(lines)
