"""What the environment says, read once and checked."""

import os
from functools import cache
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sealdrop_core.sealed import MAX_INPUT_BYTES

MIB = 1 << 20
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEGABYTES_OF_A_VCPU = 1769
DAY = 86_400


class Settings(BaseModel):
    """The functions' environment variables, in lower case."""

    # a complaint would show the environment, in which Lambda's credentials are
    model_config = ConfigDict(frozen=True, alias_generator=str.upper, hide_input_in_errors=True)

    bucket_name: str = Field(min_length=3)
    table_name: str = Field(min_length=3)
    queue_url: str = ""
    aws_endpoint_url: str | None = None
    powertools_service_name: str = "sealdrop"

    # lifetime of a presigned URL, and how long after its creation a job takes uploads
    url_seconds: int = Field(default=900, ge=1, le=7 * DAY)
    upload_seconds: int = Field(default=3600, ge=1)
    # how long after the last upload a backlog may take
    evaluation_seconds: int = Field(default=DAY, ge=1)
    retention_seconds: int = Field(default=7 * DAY, ge=60)
    # longer than the function's timeout: a living owner never loses its part
    lease_seconds: int = Field(default=150, ge=1)
    max_attempts: int = Field(default=5, ge=1)

    max_part_bytes: int = Field(default=MAX_INPUT_BYTES, ge=1)
    max_parts: int = Field(default=10_000, ge=1, le=999_999)

    # whether a function answers rows in the clear, for comparison
    plaintext_baseline: Literal["off", "on"] = "off"

    workers: int = Field(default=0, ge=0, le=64)
    worker_megabytes: int | None = Field(default=None, ge=256)
    aws_lambda_function_memory_size: int = 1024

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.upload_seconds + self.evaluation_seconds >= self.retention_seconds:
            raise ValueError("a job would be forgotten before it must have come to its end")
        return self

    @property
    def worker_count(self) -> int:
        """Workers to start: as told, or one for each vCPU, of which Lambda lets a function see more than it gives."""
        given = self.aws_lambda_function_memory_size // MEGABYTES_OF_A_VCPU
        return self.workers or max(1, min(given, os.cpu_count() or 1))

    @property
    def worker_bytes(self) -> int:
        """Address space of one worker: as told, or its share of the function's, so that Lambda never kills it all."""
        return (self.worker_megabytes or self.aws_lambda_function_memory_size // self.worker_count) * MIB


@cache
def settings() -> Settings:
    """Return the settings; raises pydantic's ValidationError when the environment is incomplete."""
    return Settings.model_validate(dict(os.environ))
