"""Conformance: the whole protocol, held against any deployment, sentence by sentence.

`sealdrop conformance URL` prints what holds; `sealdrop.conformance.plugin` makes every sentence a test of pytest's.
"""

from sealdrop.conformance.chapters import CHAPTERS
from sealdrop.conformance.checks import Check, Outcome
from sealdrop.conformance.suite import Suite
from sealdrop.conformance.violations import NotApplicable, Violation

__all__ = ["CHAPTERS", "Check", "NotApplicable", "Outcome", "Suite", "Violation"]
