"""What the compiler refuses: a model or calibration data that cannot be published as they are."""

from sealdrop_core.errors import SealdropError


class UnsupportedModel(SealdropError):
    """A model whose mathematics does not fit, or an object that is no model."""

    code = "unsupported_model"
    status = 422
    remedy = "Use a linear, quadratic or small neural model; docs/models.md lists what fits."


class UnsupportedCalibration(SealdropError):
    """Calibration rows from which no honest card can be made."""

    code = "unsupported_calibration"
    status = 422
    remedy = "Give the rows the model was fitted on, or a few hundred of them, as finite numbers."
