"""A prediction as named columns, on its way to a file, the screen or a machine."""

import csv
from collections.abc import Sequence
from typing import Any, TextIO

from numpy.typing import NDArray

from sealdrop.cli import console
from sealdrop.cli.destination import Destination
from sealdrop.cli.streams import standard_output
from sealdrop.prediction import Prediction, offers

Columns = dict[str, Sequence[object]]


def columns(prediction: Prediction, *, proba: bool) -> Columns:
    """Return what the estimator answers for each row, and with `proba` the probability of each class.

    A row that was refused has no values, and its code in the column `refused`.

    Raises NotOffered if there are no probabilities.
    """
    output = prediction.output
    if offers(output, "transform"):
        answer = _spread("component", prediction.transform(), ())
    else:
        answer = _spread("prediction", prediction.predict(), output.classes)
    if proba:
        answer |= _spread("probability", prediction.predict_proba(), output.classes)
    if prediction.refused:
        codes = {row.row: row.code for row in prediction.refused}
        answer["refused"] = [codes.get(row, "") for row in range(len(prediction.scores))]
    return answer


def deliver(prediction: Prediction, answer: Columns, output: Destination | None, *, as_json: bool, model: str) -> None:
    """Write the answer to `output`, or to standard output, where it is one JSON document if wanted.

    Raises ClientError (`not_written`), or BrokenPipeError when the reader has left before the end.
    """
    with output.filling() if output else standard_output() as file:
        if as_json and not output:
            console.write_json(_report(prediction, model) | {"columns": answer}, file)
        else:
            _write(file, answer)


def report(prediction: Prediction, output: Destination | None, *, as_json: bool, model: str) -> None:
    """Say where time and bytes of a delivered answer went: on standard error, or in JSON that names the file."""
    if not as_json:
        console.note(f"{model}: {console.summary(prediction.timing)}")
    elif output:
        console.print_json(_report(prediction, model) | {"output": str(output)})


def _report(prediction: Prediction, model: str) -> dict[str, object]:
    return {"job": prediction.job, "model": model, "timing": prediction.timing.as_dict()}


def _spread(name: str, values: NDArray[Any], labels: Sequence[object]) -> Columns:
    """Return one column for a flat array, one for each label or number for a wide one; None for no answer."""
    if values.ndim == 1:
        return {name: _known(values)}
    width = values.shape[1]
    suffixes = labels if len(labels) == width else range(width)
    return {f"{name}_{suffix}": _known(values[:, index]) for index, suffix in enumerate(suffixes)}


def _known(values: NDArray[Any]) -> list[object]:
    return [None if value != value else value for value in values.tolist()]


def _write(file: TextIO, answer: Columns) -> None:
    """Write columns of equal length under a header row; floats in their shortest exact form."""
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(answer)
    lines.writerows(zip(*answer.values(), strict=True))
