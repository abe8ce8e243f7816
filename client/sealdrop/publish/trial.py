"""Trial: polynomials held against the activations they replace, on calibration rows that they were not fitted to.

Cross-fitting: rows are dealt into folds, and each fold is judged by circuits fitted to all others (Stone 1974). What is
published is fitted to all rows, and so is no worse than what was judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sealdrop.publish import fidelity
from sealdrop.publish.activations import DEGREES, fit
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.fidelity import Answers
from sealdrop.publish.network import Network
from sealdrop.publish.original import answered, probability_errors
from sealdrop.publish.reading import Model
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.manifest import HeldOut, Output

ROWS = 2000  # that are judged, and that the judged polynomials are fitted to
FOLDS = 5
SHIFTS = 16  # of deviations against the rows they are laid on


@dataclass(frozen=True, eq=False)
class Trial:
    """What the original and circuits of one kind answer to rows that these were not fitted to.

    `scores` are the circuits' and `exact` the original's, of shape (rows, outputs), rows in random order; `wanted` is
    what the original answers. `between` is the score half-way between rows and their neighbours.
    `folds` is 1 where nothing was fitted.
    """

    degree: int
    each: bool
    folds: int
    scores: Array
    exact: Array
    wanted: Answers
    output: Output
    between: float = 1.0

    def circuit(self, network: Network, rows: Array) -> Circuit:
        """Return the circuit of this kind that is fitted to all rows."""
        return network.circuit() if self.folds == 1 else fit(network, rows, self.degree, each=self.each)

    @property
    def rows(self) -> int:
        """Number of rows that were judged."""
        return len(self.scores)

    @property
    def score(self) -> float:
        """The agreement with the original, as `fidelity.agreement` has it."""
        return fidelity.agreement(answered(self.scores, self.output), self.wanted, self.output)

    @property
    def sure(self) -> float:
        """What the agreement on unseen rows surely reaches; of what was not fitted, the score."""
        if self.folds == 1:
            return self.score
        if fidelity.numeric(self.output):
            bound = fidelity.lower_bound(answered(self.scores, self.output), self.wanted, self.output)
            return min(self.score, self.between, bound, fidelity.most(self.rows))
        share = min(max(self.score, self.transplanted(1.0)), self.between)
        return min(self.score, fidelity.share_bound(share, self.rows), fidelity.most(self.rows))

    def steady(self, least: float) -> bool:
        """Whether the agreement leaves half of the allowance: labels stay, about, when deviations are doubled."""
        if self.folds == 1 or fidelity.numeric(self.output):
            return self.score >= (1 + least) / 2
        return self.transplanted(2.0) >= least

    def transplanted(self, times: float) -> float:
        """Return the share of labels that stay when each row's deviation, so many times, is laid on other rows.

        Rows are few and labels coarse: which rows are near enough to a boundary to change is chance. This asks how
        many of all pairs of a row and a deviation would.
        """
        deviation, labels = times * (self.scores - self.exact), answered(self.exact, self.output)
        steps = np.unique(np.linspace(0, len(labels) - 1, SHIFTS).astype(int))
        moved = (answered(self.exact + np.roll(deviation, step, axis=0), self.output) for step in steps)
        return float(np.mean([fidelity.score(answers, labels, self.output) for answers in moved]))

    @property
    def deviations(self) -> Array:
        """By how much each row's worst score is off."""
        return np.asarray(np.abs(self.scores - self.exact).max(axis=1))

    @property
    def probabilities(self) -> Array:
        """By how much each row's worst probability is off, 0 where there are none."""
        errors = probability_errors(self.scores, self.exact, self.output)
        return np.zeros(self.rows) if errors is None else errors

    def card(self) -> HeldOut:
        """Return what the published card says of it."""
        answers, output = answered(self.scores, self.output), self.output
        low, high = fidelity.interval(answers, self.wanted, output)
        numeric = fidelity.numeric(output)
        probabilities = probability_errors(self.scores, self.exact, output)
        return HeldOut(
            rows=self.rows,
            folds=self.folds,
            score=fidelity.score(answers, self.wanted, output),
            low=low,
            high=high,
            largest_error=float(self.deviations.max()),
            median_error=fidelity.median_error(answers, self.wanted, output) if numeric else None,
            relative_error=fidelity.relative_error(answers, self.wanted, output) if numeric else None,
            largest_probability_error=None if probabilities is None else float(probabilities.max()),
        )


def trials(model: Model, calibration: Calibration) -> Iterator[Trial]:
    """Yield a trial of each kind of polynomial, by ascending degree: one for all units of a layer, then one for each.

    A network without activations has one trial, of itself. Rows that come twice are judged once: a fold must not know
    the rows of another.
    """
    network, output, sample = model.compiled.network, model.compiled.output, calibration.sample(ROWS)
    wanted, rows = model.answers(sample.table), sample.rows
    if not network.activations:
        scores = network.evaluate(rows)
        yield Trial(0, False, 1, network.circuit().evaluate(rows), scores, wanted, output)
        return
    order = np.random.default_rng(0).permutation(np.unique(rows, axis=0, return_index=True)[1])
    wanted, rows = wanted[order], rows[order]
    middles = (rows + rows[_nearest(rows)]) / 2
    exact, labels = network.evaluate(rows), answered(network.evaluate(middles), output)
    folds = np.arange(len(rows)) % FOLDS
    for degree in DEGREES:
        for each in (False, True):
            scores, beside = _crossed(network, rows, middles, folds, degree, each)
            share = fidelity.score(answered(beside, output), labels, output)
            yield Trial(degree, each, FOLDS, scores, exact, wanted, output, share)


def _crossed(
    network: Network, rows: Array, middles: Array, folds: NDArray[np.intp], degree: int, each: bool
) -> tuple[Array, Array]:
    """Return scores of rows and of points beside them (rows, outputs), by the circuit fitted to the other folds."""
    scores, beside = np.empty((2, len(rows), network.outputs))
    for fold in np.unique(folds):
        held = folds == fold
        others = ~held if folds.any() else held  # a single row has no others
        circuit = fit(network, rows[others], degree, each=each)
        scores[held], beside[held] = circuit.evaluate(rows[held]), circuit.evaluate(middles[held])
    return scores, beside


def _nearest(rows: Array) -> NDArray[np.intp]:
    """Return the number of each row's nearest neighbour, columns measured in their standard deviations.

    A network that was trained on these rows answers them with more certainty than any others. Half-way to a neighbour
    it answers as it does rows that it has not seen.
    """
    deviation = rows.std(axis=0)
    scaled = (rows - rows.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    squares = np.einsum("ij,ij->i", scaled, scaled)
    distances = squares[:, np.newaxis] + squares - 2 * scaled @ scaled.T
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances.argmin(axis=1))
