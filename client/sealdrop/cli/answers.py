"""A prediction as named columns, on its way to a file, the screen or a machine."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from numpy.typing import NDArray

from sealdrop.cli import console, table
from sealdrop.prediction import Prediction, offers

Columns = dict[str, Sequence[object]]


def columns(prediction: Prediction, *, proba: bool) -> Columns:
    """Return what the estimator answers for each row, and with `proba` the probability of each class.

    Raises NotOffered if there are no probabilities.
    """
    output = prediction.output
    if offers(output, "transform"):
        return _spread("component", prediction.transform(), ())
    answer = _spread("prediction", prediction.predict(), output.classes)
    return answer | (_spread("probability", prediction.predict_proba(), output.classes) if proba else {})


def deliver(prediction: Prediction, answer: Columns, output: Path | None, *, as_json: bool, model: str) -> None:
    """Write the answer to `output`, or to standard output; say on standard error where time and bytes went."""
    if output:
        with table.replacing(output) as file:
            table.write(file, list(answer), answer.values())
    if as_json:
        report = {"job": prediction.job, "model": model, "timing": prediction.timing.as_dict()}
        console.print_json(report | ({"output": str(output)} if output else {"columns": answer}))
        return
    if not output:
        with _unbroken(sys.stdout) as file:
            table.write(file, list(answer), answer.values())
    console.note(f"{model}: {console.summary(prediction.timing)}")


def _spread(name: str, values: NDArray[Any], labels: Sequence[object]) -> Columns:
    """Return one column for a flat array, one for each label or number for a wide one."""
    if values.ndim == 1:
        return {name: values.tolist()}
    width = values.shape[1]
    suffixes = labels if len(labels) == width else range(width)
    return {f"{name}_{suffix}": values[:, index].tolist() for index, suffix in enumerate(suffixes)}


@contextlib.contextmanager
def _unbroken(file: TextIO) -> Iterator[TextIO]:
    """Write as much as the reader takes: `sealdrop predict ... | head` is no error."""
    with contextlib.suppress(BrokenPipeError):
        yield file
        file.flush()
