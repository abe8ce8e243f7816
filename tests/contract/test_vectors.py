"""Every golden file, read by the product and by the second implementation: the same scores, the same refusals."""

import numpy as np
import pytest

from cloud import clients, models, settings
from evaluate import intake
from evaluate.pool import Pool
from sealdrop_core.errors import SealdropError
from tests.contract import again
from tests.contract.product import Product, accepted, scores_of
from tests.contract.second.sealed_file import Refused
from tests.contract.vectors import bodies, headers
from tests.contract.vectors.models import MANIFESTS
from tests.contract.vectors.vector import FOLDER, Vector, every

VECTORS = {found.path: found for found in every()}
PLANS = [plan for manifest in MANIFESTS.values() for plan in manifest.plans]
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
        np.testing.assert_allclose(scores, scores_of(accepted("input", golden.fields["plan"])), atol=within(golden))


@every_vector
def test_the_second_implementation_reads_it_as_expected(golden):
    code, found = "ok", None
    try:
        found = again.read(golden)
    except Refused as refusal:
        code = str(refusal)
    assert code == golden.expect
    if code == "ok" and golden.kind == "result":
        np.testing.assert_allclose(found, golden.numbers("scores"), atol=within(golden))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_the_product_evaluates_and_opens_what_the_second_implementation_sealed(plan, product):
    golden = accepted("input", plan.id)
    form = again.form(golden)
    fields, _ = form.read(golden.payload, "input", {})
    sealed = form.seal(fields, again.normalized(golden), again.secret_of(golden))
    scores = product.read(Vector("sealed-again", golden.fields, sealed))
    np.testing.assert_allclose(scores, scores_of(golden), atol=plan.quote.error)


def test_enough_is_refused():
    refused = [golden for golden in VECTORS.values() if golden.expect != "ok"]
    assert len(refused) >= 60
    assert len({golden.expect for golden in refused}) == 11


def test_every_packing_and_scheme_is_among_them():
    seen = {(plan.layout.packing, plan.parameters.scheme) for plan in PLANS}
    both = {(packing, scheme) for packing in ("coefficient", "column") for scheme in ("ckks", "bfv")}
    assert seen == both | {("rotation", "ckks")}
    assert {f"{kind}/{plan.id}" for plan in PLANS for kind in ("input", "result")} <= VECTORS.keys()


def test_damage_and_manifests_are_what_their_tables_say():
    damaged = {damage.path: damage.vector() for damage in (*headers.damages(), *bodies.damages())}
    assert damaged == {path: golden for path, golden in VECTORS.items() if golden.expect != "ok"}
    for name, manifest in MANIFESTS.items():
        assert (FOLDER / f"manifests/{name}.json").read_bytes() == manifest.canonical()


def test_they_stay_small():
    assert sum(len(golden.render()) for golden in VECTORS.values()) < 2 << 20


def within(golden):
    return float(accepted("result", golden.fields["plan"]).fields["within"])
