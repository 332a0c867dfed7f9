"""Whether an answer is asked to explain itself."""

from typing import Any

import marshmallow as ma

from costsvc.web.schemas.base import Request


class ExplainQuery(Request):
    """How much an answer tells."""

    explain = ma.fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        error_messages={"invalid": "This is neither true nor false; explain=true adds the steps."},
        metadata={"description": "true adds explanation: every step with its formula, inputs, result and reference"},
    )


QUERY = ExplainQuery()


class Step(ma.Schema):
    """One step of the way to an answer."""

    name = ma.fields.String(required=True)
    formula = ma.fields.String(
        required=True,
        metadata={
            "description": "In names of inputs and numbers, with + - * / ** and sqrt, log, log2, exp, expm1, min, max"
        },
    )
    inputs = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Float(),
        required=True,
        metadata={"description": "Values by name: factors of the answer, or steps before this one"},
    )
    value = ma.fields.Float(required=True)
    unit = ma.fields.String(required=True)
    reference = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "Whose formula it is, or where the number comes from"}
    )


def steps(description: str) -> Any:
    """The field of an answer that holds its steps."""
    return ma.fields.List(ma.fields.Nested(Step), metadata={"description": f"{description}; only with ?explain=true"})
