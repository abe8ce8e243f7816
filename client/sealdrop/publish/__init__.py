"""The model owner's compiler: a fitted model becomes a circuit, plans and a public card, in a store of versions."""

from sealdrop.publish.agreement import FewCalibrationRows
from sealdrop.publish.extremes import ExtremeCalibrationRow
from sealdrop.publish.publishing import publish
from sealdrop.publish.refusal import UnsupportedCalibration, UnsupportedModel
from sealdrop.publish.store import Store

__all__ = [
    "ExtremeCalibrationRow",
    "FewCalibrationRows",
    "Store",
    "UnsupportedCalibration",
    "UnsupportedModel",
    "publish",
]
