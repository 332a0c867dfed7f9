"""The canonical request: what the caller gave, under canonical names, with the choices that were made."""

from typing import Any

from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.site import ResolvedSite


def canonical_request(
    given: dict[str, Any], machine: ResolvedMachine, count: float, site: ResolvedSite, chosen: dict[str, Any]
) -> dict[str, Any]:
    """A request as the answer repeats it.

    Args:
        given: What the caller sent.
        machine: The machine that its names led to.
        count: Accelerators at work together.
        site: The place that its names led to.
        chosen: Further choices by field.

    Returns:
        Fields in alphabetical order, so that equal requests look equal.
    """
    names: dict[str, Any] = {"region": site.place.region, "year": site.year, "date": site.date.isoformat()}
    if machine.instance is not None:
        names |= {"instance": machine.instance, "instances": given.get("instances", 1)}
    else:
        names |= {"accelerator": machine.id}
        if given.get("cores") is None:
            names |= {"accelerators": int(count)}
        given = {name: value for name, value in given.items() if name not in ("instance", "instances")}
    if site.household:
        given |= {"pricing": {**given.get("pricing", {}), "kind": site.pricing.kind}}
    whole = {**given, **names, **chosen}
    return {name: whole[name] for name in sorted(whole) if whole[name] is not None}
