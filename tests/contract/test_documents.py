"""What contract/ says is what the code does: nothing has drifted, every example is valid, every refusal is listed."""

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.routes import app
from sealdrop_core.jobs import JOB_MOVES, PART_MOVES, JobState
from sealdrop_core.sealed import FIELDS, MAX_HEADER_BYTES, MAX_INPUT_BYTES, MEDIA_TYPE
from tests.contract.documents import codes, examples, openapi, schemas

CONTRACT = codes.CONTRACT.read_text()
SCHEMAS = {file.stem: json.loads(file.read_text()) for file in schemas.FOLDER.glob("*.json")}
EXAMPLES = {file.stem: json.loads(file.read_text()) for file in examples.EXAMPLES.glob("*.json")}


def test_the_openapi_document_has_not_drifted():
    assert openapi.FILE.read_text() == schemas.rendered(openapi.document()), "run `make contract`"


@pytest.mark.parametrize("made", [schemas, examples], ids=["schemas", "examples"])
def test_no_file_has_drifted(made):
    expected = {file: schemas.rendered(document) for file, document in made.documents()}
    (folder,) = {file.parent for file in expected}
    assert {file: file.read_text() for file in folder.glob("*.json")} == expected, "run `make contract`"


def test_the_table_of_codes_has_not_drifted():
    assert codes.document(CONTRACT) == CONTRACT, "run `make contract`"


def test_every_code_that_is_raised_is_documented():
    assert codes.undocumented() == set()


def test_every_answer_of_the_table_belongs_to_an_operation():
    listed = {code for _, refused in openapi.OPERATIONS.values() for code in refused} | set(openapi._ALWAYS)
    assert codes.answers().keys() - listed == {"unsupported_version"}  # of no operation


def test_the_openapi_document_is_one():
    OpenAPIV31SpecValidator(json.loads(openapi.FILE.read_text())).validate()


def test_every_operation_is_a_route():
    routes = {route.func.__name__ for route in app._static_routes + app._dynamic_routes}
    assert routes | {"answer_in_the_clear"} == openapi.OPERATIONS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name):
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_valid(name):
    Draft202012Validator(SCHEMAS[name.partition(".")[0]]).validate(EXAMPLES[name])


def test_every_schema_has_an_example():
    assert {name.partition(".")[0] for name in EXAMPLES} | {"manifest"} == SCHEMAS.keys()


def test_the_contract_says_what_the_code_says():
    for kind, fields in FIELDS.items():
        assert f"| `{kind}` | {' '.join(fields)} |" in CONTRACT
    assert f"{MAX_HEADER_BYTES} bytes" in CONTRACT
    assert f"| {MAX_INPUT_BYTES >> 20} MiB " in CONTRACT
    assert f"`{MEDIA_TYPE}`" in CONTRACT
    said = [tuple(line.split(" | ")[:3]) for line in CONTRACT.splitlines() if line.startswith(("| job |", "| part |"))]
    jobs = {("| job", old, new) for old, targets in JOB_MOVES.items() for new in targets if new != JobState.DELETED}
    parts = {("| part", old, new) for old, targets in PART_MOVES.items() for new in targets}
    assert set(said) == jobs | parts | {("| job", "any", "deleted")}
    assert all(JobState.DELETED in targets for state, targets in JOB_MOVES.items() if state != JobState.DELETED)


def test_the_contract_can_be_read_in_ten_minutes():
    assert len(CONTRACT.splitlines()) <= 300
    assert max(map(len, CONTRACT.splitlines())) <= 220
