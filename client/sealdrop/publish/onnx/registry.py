"""Which function compiles which operator."""

from collections.abc import Callable, Sequence

from sealdrop.publish.onnx.graph import Node
from sealdrop.publish.onnx.values import Value
from sealdrop.publish.refusal import UnsupportedModel

Inputs = Sequence[Value | None]
Operator = Callable[[Node, Inputs], Value | list[Value]]
_OPERATORS: dict[tuple[str, str], Operator] = {}
ML = "ai.onnx.ml"
# what no ciphertext can do, or only with products that are too deep
_NEVER = {
    "MaxPool": "Use average pooling: a maximum is a comparison, and ciphertexts cannot be compared.",
    "GlobalMaxPool": "Use GlobalAveragePool: a maximum is a comparison, and ciphertexts cannot be compared.",
    "LayerNormalization": "Use BatchNormalization: its statistics are constants.",
    "InstanceNormalization": "Use BatchNormalization: its statistics are constants.",
    "GroupNormalization": "Use BatchNormalization: its statistics are constants.",
    "LSTM": "Use a convolution over a fixed window: each step of a recurrence deepens the products.",
    "GRU": "Use a convolution over a fixed window: each step of a recurrence deepens the products.",
    "RNN": "Use a convolution over a fixed window: each step of a recurrence deepens the products.",
    "TopK": "Publish up to the scores; a client can order them.",
}
_NOT_YET = {
    "TreeEnsembleClassifier": "Fit an MLPClassifier on this model's predictions.",
    "TreeEnsembleRegressor": "Fit an MLPRegressor on this model's predictions.",
    "TreeEnsemble": "Fit an MLPClassifier on this model's predictions.",
    "SVMClassifier": "Publish the scikit-learn estimator itself.",
    "SVMRegressor": "Publish the scikit-learn estimator itself.",
    "ConvTranspose": "Use a Gemm with the same weights as a matrix, or Conv.",
    "Einsum": "Export the product as MatMul or Gemm.",
    "DequantizeLinear": "Export with float weights.",
}


def operator(*names: str, domain: str = "") -> Callable[[Operator], Operator]:
    """Register a compiler for operators."""

    def register(compiler: Operator) -> Operator:
        _OPERATORS.update({(domain, name): compiler for name in names})
        return compiler

    return register


def refuse_never(node: Node) -> None:
    """Refuse an operator that cannot be evaluated on ciphertexts, wherever it stands in the graph."""
    if node.operator in _NEVER:
        raise node.refuse("this operator cannot be evaluated on ciphertexts", _NEVER[node.operator])


def apply(node: Node, inputs: Inputs) -> list[Value]:
    """Compile one node.

    Raises UnsupportedModel (`unsupported_node`) that names the node.
    """
    compiler = _OPERATORS.get((node.domain, node.operator))
    if compiler is None:
        raise node.refuse(
            "sealdrop does not read this operator",
            _NOT_YET.get(node.operator, "docs/models.md lists the operators that fit."),
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
