"""What the demo predicts: two of scikit-learn's own data sets, split by class, 30 % held out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


@dataclass(frozen=True)
class Workload:
    """A trained estimator, a DataFrame of rows it was trained on, and one of held-out rows with their labels."""

    name: str
    description: str
    estimator: Any
    known: Any
    X: Any
    y: NDArray[np.int64]


def workloads() -> tuple[Workload, ...]:
    """Train both models."""
    cancer, digits = load_breast_cancer(as_frame=True), load_digits(as_frame=True)
    return (
        _train("breast-cancer", "Is the tumour benign? Wisconsin diagnostic data, 30 measurements.", cancer),
        _train("digits", "Which digit is it? 8x8 grey images, 10 classes.", digits),
    )


def _train(name: str, description: str, data: Any) -> Workload:
    X, held_out, y, truth = train_test_split(
        data.data, data.target, test_size=0.3, stratify=data.target, random_state=0
    )
    estimator = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(X, y)
    return Workload(name, description, estimator, X, held_out, truth.to_numpy())
