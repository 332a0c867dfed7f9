"""POST /v1/comparisons/change."""

from typing import Any, get_args

import marshmallow as ma

from costsvc.answers.change import ChangeAnswer
from costsvc.answers.quantities import CarbonBasis
from costsvc.estimates.comparisons.change import compare_change as estimate_change
from costsvc.requests.comparisons import ChangeSpec
from costsvc.web.api.placement import WorkloadSchema, workload
from costsvc.web.api.workload import chosen
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint
from costsvc.web.fields import Choice, Object, Request, normal, raise_if

blueprint = CostsvcBlueprint("change", __name__, tag="comparisons")
RUN = {"accelerator": "a100-sxm4-80gb", "training_tokens_b": 100, "total_params_b": 7, "region": "aws:us-east-1"}
EXAMPLE = {
    "before": {"training": RUN},
    "after": {"training": {**RUN, "accelerator": "h100-sxm5-80gb", "region": "aws:eu-north-1"}},
}


class ChangeSchema(Request):
    """The same kind of workload before and after a change."""

    before = Object(WorkloadSchema, "The workload before the change", required=True)
    after = Object(WorkloadSchema, "The workload after the change", required=True)
    carbon_basis = Choice(get_args(CarbonBasis), "Which CO2e counts; default total (location and embodied)")

    @ma.validates_schema
    def _alike(self, data: dict[str, Any], **_: Any) -> None:
        before, after = (next(iter(data[side])) for side in ("before", "after"))
        if before != after:
            raise_if({"after": [f"must be {before} like before, got {after}"]})

    @ma.post_load(pass_original=True)
    def _to_domain(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> ChangeSpec:
        return ChangeSpec(
            before=workload(data["before"]),
            after=workload(data["after"]),
            kind=next(iter(data["before"])),
            payload=normal(original),
            **chosen(data, ("carbon_basis",)),
        )


ENDPOINT = Endpoint(
    kind="change",
    path="/v1/comparisons/change",
    schema=ChangeSchema(),
    estimate=estimate_change,
    example=EXAMPLE,
    answer_type=ChangeAnswer,
)


@blueprint.question(ENDPOINT)
def compare_change() -> None:
    """Compare a workload before and after a change.

    The difference in each metric on paired draws, the probability that it is lower, the factors that
    explain it, and one line of Markdown for a pull request.
    """
