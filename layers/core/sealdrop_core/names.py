"""The forms of names in the protocol: a model, its version, a plan, and a digest. The expressions have no anchors."""

from typing import Annotated

from pydantic import Field

MODEL = r"[a-z0-9][a-z0-9._-]{0,62}"
VERSION = r"[1-9][0-9]{0,5}"
REFERENCE = f"{MODEL}@{VERSION}"
MODEL_OR_REFERENCE = f"{MODEL}(@{VERSION})?"
PLAN = r"[a-z0-9][a-z0-9_-]{0,79}"
SHA256 = r"[0-9a-f]{64}"

Reference = Annotated[str, Field(pattern=f"^{REFERENCE}$")]
PlanId = Annotated[str, Field(pattern=f"^{PLAN}$")]
Digest = Annotated[str, Field(pattern=f"^{SHA256}$")]
