"""What the training of a known model has cost, as the answer says it."""

import marshmallow as ma

from costsvc.web.fields import Name, Part
from costsvc.web.schemas.answer import NULLABLE, Explained, Totals, maybe
from costsvc.web.schemas.base import Request


class ModelFootprintQuery(Request):
    """Where the model is taken to have been trained."""

    region = Name("Where it was trained: as region of a training estimate; left out: the world's average", "US-VA")


class ModelAnswer(ma.Schema):
    """A model of the table."""

    model_id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    organization = ma.fields.String(required=True, allow_none=True)
    released_on = ma.fields.String(required=True, allow_none=True)


class TrainingTotals(Totals):
    """What a training estimate says in total."""

    training_flop = maybe("Model FLOP")


class ModelFootprint(Explained):
    """What the training of a model has cost, and what that is estimated from."""

    id = ma.fields.String(required=True)
    request = ma.fields.Dict(required=True, metadata={"description": "The request under canonical names"})
    model = ma.fields.Nested(ModelAnswer, required=True)
    basis = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "enum": ["hours", "compute", None],
            "description": "From accelerator-hours that were published, or from FLOP or tokens; null: nothing is known",
        },
    )
    training = ma.fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": f"The request to /v1/estimates/training that gives the same; {NULLABLE}"},
    )
    estimate = Part(TrainingTotals, f"The totals of that; {NULLABLE}", required=True, allow_none=True)
