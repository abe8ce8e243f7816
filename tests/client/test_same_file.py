"""A file means the same on both sides, and to the owner who trained on `pandas.read_csv`: rebuilt public cases."""

import csv
import io
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

from sealdrop.publish import publish
from sealdrop.publish.unknown import UnknownRefused

IGNORING = OneHotEncoder(handle_unknown="ignore")


def answers(run, path, *options):
    """Return the predictions of a file as text, or the refusal."""
    done = run("predict", path, "--model", "case", *options)
    assert done.exit_code == 0, done.stderr
    return [line["prediction"] for line in csv.DictReader(io.StringIO(done.stdout))]


def offered(service, model, path, **options):
    """Publish a model under the name `case`, calibrated on a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownRefused)
        return publish(model, path, name="case", store=service, rows=(64,), **options)


@pytest.fixture
def files(tmp_path):
    """Write two tables of one kind, the second unseen, and return their paths."""

    def write(texts):
        paths = tmp_path / "train.csv", tmp_path / "test.csv"
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, newline="")
        return paths

    return write


def adult(rows, seed):
    """Return rows like those of UCI's Adult, where each text cell begins with a space."""
    draw = np.random.default_rng(seed)
    work = draw.choice([" Private", " Self-emp", " State-gov", " ?"], rows, p=[0.6, 0.2, 0.15, 0.05])
    table = pd.DataFrame({"age": draw.integers(18, 80, rows), "work": work, "hours": draw.integers(10, 70, rows)})
    score = 0.04 * (table.age - 40) + 2.2 * (work == " Self-emp") - 1.8 * (work == " State-gov")
    return table.assign(rich=(score + draw.logistic(size=rows) > 0).astype(int)).to_csv(index=False)


def test_spaces_before_words_are_part_of_them(run, service, files):
    train, test = files([adult(600, 0), adult(100, 1)])
    table = pd.read_csv(train)
    encode = make_column_transformer(
        (StandardScaler(), ["age", "hours"]),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), IGNORING), ["work"]),
    )
    model = make_pipeline(encode, LogisticRegression(max_iter=500)).fit(table.drop(columns="rich"), table.rich)
    offered(service, model, train)
    assert list(map(int, answers(run, test))) == model.predict(pd.read_csv(test)).tolist()


def houses(rows, seed):
    """Return rows like those of the Ames houses, where NA stands for no value."""
    draw = np.random.default_rng(seed)
    alley = draw.choice(["NA", "Grvl", "Pave"], rows, p=[0.6, 0.2, 0.2])
    pool = draw.choice(["NA", "Ex", "Gd"], rows, p=[0.6, 0.2, 0.2])
    area = draw.integers(1300, 20000, rows)
    lines = [f"{a},{b},{c},{d}" for a, b, c, d in zip(area, alley, pool, 80 * (pool == "Ex") + area / 100, strict=True)]
    return "\n".join(["area,alley,pool,price", *lines]) + "\n"


@pytest.mark.parametrize("imputer", [SimpleImputer(strategy="constant", fill_value="none"), "passthrough"])
def test_na_is_no_value(run, service, files, imputer):
    train, test = files([houses(500, 0), houses(80, 1)])
    table = pd.read_csv(train)
    encode = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["area"]),
        (make_pipeline(imputer, IGNORING), ["alley", "pool"]),
    )
    model = make_pipeline(encode, Ridge()).fit(table.drop(columns="price"), table.price)
    manifest = offered(service, model, train)
    wanted = model.predict(pd.read_csv(test))
    np.testing.assert_allclose(list(map(float, answers(run, test))), wanted, atol=manifest.plans[0].quote.error)


def test_a_word_of_the_owner_is_no_value_on_both_sides(run, service, files):
    train, test = files(
        [text.replace("NA", "?").replace(",", ";").replace(".", ",") for text in (houses(500, 0), houses(80, 1))]
    )
    how = {"sep": ";", "decimal": ",", "na_values": ["?"]}
    table = pd.read_csv(train, **how)
    encode = make_column_transformer((StandardScaler(), ["area"]), (IGNORING, ["alley", "pool"]))
    model = make_pipeline(encode, Ridge()).fit(table.drop(columns="price"), table.price)
    manifest = offered(service, model, train, **how)
    wanted = model.predict(pd.read_csv(test, **how))
    np.testing.assert_allclose(list(map(float, answers(run, test))), wanted, atol=manifest.plans[0].quote.error)
    pd.read_csv(test, **how).to_csv(test, index=False, na_rep="?")
    commas = answers(run, test, "--sep", ",", "--decimal", ".")
    np.testing.assert_allclose(list(map(float, commas)), wanted, atol=manifest.plans[0].quote.error)


