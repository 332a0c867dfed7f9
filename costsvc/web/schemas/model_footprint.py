"""What the training of a known model has cost, as the answer says it."""

import marshmallow as ma

from costsvc.web.fields import Name, Part
from costsvc.web.schemas.answer import NULLABLE, Carbon, Cost, Explained, Place, Water, maybe, number
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


class Totals(ma.Schema):
    """What a training estimate says in total."""

    place = ma.fields.Nested(Place, required=True)
    accelerator_hours = number("Accelerators times hours")
    duration_h = maybe("Wall-clock hours")
    training_flop = maybe("Model FLOP")
    accelerator_energy_kwh = number("Energy of the accelerators alone")
    it_energy_kwh = number("Energy of the servers")
    energy_kwh = number("Energy at the building's meter")
    carbon = ma.fields.Nested(Carbon, required=True)
    water = ma.fields.Nested(Water, required=True)
    cost = ma.fields.Nested(Cost, required=True)


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
    estimate = Part(Totals, f"The totals of that; {NULLABLE}", required=True, allow_none=True)
