"""What requests and parts take besides the evaluation itself, measured where it can be, else assumed."""

from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field


class Measured(BaseModel):
    """Milliseconds of a warm function, from `python -m benchmarks functions`, and of AWS's answers, assumed.

    The embedded AWS answers from the same machine; `answer_milliseconds` is what a call of S3 or DynamoDB within a
    region is taken to last longer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    api_milliseconds: float = Field(gt=0)
    evaluate_milliseconds: float = Field(gt=0)
    api_calls: int = Field(ge=0)
    evaluate_calls: int = Field(ge=0)
    answer_milliseconds: float = Field(ge=0)

    @property
    def api(self) -> float:
        """Milliseconds of one API request."""
        return self.api_milliseconds + self.api_calls * self.answer_milliseconds

    @property
    def evaluate(self) -> float:
        """Milliseconds of one part besides its evaluation."""
        return self.evaluate_milliseconds + self.evaluate_calls * self.answer_milliseconds


MEASURED = Measured.model_validate_json(files(__package__).joinpath("measured.json").read_bytes())
