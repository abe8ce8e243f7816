"""Prices and bills: every resource has a sourced price, and a bill is nothing but quantity times price."""

import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from sealdrop.cost import PriceTable, Resource, Sizing, bill, job, standing
from sealdrop.cost.measured import MEASURED
from sealdrop.errors import Misconfigured
from sealdrop.local.template.document import Template
from sealdrop.planning import plan
from sealdrop.request.parts import rows_per_part
from sealdrop_core.circuit import Affine, Circuit

ROOT = Path(__file__).parents[2]
RANDOM = np.random.default_rng(5)


@pytest.fixture(scope="module")
def plans():
    circuit = Circuit([Affine(RANDOM.normal(size=(1, 30)), np.zeros(1))])
    return {rows: plan(circuit, RANDOM.uniform(-1, 1, (64, 30)), rows=(rows,))[0] for rows in (1, 100_000)}


def shipped():
    return json.loads(files("sealdrop.cost").joinpath("prices.json").read_bytes())


def test_every_resource_has_a_price_and_its_page():
    table = PriceTable.read()
    assert set(table.prices) == set(Resource)
    assert all(price.usd > 0 and price.source.startswith("https://aws.amazon.com/") for price in table.prices.values())
    assert table.note
    assert table.region


def test_a_bill_is_quantity_times_price():
    table = PriceTable.read()
    told = bill({Resource.S3_PUT: 1000, Resource.SQS_REQUEST: 0, Resource.TRANSFER_OUT: 2.5}, table)
    assert {line.resource: line.usd for line in told.lines} == {
        Resource.S3_PUT: pytest.approx(0.005),
        Resource.TRANSFER_OUT: pytest.approx(0.225),
    }
    assert told.usd == pytest.approx(0.23)


def test_another_table_decides(tmp_path):
    dear = shipped()
    for price in dear["prices"].values():
        price["usd"] *= 10
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(dear))
    assert bill(standing(), PriceTable.read(path)).usd == pytest.approx(10 * bill(standing(), PriceTable.read()).usd)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table["prices"].pop("s3_put"),
        lambda table: table["prices"]["s3_put"].update(usd=-1),
        lambda table: table["prices"]["s3_put"].pop("source"),
        lambda table: table["prices"].update(s3_pat={"usd": 1, "source": "https://aws.amazon.com/"}),
        lambda table: table.pop("taken"),
    ],
)
def test_a_table_that_lacks_something_is_refused(tmp_path, change):
    table = shipped()
    change(table)
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(table))
    with pytest.raises(Misconfigured) as refusal:
        PriceTable.read(path)
    assert refusal.value.code == "bad_prices"


def test_arm_computes_a_fifth_cheaper(plans):
    table = PriceTable.read()
    arm, x86 = (bill(job(plans[1], 1, Sizing(architecture=name)), table) for name in ("arm64", "x86_64"))
    assert arm.lines[0].quantity == x86.lines[0].quantity
    assert arm.lines[0].usd == pytest.approx(0.8 * x86.lines[0].usd, rel=1e-4)
    assert arm.lines[1:] == x86.lines[1:]


def test_a_row_of_many_costs_less_than_a_row_alone(plans):
    table = PriceTable.read()
    alone = bill(job(plans[1], 1, Sizing()), table).usd
    together = bill(job(plans[100_000], 100_000, Sizing()), table).usd / 100_000
    assert together < alone / 100


def test_a_second_vcpu_is_paid_for_where_it_cannot_help(plans):
    """One block cannot be shared; many blocks take half the time, and only what surrounds them costs twice."""

    def more(rows):
        one, two = (job(plans[rows], rows, Sizing(memory=vcpus * 1769))[Resource.LAMBDA_X86_64] for vcpus in (1, 2))
        return (two - one) / (1769 / 1024) * 1000

    parts = -(-100_000 // rows_per_part(plans[100_000]))
    assert more(1) == pytest.approx(plans[1].quote.milliseconds + MEASURED.evaluate)
    assert more(100_000) == pytest.approx(parts * MEASURED.evaluate)


def test_bytes_out_are_at_least_the_results(plans):
    for rows, chosen in plans.items():
        assert job(chosen, rows, Sizing())[Resource.TRANSFER_OUT] * 1e9 >= chosen.result_bytes(rows)


def test_sizing_and_standing_are_the_templates():
    template = Template.read(ROOT / "template.yaml")
    sizing, kinds = Sizing(), Counter(resource["Type"] for resource in template.resources.values())
    assert sizing.architecture == template.parameters["Architecture"]["Default"]
    assert sizing.memory == template.parameters["EvaluateMemory"]["Default"]
    assert sizing.api_memory == template.resources["ApiFunction"]["Properties"]["MemorySize"]
    assert sizing.retention_days == float(template.parameters["RetentionDays"]["Default"])
    kept = standing()
    assert kept[Resource.KMS_KEY] == kinds["AWS::KMS::Key"]
    assert kept[Resource.ALARM] == kinds["AWS::CloudWatch::Alarm"]
    assert kept[Resource.DASHBOARD] == kinds["AWS::CloudWatch::Dashboard"]
    assert kept[Resource.SQS_REQUEST] / kinds["AWS::SQS::Queue"] == 5 * 30 * 86_400 / 20
    assert template.resources["SettleFunction"]["Properties"]["Events"]["Sweep"]["Properties"] == {
        "Schedule": "rate(5 minutes)"
    }


def test_what_is_measured_is_what_the_benchmark_measured():
    claims = json.loads((ROOT / MEASURED.source).read_text())["claims"]
    found = {claim["figure"]: claim["value"] for claim in claims}
    assert MEASURED.api_milliseconds == pytest.approx(found["a request, warm"], rel=0.5)
    assert MEASURED.evaluate_milliseconds == pytest.approx(found["besides the evaluation itself"], rel=0.5)
