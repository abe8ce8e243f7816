"""Every golden file, read by the product and by the second implementation: the same scores, the same refusals."""

import hashlib
import json

import numpy as np
import pytest

from cloud import clients, models, settings
from evaluate import intake
from evaluate.pool import Pool
from sealdrop_core.errors import SealdropError
from tests.contract.product import Product, accepted, scores_of
from tests.contract.second.arithmetic import inverse, ntt
from tests.contract.second.arithmetic import product as times
from tests.contract.second.sealed_file import Format, Refused
from tests.contract.vectors import bodies, headers, owners, vector
from tests.contract.vectors.models import MANIFESTS

VECTORS = {found.path: found for found in vector.every()}
MANIFESTS_READ = {name: json.loads((vector.FOLDER / f"manifests/{name}.json").read_text()) for name in MANIFESTS}
every_vector = pytest.mark.parametrize("golden", VECTORS.values(), ids=VECTORS.keys())


@pytest.fixture(scope="module")
def pool():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BUCKET_NAME", "TABLE_NAME", "AWS_DEFAULT_REGION"):
            patch.setenv(name, "golden")
        settings.settings.cache_clear()
        pool = Pool(1, settings.settings().worker_bytes)
        yield pool
        pool.close()
    settings.settings.cache_clear()
    clients.clients.cache_clear()


@pytest.fixture
def product(pool, monkeypatch):
    for cached in (models.manifest, models.manifest_bytes, models._weights, intake._keys):
        cached.cache_clear()
    return Product(pool, monkeypatch)


@every_vector
def test_the_product_reads_it_as_expected(golden, product):
    code, scores = "ok", None
    try:
        scores = product.read(golden)
    except SealdropError as refusal:
        code = refusal.code
    assert code == golden.expect
    if code == "ok" and golden.kind != "keys":
        expected = scores_of(accepted("input", golden.fields["plan"]))
        np.testing.assert_allclose(scores, expected, atol=within(golden))


@every_vector
def test_the_second_implementation_reads_it_as_expected(golden):
    code, found = "ok", None
    try:
        found = read_again(golden)
    except Refused as refusal:
        code = str(refusal)
    assert code == golden.expect
    if code == "ok" and golden.kind == "result":
        np.testing.assert_allclose(found, golden.numbers("scores"), atol=within(golden))


@pytest.mark.parametrize(
    "plan", [plan for manifest in MANIFESTS.values() for plan in manifest.plans], ids=lambda p: p.id
)
def test_the_product_evaluates_and_opens_what_the_second_implementation_sealed(plan, product):
    golden = accepted("input", plan.id)
    manifest, again = MANIFESTS_READ[golden.fields["manifest"]], second(golden)
    center, scale = (np.array(manifest["normalization"][name]) for name in ("center", "scale"))
    rows = ((np.array(golden.numbers("values")) - center) / scale).tolist()
    fields, _ = again.read(golden.payload, "input", {})
    sealed = again.seal(fields, rows, owners.read_secret(plan.parameters))
    scores = product.read(vector.Vector("sealed-again", golden.fields, sealed))
    np.testing.assert_allclose(scores, scores_of(golden), atol=plan.quote.error)


@pytest.mark.parametrize(
    "plan", [plan for manifest in MANIFESTS.values() for plan in manifest.plans if plan.keys.needed], ids=lambda p: p.id
)
def test_keys_encrypt_what_the_contract_says(plan):
    golden, secret = accepted("keys", plan.id), list(owners.read_secret(plan.parameters))
    again, degree = second(golden), plan.parameters.poly_modulus_degree
    found = read_again(golden)
    *data, special = again.primes if len(again.primes) > 1 else [*again.primes, None]
    wanted = [(None, [0] * degree)] if plan.keys.public else []
    targets = [times(secret, secret, again.primes[0])] if plan.keys.relinearization else []
    targets += [rotated(secret, element) for element in sorted(plan.keys.galois_elements)]
    wanted += [(digit, target) for target in targets for digit in range(len(data))]
    for (c0, c1), (digit, target) in zip(found, wanted, strict=True):
        for index, q in enumerate(again.primes):
            opened = inverse([a + b * s for a, b, s in zip(c0[index], c1[index], ntt(secret, q), strict=True)], q)
            carried = [special * centered(x, again.primes[0]) if digit == index else 0 for x in target]
            assert max(abs(centered(a - b, q)) for a, b in zip(opened, carried, strict=True)) <= 21


def test_enough_is_refused():
    refused = [golden for golden in VECTORS.values() if golden.expect != "ok"]
    assert len(refused) >= 60
    assert len({golden.expect for golden in refused}) == 11


def test_damage_and_manifests_are_what_their_tables_say():
    damaged = {damage.path: damage.vector() for damage in (*headers.damages(), *bodies.damages())}
    assert damaged == {path: golden for path, golden in VECTORS.items() if golden.expect != "ok"}
    for name, manifest in MANIFESTS.items():
        assert (vector.FOLDER / f"manifests/{name}.json").read_bytes() == manifest.canonical()


def test_they_stay_small():
    assert sum(len(golden.render()) for golden in VECTORS.values()) < 2 << 20


def rotated(secret, element):
    """Return s(X^g)."""
    degree, found = len(secret), [0] * len(secret)
    for at, coefficient in enumerate(secret):
        power = at * element % (2 * degree)
        found[power % degree] += coefficient if power < degree else -coefficient
    return found


def centered(value, q):
    return (value + q // 2) % q - q // 2


def within(golden):
    return float(accepted("result", golden.fields["plan"]).fields["within"])


def second(golden):
    manifest = MANIFESTS_READ[golden.fields["manifest"]]
    return Format(next(plan for plan in manifest["plans"] if plan["id"] == golden.fields["plan"]))


def read_again(golden):
    """Read a golden file with the second implementation alone."""
    manifest, again = (vector.FOLDER / f"manifests/{golden.fields['manifest']}.json").read_bytes(), second(golden)
    if golden.kind == "keys":
        asked = {"parameters": again.plan["parameters"], "keys": again.plan["keys"]}
        canonical = json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()
        return again.read_keys(golden.payload, {"configuration": hashlib.sha256(canonical).hexdigest()})
    expected = {"model": f"{golden.fields['manifest']}@1", "manifest": hashlib.sha256(manifest).hexdigest()}
    expected |= {name: golden.fields[name] for name in ("plan", "key", "rows")}
    if golden.kind == "input":
        return again.read_input(golden.payload, expected)
    expected |= {name: golden.fields[name] for name in ("job", "part", "input")}
    parameters = MANIFESTS[golden.fields["manifest"]].plan(golden.fields["plan"]).parameters
    return again.open(golden.payload, expected, owners.read_secret(parameters))