def churn(rows, seed):
    """Return rows with booleans, as get_dummies and pandas write them."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame({"tenure": draw.integers(0, 72, rows), "paperless": draw.random(rows) < 0.6})
    score = -0.05 * (table.tenure - 30) + 2 * table.paperless
    return table.assign(left=(score + draw.logistic(size=rows) > 0).astype(int)).to_csv(index=False)


@pytest.mark.parametrize("encoder", [IGNORING, StandardScaler()], ids=["one-hot", "number"])
def test_true_and_false_are_booleans(run, service, files, encoder):
    train, test = files([churn(500, 0), churn(80, 1)])
    table = pd.read_csv(train)
    encode = make_column_transformer((StandardScaler(), ["tenure"]), (encoder, ["paperless"]))
    model = make_pipeline(encode, LogisticRegression()).fit(table.drop(columns="left"), table.left)
    offered(service, model, train)
    assert list(map(int, answers(run, test))) == model.predict(pd.read_csv(test)).tolist()


@pytest.mark.parametrize("unknown", ["ignore", "error"])
def test_codes_that_were_text_stay_text(run, service, files, unknown):
    draw = np.random.default_rng(0)
    zips = draw.choice(["02139", "10001", "07030", "94105"], 500)
    text = "\n".join(["zip,b", *(f"{code},{value}" for code, value in zip(zips, draw.normal(size=500), strict=True))])
    train, test = files([text, "\n".join(text.splitlines()[:60])])
    table = pd.read_csv(train, dtype={"zip": str})
    encode = make_column_transformer((OneHotEncoder(handle_unknown=unknown), ["zip"]), remainder="passthrough")
    model = make_pipeline(encode, Ridge(0.1)).fit(table, 3.0 * (table.zip == "02139") + table.b)
    manifest = offered(service, model, train)
    wanted = model.predict(pd.read_csv(test, dtype={"zip": str}))
    np.testing.assert_allclose(list(map(float, answers(run, test))), wanted, atol=manifest.plans[0].quote.error)


def test_ids_beyond_2_to_the_53_are_exact(run, service, client, files):
    draw = np.random.default_rng(0)
    ids = draw.choice([2**53 + 1, 2**53 + 2, 2**53 + 3, 2**60 + 7], 400)
    table = pd.DataFrame({"account": ids, "b": draw.normal(size=400)})
    train, test = files([table.to_csv(index=False), table[:60].to_csv(index=False)])
    encode = make_column_transformer((IGNORING, ["account"]), remainder="passthrough")
    model = make_pipeline(encode, Ridge(0.1)).fit(table, 5.0 * (ids == 2**53 + 1) - 4.0 * (ids == 2**60 + 7))
    manifest = offered(service, model, train, allow_unknown=["account"])
    error, wanted = manifest.plans[0].quote.error, model.predict(table[:60])
    np.testing.assert_allclose(list(map(float, answers(run, test))), wanted, atol=error)
    np.testing.assert_allclose(client.model("case").predict(table[:60]), wanted, atol=error)
    floats = table[:60].astype(float)
    with pytest.raises(Exception, match="column 'account' holds a number, and the model compares it with integers"):
        client.model("case").predict(floats)


def test_only_bins_of_a_column_need_no_range(run, service, files):
    draw = np.random.default_rng(0)
    table = pd.DataFrame({"income": draw.lognormal(10, 0.5, 600), "age": draw.integers(18, 75, 600)})
    target = (np.log(table.income) - 10 + (table.age - 40) / 30 + draw.logistic(size=600) > 0).astype(int)
    bins = KBinsDiscretizer(5, encode="onehot-dense", quantile_method="averaged_inverted_cdf")
    model = make_pipeline(bins, LogisticRegression()).fit(table, target)
    rich = pd.DataFrame({"income": [3e4, 2.5e6, -1.0], "age": [33.0, 51.0, 400.0]})
    train, test = files([table.to_csv(index=False), rich.to_csv(index=False)])
    manifest = offered(service, model, train)
    assert not any(feature.is_bounded for feature in manifest.features)
    assert list(map(int, answers(run, test))) == model.predict(rich).tolist()
