"""GET /v1/tools.json: the endpoints that language models need most, as tools."""

from flask import Response

from costsvc import __version__
from costsvc.answers.operations import Tools
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.http import answer, catalog, services, tagged
from costsvc.web.tools import described

blueprint = CostsvcBlueprint("agents", __name__, url_prefix="/v1", tag="agents")
EXAMPLE = {
    "tools": [
        {
            "name": "estimate_training",
            "description": "Estimate energy, CO2e, water and cost of a training run",
            "input_schema": {"type": "object", "properties": {"accelerator_hours": {"type": "number"}}},
            "method": "POST",
            "path": "/v1/estimates/training?view=short",
            "example": {"accelerator": "h100", "accelerator_hours": 1000},
        }
    ],
    "version": "0.1.0",
    "data_version": "0123456789abcdef",
}


@blueprint.get("/tools.json")
@blueprint.answers(Tools, example=EXAMPLE)
@blueprint.alt_response(304, description="Not modified since the ETag")
def list_tools() -> Response:
    """List tools for language models.

    Each has a name, a description and a JSON schema of its arguments, as function calling takes them, and the
    address to which the arguments are posted. The schemas have the most important fields; the addresses take all.
    """
    return tagged(
        lambda: answer(
            Tools(tools=described(services().openapi()), version=__version__, data_version=catalog().version)
        )
    )
