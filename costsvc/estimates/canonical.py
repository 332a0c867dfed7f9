"""The canonical request: the caller's fields under canonical names, with the defaults that were chosen."""

from collections.abc import Mapping

from costsvc.answers.request_body import RequestBody
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.site import ResolvedSite


def canonicalize_request(
    payload: Mapping[str, object],
    machine: ResolvedMachine,
    count: float,
    site: ResolvedSite,
    choices: Mapping[str, object],
) -> RequestBody:
    """The request that an answer repeats; it gives the same estimate.

    Args:
        payload: The request as the caller sent it.
        machine: The resolved machine.
        count: Number of accelerators that run together.
        site: The resolved site.
        choices: Further defaults by field.

    Returns:
        Fields in alphabetical order, so that equal requests have equal ids; without fields that are null.
    """
    names: RequestBody = {"region": site.place.region, "year": site.year, "date": site.date.isoformat()}
    fields = dict(payload)
    if machine.instance is not None:
        names |= {"instance": machine.instance, "instances": payload.get("instances", 1)}
    else:
        names |= {"accelerator": machine.id}
        if payload.get("cores") is None:
            names |= {"accelerators": int(count)}
        fields = {name: value for name, value in payload.items() if name not in ("instance", "instances")}
    if site.household:
        fields |= {"pricing": {**pricing_of(payload), "kind": site.pricing.kind}}
    merged = {**fields, **names, **choices}
    return {name: merged[name] for name in sorted(merged) if merged[name] is not None}


def pricing_of(payload: Mapping[str, object]) -> RequestBody:
    """The object ``pricing`` of a request; empty if it has none."""
    pricing = payload.get("pricing")
    return dict(pricing) if isinstance(pricing, Mapping) else {}
