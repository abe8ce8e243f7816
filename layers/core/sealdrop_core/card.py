"""Cards: public facts as frozen data, refused if they hold a field nobody knows or a number that is none."""

from pydantic import BaseModel, ConfigDict


class Card(BaseModel):
    """The base of everything a manifest is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
