"""A workload before and after a change, as a client describes it."""

from typing import Any, get_args

import marshmallow as ma

from costsvc.estimates.alternatives import ChangeSpec
from costsvc.estimates.parts import Basis
from costsvc.web.fields import Choice
from costsvc.web.fields import Part as Object
from costsvc.web.schemas.base import Request, normal, raise_if
from costsvc.web.schemas.placement import WorkloadSchema, workload
from costsvc.web.schemas.training import chosen


class ChangeSchema(Request):
    """The same kind of workload before and after a change."""

    before = Object(WorkloadSchema, "The workload as it is", required=True)
    after = Object(WorkloadSchema, "The workload as it would be", required=True)
    carbon_basis = Choice(get_args(Basis), "Which CO2e counts; default total: location and embodied")

    @ma.validates_schema
    def _alike(self, data: dict[str, Any], **_: Any) -> None:
        before, after = (next(iter(data[side])) for side in ("before", "after"))
        if before != after:
            raise_if({"after": [f"before is {before} and after is {after}; both have to be of one kind."]})

    @ma.post_load(pass_original=True)
    def _to_domain(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> ChangeSpec:
        return ChangeSpec(
            before=workload(data["before"]),
            after=workload(data["after"]),
            kind=next(iter(data["before"])),
            said=normal(original),
            **chosen(data, ("carbon_basis",)),
        )
