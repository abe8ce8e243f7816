"""The API's door: every route, and the handler behind them."""

from threading import Lock
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from api import jobs, keys, models, problems
from api.resources import Health
from cloud.clients import clients
from sealdrop_core import sealed


def report_health() -> Health:
    """Return the protocol versions spoken here; the one route that asks for no identity."""
    return Health(protocol=[sealed.VERSION])


app = APIGatewayHttpResolver(enable_validation=True)
app.get("/v1/health")(report_health)
app.get("/v1/models")(models.list_models)
app.get("/v1/models/<reference>", compress=True)(models.describe_model)
app.post("/v1/keys")(keys.enroll_keys)
app.get("/v1/keys/<key>")(keys.look_up_keys)
app.delete("/v1/keys/<key>")(keys.delete_keys)
app.get("/v1/jobs")(jobs.list_jobs)
app.post("/v1/jobs")(jobs.submit_job)
app.get("/v1/jobs/<job_id>")(jobs.follow_job)
app.delete("/v1/jobs/<job_id>")(jobs.delete_job)
app.post("/v1/jobs/<job_id>/uploads")(jobs.announce_parts)
problems.register(app)

# the resolver keeps the current event in a class attribute: where handlers share a process, requests must not mix
_one_at_a_time = Lock()

clients()  # at init, when Lambda lends a whole core


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event, payload version 2.0."""
    with _one_at_a_time:
        return app.resolve(event, context)
