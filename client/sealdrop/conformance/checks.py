"""Checks and their chapters: one check is one sentence of the contract, held against a deployment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import NotApplicable
from sealdrop_core.errors import SealdropError

Body = Callable[[Suite], None]
Verdict = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Outcome:
    """What became of one check."""

    chapter: str
    sentence: str
    verdict: Verdict
    detail: str
    seconds: float


@dataclass(frozen=True)
class Check:
    """A sentence, and what holds it against a deployment."""

    chapter: str
    sentence: str
    body: Body

    def run(self, suite: Suite) -> Outcome:
        """Hold the sentence against a deployment; whatever is raised becomes the outcome."""
        start = perf_counter()
        verdict: Verdict = "passed"
        detail = ""
        try:
            self.body(suite)
        except NotApplicable as nothing:
            verdict, detail = "skipped", str(nothing)
        except SealdropError as violation:
            verdict, detail = "failed", violation.message
        return Outcome(self.chapter, self.sentence, verdict, detail, perf_counter() - start)


@dataclass(frozen=True)
class Chapter:
    """The checks of one subject, in the order they are written; a check's sentence is its docstring."""

    name: str
    checks: list[Check] = field(default_factory=list)

    def check(self, body: Body) -> Body:
        """Register a check."""
        self.checks.append(Check(self.name, (body.__doc__ or "").strip(), body))
        return body

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)
