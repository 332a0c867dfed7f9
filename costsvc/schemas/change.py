"""A workload before and after a change, as a client describes it."""

from typing import Any, get_args

import marshmallow as ma

from costsvc.answers.quantities import CarbonBasis
from costsvc.requests.comparisons import ChangeSpec
from costsvc.schemas.fields import Choice, Object, Request, normal, raise_if
from costsvc.schemas.placement import WorkloadSchema, workload
from costsvc.schemas.workload import chosen


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
