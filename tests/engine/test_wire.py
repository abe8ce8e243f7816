"""Strangers' bytes: whatever is uploaded, the worker refuses cleanly or answers in the promised length."""

import hashlib
import os
import random

import numpy as np
import pytest

from sealdrop.keyring import Keyring
from sealdrop.planning import plan
from sealdrop_core.circuit import Circuit
from sealdrop_core.errors import Conflict, InvalidRequest, MalformedSeal, Mismatch, SealdropError
from sealdrop_core.evaluation import Program
from sealdrop_core.seal import Plaintext, channel
from sealdrop_core.sealed import Header, split
from tests.engine import circuits
from tests.engine.twin import Twin

MUTATIONS = 40 * int(os.environ.get("SEALDROP_EXAMPLES", "25"))
# a nested SEAL header that ends the process of anyone who loads it (SEAL 4.3)
CRAFTED = bytes.fromhex("5ea1100403010000ffffffffffffff7f")


@pytest.fixture(scope="module")
def twin() -> Twin:
    circuit: Circuit = circuits.wide(features=6, outputs=2)
    (chosen,) = plan(circuit, circuits.rows(0, 50, 6), rows=(100,), response="private")
    return Twin.of(circuit, chosen)


@pytest.fixture(scope="module")
def sealed(twin: Twin) -> bytes:
    return twin.keyring.seal(twin.manifest, twin.plan, circuits.rows(1, 3, 6))


def _mutate(random_: random.Random, data: bytes) -> bytes:
    mutated = bytearray(data)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(mutated))
        match random_.randrange(4):
            case 0:
                mutated[at] ^= 1 << random_.randrange(8)
            case 1:
                mutated[at : at + 16] = CRAFTED
            case 2:
                del mutated[at : at + random_.randint(1, 64)]
            case 3:
                mutated[at:at] = random_.randbytes(random_.randint(1, 64))
    return bytes(mutated)


def test_mutated_blocks_are_refused_or_evaluated(twin: Twin, sealed: bytes) -> None:
    body, random_ = bytes(split(sealed, "input")[1]), random.Random(1)
    expected = twin.plan.block_result_bytes(3)
    refused = set()
    for _ in range(MUTATIONS):
        try:
            assert len(twin.program.evaluate(memoryview(_mutate(random_, body)), 3, twin.keys)) == expected
        except SealdropError as refusal:
            refused.add(refusal.code)
    assert refused == {"wrong_length", "residue_out_of_range"}


def test_mutated_keys_are_refused_or_loaded(twin: Twin) -> None:
    body, random_ = bytes(split(twin.keyring.enrollment(twin.plan) or b"", "keys")[1]), random.Random(2)
    refused = set()
    for _ in range(MUTATIONS // 4):
        try:
            twin.program.load_keys(memoryview(_mutate(random_, body)))
        except MalformedSeal as refusal:
            refused.add(refusal.code)
    assert refused == {"key_malformed"}


@pytest.mark.parametrize("rows", [0, -1, 10**9])
def test_a_block_cannot_claim_other_rows(twin: Twin, sealed: bytes, rows: int) -> None:
    with pytest.raises(MalformedSeal) as refusal:
        twin.program.evaluate(split(sealed, "input")[1], rows, twin.keys)
    assert refusal.value.code == "wrong_rows"


def test_a_plan_with_keys_does_not_run_without_them(twin: Twin, sealed: bytes) -> None:
    with pytest.raises(MalformedSeal) as refusal:
        twin.program.evaluate(split(sealed, "input")[1], 3)
    assert refusal.value.code == "key_required"


def test_weights_of_another_shape_do_not_compile(twin: Twin) -> None:
    with pytest.raises(InvalidRequest):
        Program.load(circuits.wide(features=7, outputs=2).to_bytes(), twin.plan)


def test_a_data_owner_opens_only_the_answer_to_this_part(twin: Twin, sealed: bytes) -> None:
    result = twin.evaluate(sealed)
    digest = hashlib.sha256(sealed).hexdigest()
    twin.keyring.open(twin.manifest, twin.plan, result, job="j0", part=0, input_sha256=digest)
    for job, part, sha in (("j1", 0, digest), ("j0", 1, digest), ("j0", 0, "0" * 64)):
        with pytest.raises(Mismatch) as refusal:
            twin.keyring.open(twin.manifest, twin.plan, result, job=job, part=part, input_sha256=sha)
        assert refusal.value.code == "wrong_result"


def test_mutated_results_are_refused_or_opened(twin: Twin, sealed: bytes) -> None:
    result, random_ = twin.evaluate(sealed), random.Random(3)
    digest = hashlib.sha256(sealed).hexdigest()
    for _ in range(MUTATIONS):
        try:
            scores = twin.keyring.open(
                twin.manifest, twin.plan, _mutate(random_, result), job="j0", part=0, input_sha256=digest
            )
        except SealdropError:
            continue
        assert scores.shape == (3, 2)
        assert np.isfinite(scores).all()


def test_a_keyring_serves_its_configuration_only(twin: Twin) -> None:
    (opened,) = plan(twin.circuit, circuits.rows(0, 50, 6), rows=(1,), response="open")
    with pytest.raises(Conflict) as refusal:
        Keyring.generate(opened).seal(twin.manifest, twin.plan, circuits.rows(0, 1, 6))
    assert refusal.value.code == "wrong_keyring"
    assert "********" in repr(twin.keyring)


def test_a_result_header_cannot_lie_about_its_rows(twin: Twin, sealed: bytes) -> None:
    header, body = split(twin.evaluate(sealed), "result")
    lie = Header("result", {**header.fields, "rows": "999999999999"}).render() + bytes(body)
    with pytest.raises(MalformedSeal) as refusal:
        twin.keyring.open(
            twin.manifest, twin.plan, lie, job="j0", part=0, input_sha256=hashlib.sha256(sealed).hexdigest()
        )
    assert refusal.value.code == "wrong_length"


def test_a_short_object_saved_after_a_long_stream_is_read_back_alone() -> None:
    """Streams are written over one another: what is left of a longer one must not be taken for the end of this."""
    own = channel()
    own.put([bytes([255]) * (1 << 20)])
    short = Plaintext("3x^3 + 5")
    alone = own.save(short)
    own.clear()
    assert own.save(short) == alone
    assert len(alone) < 1 << 10
