"""`sealdrop cost`: the same figures for people and for machines."""

import json
from importlib.resources import files

import pytest


def test_the_bill_adds_up(sealdrop):
    code, told = sealdrop("cost", "small", "--rows", 1000, "--json")
    assert code == 0
    assert told["usd"] == pytest.approx(sum(line["usd"] for line in told["lines"].values()))
    assert told["usd_per_million_rows"] == pytest.approx(1000 * told["usd"])
    assert {"s3_put", "sqs_request", "dynamodb_write_unit", "http_api_request", "transfer_gigabyte_out"} <= set(
        told["lines"]
    )
    assert told["always_on_month"] > told["idle_month"] > 0


def test_people_see_the_same(sealdrop):
    _, told = sealdrop("cost", "small", "--rows", 1000, "--json")
    code, shown = sealdrop("cost", "small", "--rows", 1000)
    assert code == 0
    assert f"$ {told['usd']:.4g}" in shown
    assert told["plan"] in shown
    assert "us-east-1" in shown


def test_architecture_and_prices_are_chosen(sealdrop, tmp_path):
    _, x86 = sealdrop("cost", "small", "--json")
    _, arm = sealdrop("cost", "small", "--architecture", "arm64", "--json")
    assert "lambda_arm64_gigabyte_second" in arm["lines"]
    assert "lambda_x86_64_gigabyte_second" in x86["lines"]
    table = json.loads(files("sealdrop.cost").joinpath("prices.json").read_bytes())
    table |= {"region": "eu-central-1"}
    table["prices"]["s3_put"]["usd"] = 1.0
    (tmp_path / "mine.json").write_text(json.dumps(table))
    _, mine = sealdrop("cost", "small", "--prices", tmp_path / "mine.json", "--json")
    assert mine["region"] == "eu-central-1"
    assert mine["usd"] > 2.0


def test_a_wrong_price_table_is_refused(sealdrop, tmp_path):
    (tmp_path / "mine.json").write_text("{}")
    code, shown = sealdrop("cost", "small", "--prices", tmp_path / "mine.json")
    assert code == 1
    assert "bad_prices" in shown


@pytest.mark.parametrize("arguments", [["--rows", "0"], ["--memory", "64"], ["--architecture", "riscv"]])
def test_wrong_options_are_refused(sealdrop, arguments):
    code, _ = sealdrop("cost", "small", *arguments)
    assert code == 2
