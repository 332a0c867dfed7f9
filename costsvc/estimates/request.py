"""The normalised request: what was said, under canonical names, with the choices that were made."""

from dataclasses import replace
from typing import Any

from costsvc.estimates.hardware import Hardware
from costsvc.estimates.site import Setting


def normalised(said: dict[str, Any], hardware: Hardware, setting: Setting, chosen: dict[str, Any]) -> dict[str, Any]:
    """A request as the answer repeats it.

    Args:
        said: What the caller sent.
        hardware: The machine that its names led to.
        setting: The place that its names led to.
        chosen: Further choices by field.

    Returns:
        Fields in alphabetical order, so that equal requests look equal.
    """
    names: dict[str, Any] = {"region": setting.place.region, "year": setting.year, "date": setting.date.isoformat()}
    if hardware.instance is not None:
        names |= {"instance": hardware.instance, "instances": said.get("instances", 1)}
    else:
        names |= {"accelerator": hardware.id}
        if said.get("cores") is None:
            names |= {"accelerators": int(hardware.count or 1)}
        said = {name: value for name, value in said.items() if name not in ("instance", "instances")}
    if setting.household:
        said |= {"pricing": {**said.get("pricing", {}), "kind": setting.pricing.kind}}
    whole = {**said, **names, **chosen}
    return {name: whole[name] for name in sorted(whole) if whole[name] is not None}


def with_count(hardware: Hardware, count: float) -> Hardware:
    """The same machine with its number of accelerators settled."""
    return replace(hardware, count=count)
