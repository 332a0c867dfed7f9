"""Whether an answer is asked to explain itself."""

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
