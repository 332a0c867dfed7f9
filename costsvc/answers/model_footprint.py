"""Footprint of the training of a known model."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from costsvc.answers.estimate import Totals
from costsvc.answers.explanation import Explained
from costsvc.answers.quantities import Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc, nullable

FootprintBasis = Literal["hours", "compute"]


class ModelAnswer(TypedDict):
    """A model of the table."""

    model_id: Annotated[str, Doc("Key of the model")]
    name: Annotated[str, Doc("Name of the model")]
    organization: Annotated[str | None, Doc("Who made it")]
    released_on: Annotated[str | None, Doc("Day of its release")]


class TrainingTotals(Totals):
    """Totals of a training estimate."""

    training_flop: Annotated[Quantity | None, nullable("Model FLOP", "FLOP")]


class ModelFootprint(Explained):
    """Footprint of the training of a model, and what it is estimated from."""

    id: Annotated[str, Doc("Equal requests on equal versions have equal ids")]
    request: Annotated[RequestBody, Doc("The request under canonical names")]
    model: Annotated[ModelAnswer, Doc("The model")]
    basis: Annotated[
        FootprintBasis | None,
        Doc("Estimated from published accelerator-hours, or from FLOP or tokens; null if nothing is published"),
    ]
    training: Annotated[RequestBody | None, nullable("Request to /v1/estimates/training that gives the same estimate")]
    estimate: Annotated[TrainingTotals | None, nullable("Totals of that estimate")]
