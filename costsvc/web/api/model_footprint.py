"""GET /v1/models/{name}/footprint."""

from typing import Any

from flask import Response

from costsvc import limits
from costsvc.answers.model_footprint import ModelFootprint
from costsvc.estimates.model_footprint import estimate_model_footprint
from costsvc.schemas.fields import KnownName, Request
from costsvc.web import problems
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.http import answer, catalog

blueprint = CostsvcBlueprint("model_footprint", __name__, url_prefix="/v1", tag="estimates")
NAMED = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}, "example": "llama-3.1-8b"}


class ModelFootprintQuery(Request):
    """Where the model is assumed to have been trained."""

    region = KnownName(
        "region", "Where it was trained, as region of a training estimate; default: the world's average", "US-VA"
    )


@blueprint.get("/models/<path:name>/footprint", parameters=[NAMED])
@blueprint.arguments(ModelFootprintQuery, location="query")
@blueprint.problem(404)
@blueprint.answers(ModelFootprint)
def get_model_footprint(query: dict[str, Any], name: str) -> Response:
    """Estimate the footprint of training a known model.

    Estimated from published accelerator-hours, else from its FLOP or tokens, so that a share of it
    can be attributed to what is built on the model.
    """
    if catalog().models.read(name) is None:
        return problems.problem(404, "not-found", f"No {name[: limits.NAME_LENGTH]!r} in models.")
    return answer(estimate_model_footprint(name, query.get("region"), catalog()))
