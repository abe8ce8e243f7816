"""Layouts: where rows and outputs lie in a plan's ciphertexts, and how many there are."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sealdrop_core.card import Card


class CoefficientLayout(Card):
    """Features in the coefficients of a polynomial; one product of polynomials is many dot products.

    Feature i of row r stands at X^(r*rows_stride - i), weight i of output j at X^(j*chunk + i); the product carries
    output j of row r at X^(r*rows_stride + j*chunk). More features than `chunk` are cut into `inputs` ciphertexts,
    more outputs than `outputs_per_result` into `results`. The degree bounds all: rows * outputs_per_result * chunk
    <= N. Huang et al., "Cheetah", USENIX Security 2022, section 3.
    """

    packing: Literal["coefficient"] = "coefficient"
    features: int = Field(ge=1)
    outputs: int = Field(ge=1)
    chunk: int = Field(ge=1)
    outputs_per_result: int = Field(ge=1)
    rows_per_block: int = Field(ge=1)
    # pairs (i, j), i <= j: the client appends x_i * x_j to the features; the circuit is quadratic, the work linear
    monomials: tuple[tuple[int, int], ...] = ()

    @property
    def packed_features(self) -> int:
        """Features and monomials: what one row packs."""
        return self.features + len(self.monomials)

    @property
    def inputs(self) -> int:
        """Ciphertexts that carry a block's rows."""
        return -(-self.packed_features // self.chunk)

    @property
    def results(self) -> int:
        """Ciphertexts that carry a block's outputs."""
        return -(-self.outputs // self.outputs_per_result)

    @property
    def rows_stride(self) -> int:
        """Coefficients between one row's outputs and the next row's."""
        return self.outputs_per_result * self.chunk

    def kept(self, rows: int) -> int:
        """Coefficients of c0 in all results of a block that carry an output of its `rows` rows."""
        return rows * self.outputs


class ColumnLayout(Card):
    """One ciphertext for each feature, one slot or coefficient for each row; weights are scalars.

    Gilad-Bachrach et al., "CryptoNets", ICML 2016, section 5 (batching).
    """

    packing: Literal["column"] = "column"
    features: int = Field(ge=1)
    outputs: int = Field(ge=1)
    rows_per_block: int = Field(ge=1)
    encoding: Literal["coefficient", "slot"]
    result_polynomials: int = Field(default=2, ge=2, le=3)

    @property
    def inputs(self) -> int:
        """Ciphertexts that carry a block's rows: one for each feature."""
        return self.features

    @property
    def results(self) -> int:
        """Ciphertexts that carry a block's outputs: one for each output."""
        return self.outputs


def _power_of_two(value: int) -> int:
    if value & value - 1:
        raise ValueError("slots come in powers of two")
    return value


PowerOfTwo = Annotated[int, Field(ge=1), AfterValidator(_power_of_two)]
Activation = Literal["none", "square", "cube", "polynomial"]
_DEPTHS: Mapping[str, Collection[int]] = {"square": (0, 1), "cube": (0, 1, 2), "polynomial": (2, 3)}


class RotationLayer(Card):
    """One affine map of a rotation layout, and the polynomial after it.

    Its values repeat every `period` slots of a row. They stand in order, or `placed` where the fewest diagonals of a
    sparse weight reach them. Of the sums over slots, `early_folds` come before the map is rescaled: at one prime more,
    but then less is added up of what rescaling rounds away. `level` and `scale_log2` are those of the values,
    `activation_level` and `activation_scale_log2` of what the polynomial makes of them. `square` and `cube` are
    polynomials of degree 2 and 3 that were completed, to z^2 and to z^3 + c z: all else of them is in the neighbouring
    maps.
    """

    period: PowerOfTwo
    placed: bool = False
    early_folds: int = Field(default=0, ge=0)
    level: int = Field(ge=1)
    scale_log2: float
    activation: Activation = "none"
    activation_level: int | None = Field(default=None, ge=1)
    activation_scale_log2: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        known = self.activation_level is not None
        if known != (self.activation_scale_log2 is not None) or (known and self.activation == "none"):
            raise ValueError("what an activation makes has a level and a scale, or there is none")
        if known and self.level - (self.activation_level or 0) not in _DEPTHS[self.activation]:
            raise ValueError(f"a {self.activation} does not go from level {self.level} to {self.activation_level}")
        return self


class RotationLayout(Card):
    """Rows in the slots of one ciphertext, repeated until it is full; an affine map is a sum of rotated products.

    Slot k belongs to row k mod `rows_per_block`; what follows counts the slots of one row. The features, padded to
    `period`, fill blocks of `block` slots; each of `copies` blocks has them `shift` further, and then all repeats. So
    copies stand ready shifted, as products need them, and sums come out repeated, as the next layer needs them; no
    slot ever holds anything but values and zeros. Diagonals: Halevi and Shoup, "Algorithms in HElib", CRYPTO 2014; sums
    over fewer of them: Juvekar, Vaikuntanathan, Chandrakasan, "GAZELLE", USENIX Security 2018; inputs made ready by the
    client: Brutzkus, Elisha, Gilad-Bachrach, "Low Latency Privacy Preserving Inference", ICML 2019.
    """

    packing: Literal["rotation"] = "rotation"
    features: int = Field(ge=1)
    outputs: int = Field(ge=1)
    rows_per_block: PowerOfTwo = 1
    period: PowerOfTwo
    block: PowerOfTwo
    copies: PowerOfTwo
    shift: int = Field(ge=0)
    layers: tuple[RotationLayer, ...] = Field(min_length=1)

    @property
    def inputs(self) -> int:
        """Ciphertexts that carry a block's rows."""
        return 1

    @property
    def results(self) -> int:
        """Ciphertexts that carry a block's outputs."""
        return 1

    @property
    def kept(self) -> int:
        """Coefficients of c0 that carry outputs: slots that repeat every n are a polynomial in X^(N/2n)."""
        return 2 * self.rows_per_block * self.layers[-1].period


Layout = Annotated[CoefficientLayout | ColumnLayout | RotationLayout, Field(discriminator="packing")]
