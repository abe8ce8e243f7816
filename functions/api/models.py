"""/v1/models: what is published here."""

import json
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from api.resources import Description, ModelList, ModelView
from api.tenant import Tenant
from cloud import models
from cloud.settings import settings
from sealdrop_core.names import MODEL_OR_REFERENCE


def list_models(tenant: Tenant) -> ModelList:
    """Return all versions of all models."""
    return ModelList(
        models=[
            ModelView(
                name=model.name,
                version=model.version,
                reference=model.reference,
                digest=model.manifest,
                description=model.description,
                retired=model.retired,
            )
            for model in models.every()
        ]
    )


def describe_model(
    tenant: Tenant,
    reference: Annotated[str, Path(pattern=f"^{MODEL_OR_REFERENCE}$", description="`name` or `name@version`")],
) -> Description:
    """Return the manifest of `name@version`, or of the newest version of `name`."""
    model = models.find(reference)
    stored = models.manifest_bytes(model.reference, model.manifest)
    return Description(
        digest=model.manifest,
        plaintext_baseline=settings().plaintext_baseline == "on",
        manifest=json.loads(stored),
    )
