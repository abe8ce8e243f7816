"""A plan: how a circuit is evaluated, with what keys, for how many bytes.

The plan is public, travels in the manifest, and fixes the size of every message to the byte: both sides compute the
same lengths from it, so a server can refuse a stranger's bytes before it looks at them.
"""

import hashlib
import json
from typing import Self

from pydantic import Field, model_validator

from sealdrop_core.card import Card
from sealdrop_core.layouts import CoefficientLayout, ColumnLayout, Layout
from sealdrop_core.names import PlanId
from sealdrop_core.parameters import Parameters

SEED_BYTES = 64  # of SEAL's Blake2xb generator
LINE_BYTES_PER_SECOND = 100e6 / 8  # a data owner's line of 100 Mbit/s


def packed_bytes(count: int, bits: int) -> int:
    """Bytes that `count` values of `bits` bits take, packed without gaps."""
    return (count * bits + 7) // 8


class KeyRequirement(Card):
    """The public keys a plan needs, and no more."""

    public: bool = False
    relinearization: bool = False
    galois_elements: tuple[int, ...] = ()

    @property
    def needed(self) -> bool:
        """Whether anything has to be enrolled at all."""
        return self.public or self.relinearization or bool(self.galois_elements)


def key_configuration(parameters: Parameters, requirement: KeyRequirement) -> str:
    """Return the SHA-256, in hexadecimal, of the parameters and the required keys."""
    value = {"parameters": parameters.model_dump(mode="json"), "keys": requirement.model_dump(mode="json")}
    return hashlib.sha256(canonical_json(value)).hexdigest()


class Response(Card):
    """What of the evaluated ciphertexts travels back.

    `level` primes are left after modulus switching; `dropped_bits` low bits of every residue stay behind. A private
    response is re-randomised under the client's public key and flooded: `flooding_bits` is log2 of the ratio of
    flooding to the weight-dependent noise, `divergence_log2` log2 of the Kullback-Leibler divergence per response that
    remains.
    """

    private: bool = True
    level: int = Field(default=1, ge=1)
    dropped_bits: int = Field(default=0, ge=0, le=59)
    flooding_std_log2: float | None = None
    flooding_bits: float | None = None
    divergence_log2: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.dropped_bits and self.level > 1:
            raise ValueError("low bits can be dropped of a single prime only")
        return self


class Quote(Card):
    """What a plan costs, as predicted when it was made: bytes for one full block, milliseconds of one core, error."""

    bytes_up: int = Field(default=0, ge=0)
    bytes_down: int = Field(default=0, ge=0)
    bytes_keys: int = Field(default=0, ge=0)
    milliseconds: float = Field(ge=0)
    error: float = Field(ge=0)


class Plan(Card):
    """One way to evaluate one circuit."""

    id: PlanId
    parameters: Parameters
    layout: Layout
    # log2 of the fixed-point scales: of the sealed input, and of the weights of the first affine layer
    input_scale_log2: float
    weight_scale_log2: float
    output_scale_log2: float
    keys: KeyRequirement
    response: Response
    quote: Quote

    def blocks(self, rows: int) -> int:
        """Number of independently evaluated blocks that `rows` rows fill."""
        return -(-rows // self.layout.rows_per_block)

    def rows_in(self, block: int, rows: int) -> int:
        """Number of the `rows` rows that lie in block number `block`."""
        return min(self.layout.rows_per_block, rows - block * self.layout.rows_per_block)

    @property
    def ciphertext_bytes(self) -> int:
        """Bytes of one sealed input ciphertext: seed and packed residues."""
        degree = self.parameters.poly_modulus_degree
        return SEED_BYTES + sum(packed_bytes(degree, q.bit_length()) for q in self.parameters.data_primes)

    def input_bytes(self, rows: int) -> int:
        """Bytes of the body of a sealed input with `rows` rows."""
        return self.blocks(rows) * self.layout.inputs * self.ciphertext_bytes

    @property
    def kept_bits(self) -> tuple[int, ...]:
        """Bits of a result's residue modulo each remaining prime, after the low bits are dropped."""
        dropped = self.response.dropped_bits
        half = 1 << dropped >> 1
        return tuple(
            ((q - 1 + half) >> dropped).bit_length() for q in self.parameters.data_primes[: self.response.level]
        )

    def block_result_bytes(self, rows: int) -> int:
        """Bytes of the results of one block that holds `rows` rows."""
        degree, layout = self.parameters.poly_modulus_degree, self.layout
        if isinstance(layout, CoefficientLayout):
            counts = [layout.kept(rows), layout.results * degree]
        elif isinstance(layout, ColumnLayout):
            first = rows if layout.encoding == "coefficient" else degree
            counts = [layout.results * first, layout.results * degree * (layout.result_polynomials - 1)]
        else:
            counts = [layout.kept, degree]
        return sum(packed_bytes(count, bits) for count in counts for bits in self.kept_bits)

    def result_bytes(self, rows: int) -> int:
        """Bytes of the body of a sealed result with `rows` rows."""
        full, rest = divmod(rows, self.layout.rows_per_block)
        last = self.block_result_bytes(rest) if rest else 0
        return full * self.block_result_bytes(self.layout.rows_per_block) + last

    @property
    def key_configuration(self) -> str:
        """Digest of what decides a key set. Models that share it share keys."""
        return key_configuration(self.parameters, self.keys)

    @property
    def key_bytes(self) -> int:
        """Bytes of the body of a sealed key file for this plan."""
        degree, primes = self.parameters.poly_modulus_degree, self.parameters.coeff_modulus
        one = SEED_BYTES + sum(packed_bytes(degree, q.bit_length()) for q in primes)
        switching = int(self.keys.relinearization) + len(self.keys.galois_elements)
        return one * (int(self.keys.public) + switching * len(self.parameters.data_primes))

    def seconds(self, rows: int) -> float:
        """Return the seconds `rows` rows take, the figure plans are chosen by: transfer both ways, one core's work."""
        moved = self.input_bytes(rows) + self.result_bytes(rows)
        return moved / LINE_BYTES_PER_SECOND + self.blocks(rows) * self.quote.milliseconds / 1e3

    def quoted(self) -> Self:
        """Return the plan with the bytes of one full block, and of the keys, filled into its quote."""
        rows = self.layout.rows_per_block
        sizes = {
            "bytes_up": self.input_bytes(rows),
            "bytes_down": self.result_bytes(rows),
            "bytes_keys": self.key_bytes if self.keys.needed else 0,
        }
        return self.model_copy(update={"quote": self.quote.model_copy(update=sizes)})


def canonical_json(value: object) -> bytes:
    """Encode as JSON with sorted keys and no spaces: the form that digests are taken of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
