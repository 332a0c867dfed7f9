"""The answer as plain data: quantities, factors with their sources, warnings, versions."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from costsvc import __version__
from costsvc.model.chains.footprint import NAMES, Footprint
from costsvc.model.uncertainty import Factor, Quantity, quantities, variance_shares
from costsvc.reference.catalog import Catalog
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.site import ResolvedSite
from costsvc.units import Numeric

Plain = dict[str, Any]
DRIVERS = 5
DRIVER_SHARE = 0.01
ROUNDING = 1e-9
"""Relative spread of draws up to which a number counts as one without width."""
FIELDS: dict[str, tuple[str, ...]] = {
    "carbon": ("location_kg", "market_kg", "marginal_kg", "embodied_kg", "total_kg"),
    "water": ("onsite_l", "offsite_l", "total_l"),
}
COSTS = ("rental_usd", "hardware_usd", "electricity_usd", "facility_usd", "total_usd")
TOTALS = ("energy_kwh", "total_kg", "total_l", "total_usd")
ENERGIES = ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")


SECTION = {
    **{name: f"carbon.{name}" for name in FIELDS["carbon"]},
    **{name: f"water.{name}" for name in FIELDS["water"]},
    **{name: f"cost.{name}" for name in (*COSTS, "social_usd")},
}
"""Where an answer has each number of a footprint that may not exist."""


def estimate(
    request: Plain,
    found: Footprint,
    extra: dict[str, Numeric | None],
    site: ResolvedSite,
    log: FactorLog,
    catalog: Catalog,
) -> tuple[Plain, dict[str, Quantity | None]]:
    """What every estimate has, and the quantities of ``extra`` for the caller to place.

    Args:
        request: The canonical request.
        found: Its footprint.
        extra: Further samples that want an interval, by name.
        site: Where.
        log: What was used, and what is missing.
        catalog: The tables.
    """
    samples = {**amounts(found, log), **extra}
    q = dict(zip(samples, quantities(list(samples.values())), strict=True))
    carbon: Plain = {name: q[name] for name in FIELDS["carbon"]}
    answer: Plain = {
        "id": identity(request, catalog),
        "request": request,
        "place": described(site),
        "accelerator_hours": q["accelerator_hours"],
        **{name: q[name] for name in ENERGIES},
        "carbon": {**carbon, "basis": site.bases},
        "water": {name: q[name] for name in FIELDS["water"]},
        "cost": {name: q[name] for name in (*COSTS, "social_usd")},
        "equivalents": equivalents(q, catalog),
        "drivers": drivers(found, log, q),
        **explained(log, catalog, site.date),
    }
    return answer, {name: q[name] for name in extra}


def described(site: ResolvedSite) -> Plain:
    """A place as an answer shows it."""
    location = site.bases["location"]
    return {
        "region": site.place.region,
        "country": site.place.country,
        "zone": location and location["zone"],
        "resolution": location and location["resolution"],
        "year": (location and location["year"]) or site.year,
        "pue": site.pue.value,
    }


def amounts(found: Footprint, log: FactorLog) -> dict[str, Numeric | None]:
    """Every number of a footprint by its name, None for one that the log marks as unavailable."""
    missing = log.unavailable
    return {name: None if SECTION.get(name) in missing else getattr(found, name) for name in NAMES}


def explained(log: FactorLog, catalog: Catalog, day: dt.date | None = None) -> Plain:
    """The factors, their sources, the warnings and gaps, and the versions of an answer.

    Args:
        log: What the answer rests on.
        catalog: The tables.
        day: The day of the estimate, None if it names none.
    """
    log.warn_of_old(day or catalog.reference_date)
    sources = catalog.tables["sources"].rows
    used = sorted({f.source_id for f in log.factors.values() if f.source_id})
    return {
        "factors": [factor(f) for f in log.factors.values()],
        "unavailable": [{"field": name, "reason": reason} for name, reason in log.unavailable.items()],
        "sources": [sources[source] for source in used],
        "warnings": [{"code": code, "message": message} for code, message in log.warnings.items()],
        "data_version": catalog.version,
        "version": __version__,
    }


def together(parts: Mapping[str, FactorLog], own: FactorLog, catalog: Catalog) -> Plain:
    """What the parts of a comparison and the comparison itself rest on.

    Args:
        parts: The log of each part, by its place in the request; gaps are named with that.
        own: The log of the comparison itself.
        catalog: The tables.

    Returns:
        As :func:`explained`, but for the factors: each part has its own.
    """
    whole = FactorLog(factors=dict(own.factors), warnings=dict(own.warnings))
    for place, log in parts.items():
        whole.factors |= {f"{place}.{name}": held for name, held in log.factors.items()}
        whole.warnings |= log.warnings
        whole.unavailable |= {f"{place}.{field}": reason for field, reason in log.unavailable.items()}
    body = explained(whole, catalog)
    del body["factors"]
    return body


def factor(found: Factor) -> Plain:
    """A factor as the answer shows it."""
    return _plain(found) if found.origin == "request" else _kept(found)


def _plain(found: Factor) -> Plain:
    return {
        "name": found.name,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "unit": found.unit,
        "origin": found.origin,
        "source_id": found.source_id,
        "locator": found.locator,
        "year": found.year,
        "as_of": found.as_of,
    }


_kept = lru_cache(maxsize=8192)(_plain)
"""Figures of the tables come again and again; those of a request do not."""


def equivalents(q: dict[str, Quantity | None], catalog: Catalog) -> list[Plain]:
    """The totals in things that a person can picture."""
    shown = []
    for id_, row in catalog.tables["equivalences"].rows.items():
        amount = q.get(row["metric"])
        if amount is not None and amount["value"] is not None:
            value = amount["value"] / row["value"]
            shown.append({"name": id_, "value": value, "unit": row["unit"], "source_id": row["source_id"]})
    return shown


def drivers(found: Footprint, log: FactorLog, q: Mapping[str, Quantity | None]) -> dict[str, list[Plain]]:
    """The factors that contribute most to the width of each total, the largest first."""
    known = amounts(found, log)
    wide = {name: total for name in TOTALS if isinstance(total := known[name], np.ndarray) and _has_width(q[name])}
    uncertain = [f for f in log.factors.values() if f.low != f.high]
    shares = variance_shares([f.identity for f in uncertain], list(wide.values()))
    return {metric: _ranked(uncertain, row) for metric, row in zip(wide, shares, strict=True)}


def _has_width(total: Quantity | None) -> bool:
    """Whether an interval is wider than what rounding leaves."""
    return total is not None and total["high"] - total["low"] > ROUNDING * abs(total["value"])


def _ranked(factors: list[Factor], shares: list[float]) -> list[Plain]:
    large = [(share, f.name) for share, f in zip(shares, factors, strict=True) if share >= DRIVER_SHARE]
    return [{"name": name, "share": share} for share, name in sorted(large, reverse=True)[:DRIVERS]]


def identity(request: Plain, catalog: Catalog) -> str:
    """The first 128 bits of SHA-256 over request, version and data version, in hexadecimal."""
    text = json.dumps([request, __version__, catalog.version], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


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
