"""What all answers contain: quantities, factors with their sources, warnings, gaps and versions."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NotRequired

import numpy as np

from costsvc import __version__
from costsvc.answers.estimate import Bases, Carbon, Cost, Equivalent, Phase, PhaseName, Place, Water
from costsvc.answers.explanation import Driver, Explained, FactorAnswer, Step
from costsvc.answers.quantities import Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.model.chains.footprint import NAMES, Footprint
from costsvc.model.uncertainty import Factor, quantities, variance_shares
from costsvc.reference.catalog import Catalog
from costsvc.reference.display_names import accelerator_name, instance_name, model_name, place_name, seller_name
from costsvc.requests.workloads import Overheads
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.site import ResolvedSite
from costsvc.units import Numeric

DRIVERS = 5
DRIVER_SHARE = 0.01
ROUNDING = 1e-9
"""Relative spread of draws below which a number has no interval."""
TOTALS = ("energy_kwh", "total_kg", "total_l", "total_usd")
"""The totals whose drivers are listed."""
SECTIONS: Mapping[str, type] = {"carbon": Carbon, "water": Water, "cost": Cost}
PATHS: Mapping[str, str] = {
    name: f"{section}.{name}" for section, kind in SECTIONS.items() for name in kind.__annotations__
}
"""The path in an answer of each number of a footprint that may not be available."""
Quantities = Mapping[str, Quantity | None]


class EstimateBody(Explained):
    """The fields that estimates of training and of inference have in common and in this order."""

    id: str
    request: RequestBody
    place: Place
    accelerator_hours: Quantity | None
    accelerator_energy_kwh: Quantity | None
    it_energy_kwh: Quantity
    energy_kwh: Quantity
    carbon: Carbon
    water: Water
    cost: Cost
    equivalents: list[Equivalent]
    drivers: dict[str, list[Driver]]
    explanation: NotRequired[list[Step]]


def build_estimate(
    request: RequestBody,
    footprint: Footprint,
    extra: Mapping[str, Numeric | None],
    site: ResolvedSite,
    log: FactorLog,
    catalog: Catalog,
) -> tuple[EstimateBody, dict[str, Quantity | None]]:
    """Build the fields that all estimates have in common, and the quantities of further samples.

    Args:
        request: The canonical request.
        footprint: Its footprint.
        extra: Further samples by name.
        site: The site of the workload.
        log: The factors, warnings and gaps.
        catalog: The reference tables.

    Returns:
        The common fields, and a quantity for each sample of ``extra``.
    """
    samples = {**available_amounts(footprint, log), **extra}
    q = dict(zip(samples, quantities(list(samples.values())), strict=True))
    drivers = rank_drivers(footprint, log, q)
    explained = explain_log(log, catalog, site.date, request)
    return _body(request, q, site, catalog, drivers, explained), {name: q[name] for name in extra}


def _body(
    request: RequestBody,
    q: Quantities,
    site: ResolvedSite,
    catalog: Catalog,
    drivers: dict[str, list[Driver]],
    explained: Explained,
) -> EstimateBody:
    return {
        "id": request_id(request, catalog),
        "request": request,
        "place": describe_place(site),
        "accelerator_hours": q["accelerator_hours"],
        "accelerator_energy_kwh": q["accelerator_energy_kwh"],
        "it_energy_kwh": require(q["it_energy_kwh"]),
        "energy_kwh": require(q["energy_kwh"]),
        "carbon": _carbon(q, site.bases),
        "water": _water(q),
        "cost": _cost(q),
        "equivalents": list_equivalents(q, catalog),
        "drivers": drivers,
        "factors": explained["factors"],
        "names": explained["names"],
        "unavailable": explained["unavailable"],
        "sources": explained["sources"],
        "warnings": explained["warnings"],
        "data_version": explained["data_version"],
        "version": explained["version"],
    }


def require(quantity: Quantity | None) -> Quantity:
    """A quantity that is available in every answer.

    Raises:
        LookupError: If it is missing, which is a bug of this service.
    """
    if quantity is None:
        raise LookupError("a quantity that every answer has is missing")
    return quantity


def _carbon(q: Quantities, bases: Bases) -> Carbon:
    return {
        "location_kg": q["location_kg"],
        "market_kg": q["market_kg"],
        "marginal_kg": q["marginal_kg"],
        "embodied_kg": q["embodied_kg"],
        "total_kg": q["total_kg"],
        "basis": bases,
    }


def _water(q: Quantities) -> Water:
    return {"onsite_l": require(q["onsite_l"]), "offsite_l": q["offsite_l"], "total_l": q["total_l"]}


def _cost(q: Quantities) -> Cost:
    return {
        "rental_usd": q["rental_usd"],
        "hardware_usd": q["hardware_usd"],
        "electricity_usd": q["electricity_usd"],
        "facility_usd": q["facility_usd"],
        "api_usd": q["api_usd"],
        "total_usd": q["total_usd"],
        "social_usd": q["social_usd"],
    }


def describe_place(site: ResolvedSite) -> Place:
    """The place of a site, with the area and year of its grid intensity."""
    location = site.bases["location"]
    return {
        "region": site.place.region,
        "country": site.place.country,
        "zone": location["zone"] if location else None,
        "resolution": location["resolution"] if location else None,
        "year": (location["year"] if location else None) or site.year,
        "pue": site.pue.value,
    }


def available_amounts(footprint: Footprint, log: FactorLog) -> dict[str, Numeric | None]:
    """Every number of a footprint by name, None if the log marks it as unavailable."""
    missing = log.unavailable
    return {name: None if PATHS.get(name, name) in missing else getattr(footprint, name) for name in NAMES}


def explain_log(log: FactorLog, catalog: Catalog, day: dt.date | None, *named: object) -> Explained:
    """The factors, names, sources, warnings, gaps and versions of an answer.

    Args:
        log: The factors, warnings and gaps.
        catalog: The reference tables.
        day: The day of the estimate; None for the reference date of the tables.
        *named: Requests, and parts of the answer, whose ids have names for people.
    """
    log.warn_of_old(day or catalog.reference_date)
    rows = catalog.tables["sources"].rows
    used = sorted({factor.source_id for factor in log.factors.values() if factor.source_id})
    return {
        "factors": [describe_factor(factor) for factor in log.factors.values()],
        "names": names_in(*named, catalog=catalog),
        "unavailable": [{"field": name, "reason": reason} for name, reason in log.unavailable.items()],
        "sources": [dict(rows[source]) for source in used],
        "warnings": [{"code": code, "message": message} for code, message in log.warnings.items()],
        "data_version": catalog.version,
        "version": __version__,
    }


def _seller_name(catalog: Catalog, id_: str) -> str:  # noqa: ARG001 - called like the readers of tables
    return seller_name(id_)


NAMED: Mapping[str, Callable[[Catalog, str], str]] = {
    "accelerator": accelerator_name,
    "accelerators": accelerator_name,
    "instance": instance_name,
    "model": model_name,
    "other_regions": place_name,
    "provider": _seller_name,
    "providers": _seller_name,
    "region": place_name,
    "regions": place_name,
}
"""The reader of names by the field of a request that holds an id, or a list of ids."""


def names_in(*bodies: object, catalog: Catalog) -> dict[str, str]:
    """The names for people of all ids in some requests, by id; ids that are their own name are left out.

    Args:
        *bodies: Requests, or parts of answers that have fields of requests.
        catalog: The reference tables.
    """
    found: dict[str, str] = {}
    for body in bodies:
        _collect(body, catalog, found)
    return found


def _collect(body: object, catalog: Catalog, found: dict[str, str]) -> None:
    if isinstance(body, list | tuple):
        for one in body:
            _collect(one, catalog, found)
    elif isinstance(body, Mapping):
        for field, value in body.items():
            if field in NAMED:
                _name(value, NAMED[field], catalog, found)
            elif not isinstance(value, str | float | int):
                _collect(value, catalog, found)


def _name(value: object, read: Callable[[Catalog, str], str], catalog: Catalog, found: dict[str, str]) -> None:
    """Add the names of an id or of a list of ids."""
    for id_ in value if isinstance(value, list | tuple) else (value,):
        if isinstance(id_, str) and id_ not in found:
            name = catalog.memos[read](id_)
            if name != id_:
                found[id_] = name


def describe_factor(factor: Factor) -> FactorAnswer:
    """A factor as answers list it."""
    return _describe_factor(factor) if factor.origin == "request" else _cached_description(factor)


def _describe_factor(factor: Factor) -> FactorAnswer:
    return {
        "name": factor.name,
        "value": factor.value,
        "low": factor.low,
        "high": factor.high,
        "unit": factor.unit,
        "origin": factor.origin,
        "source_id": factor.source_id,
        "locator": factor.locator,
        "year": factor.year,
        "as_of": factor.as_of,
    }


_cached_description = lru_cache(maxsize=8192)(_describe_factor)
"""Cached for factors of the tables, which recur; those of a request rarely do."""


def list_phases(body: EstimateBody, overheads: Overheads) -> list[Phase]:
    """The totals of an estimate by phase, in proportion to the work of each.

    Args:
        body: The estimate.
        overheads: Work besides the final run, relative to it.
    """
    works: list[tuple[PhaseName, float]] = [
        ("final", 1.0),
        ("development", overheads.development_share),
        ("failed", overheads.failed_share),
        ("retraining", overheads.retrainings),
    ]
    total = sum(work for _, work in works)
    return [_phase(name, body, work / total) for name, work in works if work]


def _phase(name: PhaseName, body: EstimateBody, share: float) -> Phase:
    return {
        "name": name,
        "hours": _scaled(body["accelerator_hours"], share),
        "energy_kwh": _share_of(body["energy_kwh"], share),
        "carbon_kg": _scaled(body["carbon"]["total_kg"], share),
        "water_l": _scaled(body["water"]["total_l"], share),
        "cost_usd": _scaled(body["cost"]["total_usd"], share),
    }


def _scaled(total: Quantity | None, share: float) -> Quantity | None:
    return None if total is None else _share_of(total, share)


def _share_of(total: Quantity, share: float) -> Quantity:
    return {"value": total["value"] * share, "low": total["low"] * share, "high": total["high"] * share}


def list_equivalents(q: Quantities, catalog: Catalog) -> list[Equivalent]:
    """The totals in everyday units."""
    equivalents: list[Equivalent] = []
    for id_, row in catalog.tables["equivalences"].rows.items():
        amount = q.get(row["metric"])
        if amount is not None:
            value = amount["value"] / row["value"]
            equivalents.append({"name": str(id_), "value": value, "unit": row["unit"], "source_id": row["source_id"]})
    return equivalents


def rank_drivers(footprint: Footprint, log: FactorLog, q: Quantities) -> dict[str, list[Driver]]:
    """The factors that contribute most to the uncertainty of each total, the largest first."""
    amounts = available_amounts(footprint, log)
    totals = {name: total for name in TOTALS if isinstance(total := amounts[name], np.ndarray) and _has_width(q[name])}
    uncertain = [factor for factor in log.factors.values() if factor.low != factor.high]
    shares = variance_shares([factor.identity for factor in uncertain], list(totals.values()))
    return {metric: _largest(uncertain, row) for metric, row in zip(totals, shares, strict=True)}


def _has_width(total: Quantity | None) -> bool:
    """Whether an interval is wider than rounding errors."""
    return total is not None and total["high"] - total["low"] > ROUNDING * abs(total["value"])


def _largest(factors: list[Factor], shares: list[float]) -> list[Driver]:
    large = [(share, factor.name) for share, factor in zip(shares, factors, strict=True) if share >= DRIVER_SHARE]
    return [{"name": name, "share": share} for share, name in sorted(large, reverse=True)[:DRIVERS]]


def request_id(request: Mapping[str, object], catalog: Catalog) -> str:
    """The first 128 bits of SHA-256 over request, version and data version, in hexadecimal."""
    text = json.dumps([request, __version__, catalog.version], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


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
    if machine.instance is not None and payload.get("instance") is not None:
        names |= {"instance": machine.instance, "instances": payload.get("instances", 1)}
    else:
        names |= {"accelerator": machine.name}
        if payload.get("cores") is None:
            names |= {"accelerators": int(count) if float(count).is_integer() else count}
        fields = {name: value for name, value in payload.items() if name not in ("instance", "instances")}
    if site.household:
        fields |= {"pricing": {**pricing_of(payload), "kind": site.pricing.kind}}
    merged = {**fields, **names, **choices}
    return {name: merged[name] for name in sorted(merged) if merged[name] is not None}


def pricing_of(payload: Mapping[str, object]) -> RequestBody:
    """The object ``pricing`` of a request; empty if it has none."""
    pricing = payload.get("pricing")
    return dict(pricing) if isinstance(pricing, Mapping) else {}
