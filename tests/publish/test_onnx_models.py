"""Whole ONNX models: what skl2onnx and torch write, what stands at the end of a graph, and what is refused."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import LinearSVC
from tests.publish.graphs import compiled, draw, model, node, weights
from tests.publish.zoo import data

from sealdrop.publish import UnsupportedModel, publish
from sealdrop.publish.agreement import encrypted_scores
from sealdrop.publish.drafting import draft
from sealdrop.publish.onnx import answers
from sealdrop.publish.original import answered
from sealdrop.publish.reading import read

skl2onnx = pytest.importorskip("skl2onnx")

_net = {"hidden_layer_sizes": (12,), "alpha": 0.1, "max_iter": 400, "random_state": 0}
SKLEARN: dict[str, tuple[str, Any, str]] = {
    "logistic-binary": ("breast_cancer", make_pipeline(StandardScaler(), LogisticRegression()), "binary"),
    "logistic": ("wine", make_pipeline(StandardScaler(), LogisticRegression()), "multinomial"),
    "logistic-strings": ("iris+strings", LogisticRegression(max_iter=500), "multinomial"),
    "one-vs-rest": ("iris", OneVsRestClassifier(LogisticRegression(max_iter=500)), "ovr"),
    "svc-binary": ("breast_cancer", LinearSVC(C=1e-4), "margin"),
    "svc": ("iris", LinearSVC(), "classes"),
    "ridge": ("diabetes", Ridge(), "regression"),
    "scaled": ("diabetes", make_pipeline(MinMaxScaler(), Ridge()), "regression"),
    "mlp-binary": ("breast_cancer", make_pipeline(StandardScaler(), MLPClassifier(**_net)), "binary"),
    "mlp": ("iris", make_pipeline(StandardScaler(), MLPClassifier(activation="tanh", **_net)), "multinomial"),
    "mlp-regressor": ("diabetes", make_pipeline(StandardScaler(), MLPRegressor(**_net)), "regression"),
}


def _exported(name: str, folder: Path) -> tuple[Path, Any, Any]:
    source, estimator, _ = SKLEARN[name]
    X, y = data(source)
    X = X.astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proto = skl2onnx.to_onnx(estimator.fit(X, y), X[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    path = folder / f"{name}.onnx"
    onnx.save(proto, path)
    return path, estimator, X


@pytest.mark.parametrize("name", SKLEARN)
def test_models_exported_by_skl2onnx_answer_as_the_estimator(name: str, tmp_path: Path) -> None:
    path, estimator, X = _exported(name, tmp_path)
    own = read(path)
    output = own.compiled.output
    assert output.kind == SKLEARN[name][2]
    found = answered(own.compiled.network.evaluate(X.astype(float)), output)
    wanted = estimator.predict(X)
    if output.kind == "regression":
        np.testing.assert_allclose(found[:, 0], wanted.ravel(), rtol=1e-4)
        np.testing.assert_allclose(own.answers(X)[:, 0], wanted.ravel(), rtol=1e-4)
    else:
        np.testing.assert_array_equal(found, wanted)
        np.testing.assert_array_equal(own.answers(X), wanted)


W, V = weights(4, 6), weights(6, 3)
HIDDEN = [node("Gemm", "x", "w", out="h"), node("Mul", "h", "h", out="a")]
HEADS: dict[str, tuple[list[Any], Any, str]] = {
    "Softmax": ([node("Softmax", "s", axis=1)], V, "multinomial"),
    "LogSoftmax": ([node("LogSoftmax", "s")], V, "multinomial"),
    "ArgMax": ([node("ArgMax", "s", axis=1, keepdims=0)], V, "classes"),
    "Softmax-ArgMax": ([node("Softmax", "s", out="p"), node("ArgMax", "p", axis=-1)], V, "multinomial"),
    "Sigmoid": ([node("Sigmoid", "s")], V[:, :1], "binary"),
    "Sigmoid-many": ([node("Sigmoid", "s")], V, "multilabel"),
    "Sigmoid-ArgMax": ([node("Sigmoid", "s", out="p"), node("ArgMax", "p", axis=1)], V, "classes"),
    "Exp": ([node("Exp", "s")], V[:, :1], "regression"),
    "scores": ([node("Identity", "s")], V, "regression"),
}


@pytest.mark.parametrize("name", HEADS)
def test_what_stands_at_the_end_is_the_clients(name: str, tmp_path: Path) -> None:
    head, last, kind = HEADS[name]
    proto = model([*HIDDEN, node("Gemm", "a", "v", out="s"), *head], ("n", 4), {"w": W, "v": last})
    own = compiled(proto, tmp_path)
    X = draw.normal(0, 1, (40, 4))
    assert own.compiled.output.kind == kind
    assert own.compiled.network.activations == ()
    found, wanted = answered(own.compiled.network.evaluate(X), own.compiled.output), answers(own, X)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_labels_make_classes_of_raw_scores(tmp_path: Path) -> None:
    X = draw.normal(0, 1, (60, 4))
    for last, labels, kind in ((V, ["a", "b", "c"], "multinomial"), (V[:, :1], ["no", "yes"], "binary")):
        proto = model([*HIDDEN, node("Gemm", "a", "v")], ("n", 4), {"w": W, "v": last})
        compiled(proto, tmp_path)
        drafted = draft(tmp_path / "model.onnx", X, name="m", rows=(1000,), labels=labels)
        assert drafted.manifest.output.kind == kind
        plan = drafted.manifest.plans[0]
        opened = encrypted_scores(drafted.manifest, plan, drafted.weights, X)
        assert np.mean(answered(opened, drafted.manifest.output) == drafted.model.answers(X)) >= 0.98
        with pytest.raises(UnsupportedModel, match="4 labels"):
            draft(tmp_path / "model.onnx", X, name="m", labels=["a", "b", "c", "d"])


def test_convolutions_are_published_encrypted(tmp_path: Path) -> None:
    """Conv, BatchNormalization, square, average pooling, dense: digits as pictures, as torch exports them."""
    X, _ = data("digits")
    constants = {
        "k": weights(3, 1, 3, 3) / 8,
        "b": weights(3),
        "s": weights(3) + 1,
        "t": weights(3),
        "m": weights(3),
        "u": weights(3) ** 2 + 1,
        "w": weights(10, 27),
        "c": weights(10),
        "to": np.array([-1, 27], dtype=np.int64),
    }
    nodes = [
        node("Conv", "x", "k", "b", out="1"),
        node("BatchNormalization", "1", "s", "t", "m", "u", out="2"),
        node("Mul", "2", "2", out="3"),
        node("AveragePool", "3", out="4", kernel_shape=[2, 2], strides=[2, 2]),
        node("Reshape", "4", "to", out="5"),
        node("Gemm", "5", "w", "c", out="y", transB=1),
    ]
    compiled(model(nodes, ("n", 1, 8, 8), constants), tmp_path)
    manifest = publish(
        tmp_path / "model.onnx", X, name="digits", labels=list(range(10)), rows=(1,), error=2.0**-6, dry_run=True
    )
    assert manifest.source == "ONNX opset 17 by tests"
    assert manifest.agreement is not None
    assert manifest.agreement.held_out.score == 1
    assert manifest.agreement.encrypted.largest_error <= 2.0**-6
