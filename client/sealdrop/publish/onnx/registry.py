"""Which function compiles which operator."""

from collections.abc import Callable, Sequence

from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.values import Value
from sealdrop.publish.refusal import UnsupportedModel

Inputs = Sequence[Value | None]
Operator = Callable[[Node, Inputs], Value | list[Value]]
_OPERATORS: dict[tuple[str, str], Operator] = {}
ML = "ai.onnx.ml"
_NEAREST = {
    "MaxPool": "Use average pooling: a maximum is a comparison, and ciphertexts cannot be compared.",
    "GlobalMaxPool": "Use GlobalAveragePool: a maximum is a comparison, and ciphertexts cannot be compared.",
    "LayerNormalization": "Use BatchNormalization: its statistics are constants.",
    "InstanceNormalization": "Use BatchNormalization: its statistics are constants.",
    "GroupNormalization": "Use BatchNormalization: its statistics are constants.",
    "TreeEnsembleClassifier": "Fit an MLPClassifier on this model's predictions.",
    "TreeEnsembleRegressor": "Fit an MLPRegressor on this model's predictions.",
    "SVMClassifier": "Publish the scikit-learn estimator itself.",
    "SVMRegressor": "Publish the scikit-learn estimator itself.",
    "LSTM": "Use a convolution over a fixed window.",
    "GRU": "Use a convolution over a fixed window.",
}


def operator(*names: str, domain: str = "") -> Callable[[Operator], Operator]:
    """Register a compiler for operators."""

    def register(compiler: Operator) -> Operator:
        _OPERATORS.update({(domain, name): compiler for name in names})
        return compiler

    return register


def apply(node: Node, inputs: Inputs) -> list[Value]:
    """Compile one node.

    Raises UnsupportedModel (`unsupported_node`) that names the node.
    """
    compiler = _OPERATORS.get((node.domain, node.operator))
    if compiler is None:
        raise node.refuse(
            "this operator cannot be evaluated on ciphertexts",
            _NEAREST.get(node.operator, "docs/models.md lists the operators that fit."),
        )
    try:
        made = compiler(node, inputs)
    except UnsupportedModel as refusal:
        if refusal.code == "unsupported_node":
            raise
        raise node.refuse(refusal.message, refusal.remedy) from refusal
    except (ValueError, IndexError, TypeError, MemoryError) as error:
        raise node.refuse(
            f"its inputs do not fit: {error}", "Check the file with onnx.checker and shape inference."
        ) from error
    return made if isinstance(made, list) else [made]
