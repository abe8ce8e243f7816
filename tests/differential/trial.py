"""Trial: one random pipeline, from its table to its answers."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sealdrop import RefusedInput
from sealdrop.errors import SealdropError
from sealdrop.publish import publish
from sealdrop_core.manifest import Manifest
from tests.differential.comparison import differences, undecided
from tests.differential.files import FileDialect, disguised
from tests.differential.pipelines import labelled, pipeline_for
from tests.differential.sources import SOURCES
from tests.differential.world import CommandFailed, World

FORMS = ("frame", "array", "file")


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: `right`, `refused` or `wrong`, and what was said."""

    index: int
    what: str
    ended: str
    code: str = ""
    said: str = ""


class Trial:
    """The pipeline of a seed and an index, fitted on half of its table."""

    def __init__(self, seed: int, index: int) -> None:
        self.index = index
        for attempt in range(50):
            self.draw = np.random.default_rng([seed, index, attempt])
            self.source = SOURCES[int(self.draw.integers(len(SOURCES)))](self.draw)
            self.model = pipeline_for(self.source, self.draw)
            self.form = "file" if self.source.words and self.draw.random() < 0.5 else str(self.draw.choice(FORMS))
            if self.source.words and self.form == "array":
                self.form = "frame"
            if self._fits():
                break

    @property
    def what(self) -> str:
        """The trial in words."""
        steps = " | ".join(type(step).__name__ for _, step in self.model.steps)
        return f"{self.source.name}, {self.form}: {steps}"

    def _fits(self) -> bool:
        half = len(self.source.table) // 2
        self.dialect = FileDialect.drawn(self.draw)
        self.target = self.source.target
        if self.source.classes:
            self.target = labelled(self.target, self.draw)
        self.train, self.unseen = self.source.table[:half], self.source.table[half:].reset_index(drop=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.model.fit(self.shaped(self.train), self.target[:half])
                self.model.predict(self.shaped(self.admissible))
            except (ValueError, TypeError):
                return False
        return len(self.admissible) > 5

    def shaped(self, table: pd.DataFrame) -> Any:
        """Return a table in the form that the model is fitted on."""
        return table.to_numpy(dtype=float) if self.form == "array" else table

    @property
    def admissible(self) -> pd.DataFrame:
        """The unseen rows that are like those the model was fitted on."""
        good = np.ones(len(self.unseen), dtype=bool)
        for name in self.source.table:
            seen, values = self.train[name], self.unseen[name]
            inside = values.isin(seen) if name in self.source.words else values.between(seen.min(), seen.max())
            good &= (inside | (values.isna() if seen.isna().any() else False)).to_numpy()
        return self.unseen[good].reset_index(drop=True)

    def run(self, world: World) -> Outcome:
        """Publish and ask the model, and compare."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                manifest = self._publish(world)
            except SealdropError as refusal:
                return Outcome(self.index, self.what, "refused", refusal.code, refusal.message)
            try:
                wrong = self._asked(world, manifest)
            except RefusedInput as refusal:
                return Outcome(self.index, self.what, "refused", refusal.code, refusal.message)
            except (SealdropError, CommandFailed) as error:
                return Outcome(self.index, self.what, "wrong", said=f"{type(error).__name__}: {error}")
        return Outcome(self.index, self.what, "wrong" if wrong else "right", said="; ".join(wrong))

    def _publish(self, world: World) -> Manifest:
        rows: Any = self.shaped(self.train)
        options: dict[str, Any] = {}
        if self.form == "file":
            rows, options = world.folder / f"train-{self.index}.csv", self.dialect.options
            self.dialect.write(self.train, rows)
        return publish(self.model, rows, name=f"trial-{self.index}", store=world.store, rows=(64,), **options)

    def _asked(self, world: World, manifest: Manifest) -> list[str]:
        wrong = self._compared(world, manifest, self.admissible)
        wrong += [f"reported: {said}" for said in self._reported(world, manifest)]
        if self.form == "file":
            wrong += [f"command: {said}" for said in self._commanded(world, manifest)]
        if self.form != "array":
            wrong += self._renamed(world)
        return wrong

    def _compared(self, world: World, manifest: Manifest, table: pd.DataFrame) -> list[str]:
        asked: Any = self.shaped(table)
        if self.form == "array":
            asked = asked.tolist() if self.draw.random() < 0.3 else asked
        else:
            asked = disguised(table, self.draw).assign(extra="x")
            asked = asked[self.draw.permutation(asked.columns)]
        prediction = world.client.model(manifest.name).evaluate(asked)
        everything = np.ones(len(table), dtype=bool)
        return differences(manifest, prediction, self.model, self.shaped(table), everything)

    def _reported(self, world: World, manifest: Manifest) -> list[str]:
        """Ask all unseen rows: those that are answered are right, whatever is refused."""
        try:
            prediction = world.reporting.model(manifest.name).evaluate(self.shaped(self.unseen))
        except RefusedInput:
            return []  # not one row can be answered
        answered = np.ones(len(self.unseen), dtype=bool)
        answered[[row.row for row in prediction.refused]] = False
        try:
            self.model.predict(self.shaped(self.unseen))
        except ValueError:  # the original refuses a row, and with it the table
            return []
        if manifest.degrees:
            return []  # a network promises nothing of rows outside
        return differences(manifest, prediction, self.model, self.shaped(self.unseen), answered)

    def _commanded(self, world: World, manifest: Manifest) -> list[str]:
        path = world.folder / f"unseen-{self.index}.csv"
        self.dialect.write(self.admissible, path)
        lines = world.predict(path, manifest.name)
        if isinstance(lines, str):
            return [f"refused with {lines}"]
        table = self.dialect.read(path, self.source.text)
        prediction = world.client.model(manifest.name).evaluate(self.admissible)
        wrong = differences(manifest, prediction, self.model, table, np.ones(len(table), dtype=bool))
        told, again = [line.get("prediction", line.get("prediction_0", "")) for line in lines], prediction.predict()
        error = max(plan.quote.error for plan in manifest.plans)
        if manifest.output.kind == "regression":
            values = again if again.ndim == 1 else again[:, 0]
            off = np.abs(np.array(told, dtype=float) - values) > 2 * error * np.maximum(np.abs(values), 1)
            return wrong + ([f"{off.sum()} of its values are others"] if off.any() else [])
        unequal = np.array([cell != str(label) for cell, label in zip(told, again.tolist(), strict=True)])
        unequal &= ~undecided(prediction.scores, manifest.output.kind, 2 * error)
        return wrong + ([f"{unequal.sum()} of its labels are others"] if unequal.any() else [])

    def _renamed(self, world: World) -> list[str]:
        try:
            world.client.model(f"trial-{self.index}").predict(self.admissible.rename(columns=str.upper))
        except RefusedInput as refusal:
            return [] if refusal.code == "wrong_columns" else [f"renamed columns are refused as {refusal.code}"]
        changed = [name for name in self.admissible if name.upper() != name]
        return ["renamed columns are answered"] if changed else []
