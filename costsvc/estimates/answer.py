"""The answer as plain data: quantities, factors with their sources, warnings, versions."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from costsvc import __version__
from costsvc.estimates.facts import Facts
from costsvc.estimates.footprint import Footprint
from costsvc.estimates.site import Setting
from costsvc.model.uncertainty import Factor, Quantity, influence, quantities
from costsvc.reference.catalog import Catalog
from costsvc.units import Numeric

Plain = dict[str, Any]
DRIVERS = 5
DRIVER_SHARE = 0.01
FIELDS: dict[str, tuple[str, ...]] = {
    "carbon": ("location_kg", "market_kg", "marginal_kg", "embodied_kg", "total_kg"),
    "water": ("onsite_l", "offsite_l", "total_l"),
}
COSTS = ("rental_usd", "hardware_usd", "electricity_usd", "facility_usd", "total_usd")
ENERGIES = ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")


def estimate(
    request: Plain,
    found: Footprint,
    extra: dict[str, Numeric | None],
    setting: Setting,
    facts: Facts,
) -> tuple[Plain, dict[str, Quantity | None]]:
    """What every estimate says, and the quantities of ``extra`` for the caller to place.

    Args:
        request: The normalised request.
        found: Its footprint.
        extra: Further samples that want an interval, by name.
        setting: Where.
        facts: What was used, and what is missing.
    """
    samples = {**amounts(found), **extra}
    q = dict(zip(samples, quantities(list(samples.values())), strict=True))
    carbon: Plain = {name: q[name] for name in FIELDS["carbon"]}
    answer: Plain = {
        "id": identity(request, facts.catalog),
        "request": request,
        "place": setting.described,
        "accelerator_hours": q["accelerator_hours"],
        **{name: q[name] for name in ENERGIES},
        "carbon": {**carbon, "basis": setting.basis},
        "water": {name: q[name] for name in FIELDS["water"]},
        "cost": {name: q[name] for name in (*COSTS, "social_usd")},
        "equivalents": equivalents(q, facts.catalog),
        "drivers": drivers(found, facts),
        **explained(facts),
    }
    return answer, {name: q[name] for name in extra}


def amounts(found: Footprint) -> dict[str, Numeric | None]:
    """Every number of a footprint by the name under which an answer shows it."""
    return {
        "accelerator_hours": found.accelerator_hours,
        **{name: getattr(found, name) for names in (ENERGIES, *FIELDS.values()) for name in names},
        **{name: getattr(found.cost, name) for name in COSTS},
        "social_usd": found.social_usd,
    }


def explained(facts: Facts) -> Plain:
    """The factors, their sources, the warnings and gaps, and the versions of an answer."""
    catalog = facts.catalog
    facts.say_old()
    used = sorted({f.source_id for f in facts.factors.values() if f.source_id})
    return {
        "factors": [factor(f) for f in facts.factors.values()],
        "unavailable": [{"field": name, "reason": reason} for name, reason in facts.unavailable.items()],
        "sources": [catalog.row("sources", source) for source in used],
        "warnings": [{"code": code, "message": message} for code, message in facts.warnings.items()],
        "data_version": catalog.version,
        "version": __version__,
    }


def together(parts: Mapping[str, Facts], own: Facts) -> Plain:
    """What the parts of a comparison say of themselves, and what it says beside them.

    Args:
        parts: What each part rests on, by where it stands; gaps are told with that.
        own: What the comparison itself rests on.

    Returns:
        As :func:`explained`, but for the factors: each part has its own.
    """
    whole = Facts(own.catalog, factors=dict(own.factors), warnings=dict(own.warnings))
    for where, facts in parts.items():
        whole.factors |= {f"{where}.{name}": held for name, held in facts.factors.items()}
        whole.warnings |= facts.warnings
        whole.unavailable |= {f"{where}.{field}": reason for field, reason in facts.unavailable.items()}
    told = explained(whole)
    del told["factors"]
    return told


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


def drivers(found: Footprint, facts: Facts) -> dict[str, list[Plain]]:
    """Which factors the width of each total comes from, the largest first."""
    totals = {
        "energy_kwh": found.energy_kwh,
        "total_kg": found.total_kg,
        "total_l": found.total_l,
        "total_usd": found.cost.total_usd,
    }
    wide = {metric: total for metric, total in totals.items() if isinstance(total, np.ndarray)}
    uncertain = [f for f in facts.factors.values() if f.low != f.high]
    shares = influence([f.identity for f in uncertain], list(wide.values()))
    return {metric: _ranked(uncertain, row) for metric, row in zip(wide, shares, strict=True)}


def _ranked(factors: list[Factor], shares: list[float]) -> list[Plain]:
    large = [(share, f.name) for share, f in zip(shares, factors, strict=True) if share >= DRIVER_SHARE]
    return [{"name": name, "share": share} for share, name in sorted(large, reverse=True)[:DRIVERS]]


def identity(request: Plain, catalog: Catalog) -> str:
    """The first 128 bits of SHA-256 over request, version and data version, in hexadecimal."""
    text = json.dumps([request, __version__, catalog.version], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
