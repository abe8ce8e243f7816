"""Open: a sealed result becomes scores, on the data owner's machine.

A result comes from a server the data owner does not trust: header, lengths and residues are checked before anything is
built from them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sealdrop_core.embedding import to_coefficients
from sealdrop_core.errors import MalformedSeal, Mismatch
from sealdrop_core.manifest import Manifest
from sealdrop_core.packing.coefficient import positions
from sealdrop_core.plan import CoefficientLayout, Plan, packed_bytes
from sealdrop_core.residues import unpack
from sealdrop_core.seal import Plaintext, Ring
from sealdrop_core.sealed import Header, split

Array = NDArray[np.float64]
Words = NDArray[np.uint64]


def open_result(
    ring: Ring, opener: Any, manifest: Manifest, plan: Plan, sealed: bytes, expected: Mapping[str, str]
) -> Array:
    """Return the scores of a sealed result, shape (rows, outputs).

    Raises MalformedSeal (`malformed_header`, `wrong_kind`, `wrong_length`, `residue_out_of_range`), UnsupportedVersion,
    or Mismatch (`wrong_result`) when a header field is not what this client expects.
    """
    header, body = split(sealed, "result")
    _check(header, {"model": manifest.reference, "manifest": manifest.digest, "plan": plan.id} | dict(expected))
    if len(body) != plan.result_bytes(header.rows):
        raise MalformedSeal("the body is not as long as its rows take", code="wrong_length")
    blocks, start = [], 0
    for block in range(plan.blocks(header.rows)):
        rows = plan.rows_in(block, header.rows)
        length = plan.block_result_bytes(rows)
        blocks.append(_open_block(ring, opener, plan, body[start : start + length], rows))
        start += length
    return np.concatenate(blocks) if blocks else np.empty((0, plan.layout.outputs))


def _check(header: Header, expected: Mapping[str, str]) -> None:
    wrong = [name for name, value in expected.items() if header.fields[name] != value]
    if wrong:
        raise Mismatch(
            f"this result is not the answer to this part: {', '.join(wrong)} differ",
            code="wrong_result",
            remedy="Submit the rows again; if it happens again, do not trust this deployment.",
        )


def _open_block(ring: Ring, opener: Any, plan: Plan, data: memoryview, rows: int) -> Array:
    if not isinstance(plan.layout, CoefficientLayout):
        raise NotImplementedError
    return _open_coefficient(ring, opener, plan, plan.layout, data, rows)


def _residues(plan: Plan, data: memoryview, counts: tuple[int, int]) -> Iterator[Words]:
    """Yield c0's kept residues, shape (level, kept), then the rest's, shape (level, rest), low bits put back as zeros."""
    dropped, start = plan.response.dropped_bits, 0
    primes = plan.parameters.data_primes[: plan.response.level]
    for count in counts:
        words = np.empty((len(primes), count), dtype=np.uint64)
        for index, (prime, bits) in enumerate(zip(primes, plan.kept_bits, strict=True)):
            length = packed_bytes(count, bits)
            bound = ((prime - 1 + (1 << dropped >> 1)) >> dropped) + 1
            words[index] = unpack(data[start : start + length], count, bits, bound)
            start += length
        yield (words << np.uint64(dropped)) % np.array(primes, dtype=np.uint64)[:, None]


def _open_coefficient(
    ring: Ring, opener: Any, plan: Plan, layout: CoefficientLayout, data: memoryview, rows: int
) -> Array:
    degree, level = ring.degree, plan.response.level
    kept, rest = _residues(plan, data, (layout.kept(rows), layout.results * degree))
    rest = rest.reshape(level, layout.results, degree)
    scores, start = [], 0
    for result in range(layout.results):
        at = positions(layout, rows, result)
        words = np.zeros((2, level, degree), dtype=np.uint64)
        words[0][:, at] = kept[:, start : start + len(at)]
        words[1] = rest[:, result]
        scores.append(_coefficients(ring, opener, plan, words)[at].reshape(rows, -1))
        start += len(at)
    return np.concatenate(scores, axis=1)


def _coefficients(ring: Ring, opener: Any, plan: Plan, words: Words) -> Array:
    form = ring.form(plan.response.level, 2.0**plan.output_scale_log2, ntt=False)
    ciphertext = ring.ciphertext(words.reshape(-1), form)
    ring.evaluator.transform_to_ntt_inplace(ciphertext)
    plain = Plaintext()
    opener.decrypt(ciphertext, plain)
    return to_coefficients(np.array(ring.encoder.decode_complex(plain)))
