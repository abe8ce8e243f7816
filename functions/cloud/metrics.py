"""Metrics as CloudWatch reads them from the log (embedded metric format): no call, no waiting."""

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from cloud.settings import settings

NAMESPACE = "Sealdrop"


def emit(dimension: tuple[str, str], counts: dict[str, int], milliseconds: dict[str, int] | None = None) -> None:
    """Emit metrics for the deployment as a whole and by one dimension: a model, or the code of a failure."""
    # a set of its own for each call: where handlers share a process, metrics must not mix
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    name, value = dimension
    metrics.set_default_dimensions(service=settings().powertools_service_name)
    metrics.add_dimensions(**{name: value})
    for metric, number in counts.items():
        metrics.add_metric(metric, MetricUnit.Count, number)
    for metric, number in (milliseconds or {}).items():
        metrics.add_metric(metric, MetricUnit.Milliseconds, number)
    metrics.flush_metrics()


def emit_failure(code: str, *, blame: str) -> None:
    """Count a failed part: `blame` is "owner" for what its owner sent, "service" for what we did with it."""
    emit(("code", code), {"PartsRefused" if blame == "owner" else "PartsFailed": 1})
