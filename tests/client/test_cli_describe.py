"""A model's card, as it is shown."""

from sealdrop.cli.agreement import agreement
from sealdrop_core.manifest import Agreement


def measured(manifest, score):
    found = Agreement(rows=128, score=score, largest_error=0.01)
    return manifest.model_copy(update={"agreement": found})


def test_agreement_is_a_share_of_labels_or_r_squared(published):
    labels, numbers = published["breast-cancer@1"][0], published["ridge@1"][0]
    assert agreement(measured(labels, 0.9922)) == "99.22% of 128 encrypted rows"
    assert agreement(measured(numbers, 0.98968)) == "R² 0.9897 on 128 encrypted rows"
    assert agreement(numbers.model_copy(update={"agreement": None})) == "not measured"
    assert agreement(numbers).startswith("R² 1.0000 on ")


def test_what_is_promised_and_what_was_measured_are_told_apart(run, published):
    shown = run("describe", "ridge").stdout
    promised = max(plan.quote.error for plan in published["ridge@1"][0].plans)
    found = published["ridge@1"][0].agreement.largest_error
    assert f"encryption adds at most {promised:.2g}" in shown
    assert f"scores         differ from the original's by up to {found:.2g} on those rows" in shown
    assert "probabilities" not in shown
    assert "agreement      R² " in shown


def test_the_card_says_which_rows_are_admitted(run, service):
    manifest, weights = service.models["ridge@1"]
    for leeway, told in ((3.0, "up to 1.5 widths out of the ranges below"), (0.0, "within the ranges below")):
        service.models["ridge@1"] = manifest.model_copy(update={"leeway": leeway}), weights
        assert f"rows admitted  {told}" in run("describe", "ridge").stdout


def test_a_card_fits_a_terminal(run, published):
    for name in ("breast-cancer", "digits"):
        lines = run("describe", name).stdout.splitlines()
        assert max(map(len, lines)) <= 80
        assert [line for line in lines if line != line.rstrip()] == []
        (digest,) = [line for line in lines if line.startswith("digest")]
        assert digest.split()[1] == published[f"{name}@1"][0].digest
        for plan in published[f"{name}@1"][0].plans:
            assert f"private   {plan.id}" in "\n".join(lines)
