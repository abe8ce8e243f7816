"""Conformance: the whole protocol, held against any deployment, sentence by sentence.

`sealdrop conformance URL` prints what holds; `sealdrop.conformance.plugin` makes every sentence a test of pytest's.
"""

from sealdrop.conformance.chapters import CHAPTERS
from sealdrop.conformance.checks import Check, NotApplicable, Outcome, Violation
from sealdrop.conformance.suite import Suite

__all__ = ["CHAPTERS", "Check", "NotApplicable", "Outcome", "Suite", "Violation"]
