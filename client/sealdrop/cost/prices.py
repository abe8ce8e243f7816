"""The price table: list prices of one region on one day, each with its source."""

from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sealdrop.errors import Misconfigured


class Resource(StrEnum):
    """Everything that is paid for."""

    LAMBDA_ARM64 = "lambda_arm64_gigabyte_second"
    LAMBDA_X86_64 = "lambda_x86_64_gigabyte_second"
    LAMBDA_REQUEST = "lambda_request"
    S3_PUT = "s3_put"
    S3_GET = "s3_get"
    S3_STORAGE = "s3_gigabyte_month"
    TRANSFER_OUT = "transfer_gigabyte_out"
    SQS_REQUEST = "sqs_request"
    DYNAMODB_WRITE = "dynamodb_write_unit"
    DYNAMODB_READ = "dynamodb_read_unit"
    API_REQUEST = "http_api_request"
    KMS_KEY = "kms_key_month"
    ALARM = "cloudwatch_alarm_month"
    DASHBOARD = "cloudwatch_dashboard_month"
    METRIC = "cloudwatch_metric_month"
    LOG = "cloudwatch_log_gigabyte"
    SAGEMAKER = "sagemaker_ml_m5_xlarge_hour"

    @property
    def label(self) -> str:
        """The name for people."""
        return self.value.replace("_", " ").replace("x86 64", "x86_64")


class Price(BaseModel):
    """US dollars for one unit, and the page that says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: float = Field(ge=0, allow_inf_nan=False)
    source: Annotated[str, Field(pattern=r"^https://")]


class PriceTable(BaseModel):
    """Prices of one region, as taken on one day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    taken: date
    note: str
    prices: dict[Resource, Price]

    @classmethod
    def read(cls, path: Path | None = None) -> Self:
        """Read a price table, or the one that comes with this package. Raises Misconfigured (`bad_prices`)."""
        try:
            text = path.read_bytes() if path else files(__package__).joinpath("prices.json").read_bytes()
            table = cls.model_validate_json(text)
        except (OSError, ValidationError):
            raise _bad("this is no price table") from None
        if missing := set(Resource) - set(table.prices):
            raise _bad(f"the price table lacks {min(missing)}")
        return table

    def usd(self, resource: Resource) -> float:
        """Return the dollars of one unit."""
        return self.prices[resource].usd


def _bad(message: str) -> Misconfigured:
    return Misconfigured(message, code="bad_prices", remedy="Copy sealdrop/cost/prices.json and change its figures.")
