"""Every route of the API."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from api import jobs, keys, models, problems
from api.resources import Health
from sealdrop_core import sealed


def report_health() -> Health:
    """Return the protocol versions spoken here; needs nothing behind the API."""
    return Health(protocol=[sealed.VERSION])


app = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=problems.parsed)
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
