"""The manifest: a model's public card, everything a client needs and nothing a client must not see."""

import hashlib
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sealdrop_core.card import Card
from sealdrop_core.dialect import Dialect
from sealdrop_core.names import MODEL, Digest
from sealdrop_core.plan import Plan, canonical_json
from sealdrop_core.steps import Step, outputs

Label = str | int | float | bool
Kind = Literal["number", "integer", "boolean", "text", "any"]
FEW_ROWS = 200  # of fewer, even when all labels agree, the 95 % interval reaches below 98 %


class Feature(Card):
    """One column of the data owner's table.

    `kind` is the type of its values: a `number` is a float64; an `integer`, a `boolean` or a `text` is compared with
    categories exactly; `any` is a column that the model does not read. `low` and `high` bound the column if the model
    computes with its numbers; a column of which only categories or bins are made has no bounds.
    """

    name: str = Field(min_length=1, max_length=256)
    kind: Kind = "number"
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError(f"feature '{self.name}': a range has two ends")
        if self.low is not None and self.high is not None and (self.kind in ("text", "any") or self.low > self.high):
            raise ValueError(f"feature '{self.name}': a range goes from low to high, and text has none")
        return self

    @property
    def is_bounded(self) -> bool:
        """Whether the column has a range."""
        return self.low is not None


class Normalization(Card):
    """What the client does to each column, after all steps, before it packs it: (x - center) / scale."""

    center: tuple[float, ...]
    scale: tuple[Annotated[float, Field(gt=0)], ...]


class Output(Card):
    """How scores become what the estimator returns; all of it happens on the client.

    Kinds: `binary` (one score, a logistic link), `multinomial` (one score for each class, softmax), `ovr` (one score
    for each class, logistic and normalised), `classes` (one score for each class, largest wins, no probabilities),
    `margin` (one score, sign decides, no probabilities), `pairs` (one score for each pair of classes i < j in
    lexicographic order, positive speaks for j, most votes win, no probabilities), `multilabel` (one score for each
    label, sign decides; probabilities if the link is logistic), `regression`, `transform`.
    """

    kind: Literal["binary", "multinomial", "ovr", "classes", "margin", "pairs", "multilabel", "regression", "transform"]
    classes: tuple[Label, ...] = ()
    link: Literal["identity", "exp", "logistic"] = "identity"
    # of `pairs`: equally many votes go to the first class (libsvm) or to the larger sum of confidences
    ties: Literal["first", "confidence"] = "first"
    # a regressor fitted on a one-dimensional target predicts a one-dimensional array
    flat: bool = True


class HeldOut(Card):
    """What polynomials cost: the circuit in plaintext against the original model, on calibration rows.

    Where activations were fitted, `rows` distinct rows were dealt into `folds`, and each fold was judged by a circuit
    fitted to the others; where nothing was fitted, `folds` is 1. `score` is the share of equal labels, or for numbers
    the coefficient of determination (R²), not below 0; from `low` to `high` is its 95 % confidence interval on rows
    like these.
    """

    rows: int = Field(ge=1)
    folds: int = Field(ge=1)
    score: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    # of a score, over all rows and outputs
    largest_error: float = Field(ge=0)
    # of an answer that is a number, in its own units; of several targets the worst
    median_error: float | None = Field(default=None, ge=0)
    # what 80 % of the answers are off by at most, as a share of half the width of the middle 80 % of the original's
    relative_error: float | None = Field(default=None, ge=0)
    # of any class, where the original gives probabilities
    largest_probability_error: float | None = Field(default=None, ge=0, le=1)

    @property
    def few(self) -> bool:
        """Whether so few rows judged what was fitted that the score on others is hardly known."""
        return self.folds > 1 and self.rows < FEW_ROWS


class Encrypted(Card):
    """What encryption costs: answers from ciphertexts against the circuit's own in plaintext; the worst plan's.

    `rows` calibration rows were encrypted, evaluated and opened. `changed` of them got another label; errors of answers
    that are numbers are as in HeldOut.
    """

    rows: int = Field(ge=1)
    largest_error: float = Field(ge=0)
    changed: int | None = Field(default=None, ge=0)
    median_error: float | None = Field(default=None, ge=0)
    relative_error: float | None = Field(default=None, ge=0)


class Agreement(Card):
    """How well a published model agrees with its original, measured at publishing: in two steps, each alone."""

    held_out: HeldOut
    encrypted: Encrypted

    @property
    def score(self) -> float:
        """The share of labels or R² that held-out rows show: the figure to quote."""
        return self.held_out.score


class Weights(Card):
    """The server-side artifact, named by digest; a client never reads it."""

    sha256: Digest
    bytes: int = Field(ge=1)


class Manifest(Card):
    """A published model. `digest` names it: SHA-256 of the canonical JSON of all other fields."""

    manifest: Literal[1] = 1
    name: str = Field(pattern=f"^{MODEL}$")
    version: int = Field(ge=1, le=999_999)
    description: str = Field(default="", max_length=2000)
    source: str = Field(max_length=200)
    features: tuple[Feature, ...] = Field(min_length=1)
    # by how many half-ranges, summed over its columns, a row may leave the calibrated ranges without harm
    leeway: float = Field(default=0.0, ge=0)
    dialect: Dialect = Dialect()
    steps: tuple[Step, ...] = ()
    normalization: Normalization
    output: Output
    plans: tuple[Plan, ...] = Field(min_length=1)
    agreement: Agreement | None = None
    weights: Weights
    # of the polynomials between affine layers, in order; none for a linear model
    degrees: tuple[Annotated[int, Field(ge=0, le=63)], ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        width = outputs(self.steps, len(self.features))
        if len(self.normalization.center) != width or len(self.normalization.scale) != width:
            raise ValueError("normalization and columns differ in number")
        if not self.steps and not all(feature.is_bounded for feature in self.features):
            raise ValueError("a column that is encrypted as it is has no range")
        if any(plan.layout.features != width for plan in self.plans):
            raise ValueError("a plan is made for another number of columns")
        if len({plan.id for plan in self.plans}) != len(self.plans):
            raise ValueError("two plans have the same id")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def reference(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"

    def canonical(self) -> bytes:
        """The bytes that are stored, served and digested; the card of a linear model mentions no degrees."""
        return canonical_json(self.model_dump(mode="json", exclude=None if self.degrees else {"degrees"}))

    def plan(self, plan_id: str) -> Plan | None:
        """Return the plan of that id, if the model has it."""
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def plan_for(self, rows: int) -> Plan:
        """Return the plan that takes the least time for `rows` rows."""
        return min(self.plans, key=lambda plan: plan.seconds(rows))
