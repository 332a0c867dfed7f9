"""Calls to a hosted model and own hardware for them, as a client describes both."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.answers.quantities import CarbonBasis
from costsvc.requests.comparisons import ApiOrOwn
from costsvc.schemas.fields import Choice, Number, Object, Request, normal
from costsvc.schemas.inference import BILLED, ServingSchema
from costsvc.schemas.parts import ApiSchema
from costsvc.schemas.workload import chosen


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
