"""POST /v1/comparisons/api-or-own."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.quantities import CarbonBasis
from costsvc.estimates.comparisons.api_or_own import compare_api_or_own as compare
from costsvc.requests.comparisons import ApiOrOwn
from costsvc.web.api.inference import BILLED, ServingSchema
from costsvc.web.api.parts import ApiSchema
from costsvc.web.api.workload import chosen
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint
from costsvc.web.fields import Choice, Number, Object, Request, normal

blueprint = CostsvcBlueprint("api_or_own", __name__, tag="comparisons")
EXAMPLE = {
    "api": {"provider": "openai", "model": "gpt-4o-mini", "input_tokens": 1000, "output_tokens": 300},
    "own": {"model": "llama-3.1-8b", "accelerator": "l40s", "accelerators": 1, "region": "aws:us-east-1"},
    "requests_per_month": 3_000_000,
}


class OwnSchema(ServingSchema):
    """The own or rented machine and its model; the tokens are those of the calls."""

    class Meta(Request.Meta):
        """The traffic is that of the calls, and the load follows from it."""

        exclude = (
            *("provider", "requests", "requests_per_s", "task", *BILLED),
            *("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens"),
            *("steps", "width_px", "height_px", "frames"),
        )


class ApiOrOwnSchema(Request):
    """Calls to a hosted model against own or rented hardware for the same traffic."""

    api = Object(ApiSchema, "A call to the hosted model, with its tokens", required=True)
    own = Object(OwnSchema, "The own or rented machine and the model that it serves", required=True)
    requests_per_month = Number(limits.REQUESTS_PER_MONTH, "Requests in a month", required=True)
    peak_ratio = Number(limits.PEAK_RATIO, "Requests of the busiest hour over those of a mean hour; default 2")
    carbon_basis = Choice(get_args(CarbonBasis), "Which CO2e counts; default total (location and embodied)")

    @ma.post_load(pass_original=True)
    def _to_domain(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> ApiOrOwn:
        names = ("api", "own", "requests_per_month", "peak_ratio", "carbon_basis")
        return ApiOrOwn(payload=normal(original), **chosen(data, names))


ENDPOINT = Endpoint(
    kind="api_or_own",
    path="/v1/comparisons/api-or-own",
    schema=ApiOrOwnSchema(),
    estimate=compare,
    example=EXAMPLE,
    answer_type=ApiOrOwnAnswer,
)


@blueprint.question(ENDPOINT)
def compare_api_or_own() -> None:
    """Compare calls to a hosted model with own or rented hardware for the same traffic.

    Totals of a month, and the break-even in requests a month and in utilisation of a replica, in each
    metric. The quality of the two models is the caller's to judge.
    """
