"""When to run: the best windows of a workload by the profile of its grid, and what they save."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import numpy as np

from costsvc import limits
from costsvc.errors import BadRequestError, located
from costsvc.estimates import answer
from costsvc.estimates.answer import Plain, canonical_request
from costsvc.estimates.schedule.load import FlexibleLoad, LoadAtSite, Run, locate_load, resolve_load
from costsvc.estimates.schedule.windows import Plan, Window, iso
from costsvc.model.schedule import INSTANT
from costsvc.model.uncertainty import Quantity, central_value, quantities
from costsvc.reference.catalog import Catalog
from costsvc.reference.places import Place
from costsvc.reference.profiles import zones_with_profile
from costsvc.requests.comparisons import Schedule
from costsvc.requests.workloads import Site, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.site import ResolvedSite
from costsvc.units import PERCENT, S_PER_H, Numeric

Flat: TypeAlias = dict[str, dict[str, float]]
ALL = "all"
AMOUNTS = ("g_per_kwh", "location_kg")
NEEDS_PROFILE = ("windows", "now", "average", "savings", "profile")
PAST_YEARS = "Profiles are means of past years and say nothing of the weather or the outages of a given week."
NOT_MARGINAL = "Savings are at the average of the grid; what a shift really avoids is decided at its margin."
FREE_PAUSES = "To save, to wait and to resume are taken to cost no energy and no time."
SAME_ENERGY = "The energy is taken to be the same in other regions, whatever their PUE."
MOVED = 1.25
"""How many times another level of the grid makes the shape of its profile doubtful."""
NONE_ASKED = "no other region was asked for; give other_regions"
NONE_KNOWN = "no intensity is known for any other region that was asked for"


def schedule(asked: Schedule, catalog: Catalog) -> Plain:
    """Answer when a workload is best run.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If the window is too short, or what is said does not go together.
    """
    log = FactorLog()
    load = resolve_load(asked.workload, catalog, log)
    duration_h = asked.duration_h or _own_duration(load.run, log)
    window = _window(asked, duration_h)
    with located("training") if load.run else nullcontext():
        here = locate_load(load.site, load, catalog, log)
    there = _best_elsewhere(asked, load, window, here, catalog)
    shown = _request(asked, load, here.site, duration_h)
    _warn(asked, load, here)
    return {
        "id": answer.identity(shown, catalog),
        "request": shown,
        "place": answer.described(here.site),
        "duration_h": duration_h,
        **_quantities(
            {"energy_kwh": here.energy_kwh, "annual_g_per_kwh": None if here.site.grid is None else here.g_per_kwh}
        ),
        **_timed(here, window, there, log),
        "best_other_region": _shown_elsewhere(there, window, log),
        "with_profile": _with_profile(here.site.place, catalog),
        **answer.explained(log, catalog),
    }


def _own_duration(run: Run | None, log: FactorLog) -> float:
    """The time that all phases of a run take, one after another [h]."""
    if run is None:
        raise BadRequestError({"duration_h": "This is missing; it goes with energy_kwh."})
    hours, allowed = central_value(run.training.usage.hours) / run.count, limits.DURATION_H
    if not allowed.low <= hours <= allowed.high:
        text = f"The run's own {hours:.4g} h cannot be placed; they must be from {allowed.low:g} to {allowed.high:g} h."
        raise BadRequestError({"duration_h": text})
    log.add_warning("duration-of-run", f"No duration_h was given: the {hours:.4g} h of the run's phases are taken.")
    return hours


def _window(asked: Schedule, duration_h: float) -> Window:
    window = Window.between(asked.earliest, asked.deadline, duration_h, interruptible=asked.interruptible)
    if window.length_h < duration_h - INSTANT:
        soonest = iso(asked.earliest + timedelta(seconds=float(np.ceil(duration_h * S_PER_H))))
        text = f"{window.length_h:.6g} h from earliest on are less than the {duration_h:.6g} h that are needed"
        raise BadRequestError({"deadline": f"{text}; it must be {soonest} or later."})
    return window


def _best_elsewhere(
    asked: Schedule, load: FlexibleLoad, window: Window, here: LoadAtSite, catalog: Catalog
) -> tuple[LoadAtSite, Plan] | None:
    """The other region where the workload emits least, at its own best time."""
    regions = _others(asked, here.site.place, catalog)
    found: list[tuple[LoadAtSite, Plan]] = []
    plans: dict[str | None, Plan] = {}
    for region in regions:
        where = Site(region=region, year=load.site.year, scope=load.site.scope)
        there = locate_load(where, load, catalog, FactorLog())
        if there.site.grid is not None:
            zone = there.profile.zone if there.profile else None
            if zone not in plans:
                plans[zone] = window.best(window.line(there.shape), 1)[0]
            found.append((there, plans[zone]))
    if not found:
        here.log.mark_unavailable("best_other_region", NONE_KNOWN if regions else NONE_ASKED)
        return None
    return min(found, key=lambda one: central_value(one[0].kg) * one[1].ratio)


def _others(asked: Schedule, own: Place, catalog: Catalog) -> list[str]:
    """The other regions to look at, under their own names and each once."""
    if asked.other_regions == ALL:
        names = [str(id_) for id_ in catalog.tables["regions"].rows]
    else:
        named = enumerate(asked.other_regions)
        names = [catalog.place(name, f"other_regions.{place}").region for place, name in named]
    return [name for name in dict.fromkeys(names) if name != own.region]


def _timed(here: LoadAtSite, window: Window, there: tuple[LoadAtSite, Plan] | None, log: FactorLog) -> Plain:
    """What the profile of the workload's own place says, or why it says nothing."""
    found = here.profile
    if found is None or here.site.grid is None:
        for name in NEEDS_PROFILE:
            log.mark_unavailable(name, _no_profile(here))
        return dict.fromkeys(NEEDS_PROFILE)
    line = window.line(here.shape)
    plans = window.best(line)
    now = window.whole(line, window.begin, window.duration_h)
    average = window.whole(line, window.begin, window.length_h)
    against = {"now": here.kg * now.ratio, "average": here.kg * average.ratio}
    if there is not None:
        against["best_other_region"] = there[0].kg * there[1].ratio
    flat = _flat(here)
    return {
        "windows": [_shown(plan, window, flat) for plan in plans],
        "now": _shown(now, window, flat),
        "average": _scaled(flat, average.ratio),
        "savings": _savings(here.kg * plans[0].ratio, against, log),
        "profile": {
            "zone": found.zone,
            "scope": found.scope,
            "g_per_kwh": (found.shape * central_value(here.g_per_kwh)).tolist(),
        },
    }


def _no_profile(here: LoadAtSite) -> str:
    if here.site.grid is None:
        return "there is no annual_g_per_kwh"
    region = here.site.place.region
    return f"no profile by month and hour is known for {region}; with_profile lists the zones that have one"


def _flat(there: LoadAtSite) -> Flat:
    """Intensity and CO2e at the mean of the year."""
    found = quantities([there.g_per_kwh, there.kg])
    return {name: {end: x or 0.0 for end, x in (q or {}).items()} for name, q in zip(AMOUNTS, found, strict=True)}


def _shown(plan: Plan, window: Window, flat: Flat) -> Plain:
    """A plan with its amounts; each span has its share of the energy."""
    spans = []
    columns = (plan.spans.begins, plan.spans.ends, plan.ratios)
    for begin, end, ratio in zip(*(column.tolist() for column in columns), strict=True):
        times = {"start": window.instant(begin), "end": window.instant(end)}
        spans.append({**times, **_scaled(flat, ratio, (end - begin) / window.duration_h)})
    return {"start": spans[0]["start"], "end": spans[-1]["end"], **_scaled(flat, plan.ratio), "spans": spans}


def _shown_elsewhere(there: tuple[LoadAtSite, Plan] | None, window: Window, log: FactorLog) -> Plain | None:
    """The best other region; what it rests on is recorded under names of its own."""
    if there is None:
        return None
    place, plan = there
    for name, factor in place.log.factors.items():
        log.factors[f"best_other_region.{name}"] = replace(factor, name=f"best_other_region.{name}")
    return {
        "region": place.site.place.region,
        "profile_zone": place.profile.zone if place.profile else None,
        **_quantities({"energy_kwh": place.energy_kwh}),
        **_shown(plan, window, _flat(place)),
    }


def _savings(best: Numeric, against: dict[str, Numeric], log: FactorLog) -> list[Plain]:
    """What the best window saves, below 0 where it does worse."""
    shown = []
    for name, other in against.items():
        saved = other - best
        share = PERCENT * saved / other if np.all(np.asarray(other) > 0) else None
        if share is None:
            log.mark_unavailable("savings.percent", "there is nothing to save: no emissions to hold it against")
        shown.append({"against": name, **_quantities({"location_kg": saved, "percent": share})})
    return shown


def _with_profile(place: Place, catalog: Catalog) -> list[Plain]:
    return [{"zone": zone, "regions": regions} for zone, regions in zones_with_profile(place, catalog)]


def _request(asked: Schedule, load: FlexibleLoad, site: ResolvedSite, duration_h: float) -> Plain:
    shown: Plain = {"energy_kwh": load.energy_kwh, "region": site.place.region, "scope": load.site.scope}
    if isinstance(asked.workload, TrainingRun) and load.run is not None:
        resolved = load.run.resolved
        chosen = {"precision": resolved.precision}
        run = canonical_request(asked.workload.said, resolved.machine, load.run.count, site, chosen)
        shown = {"training": run}
    shown |= {
        "earliest": iso(asked.earliest),
        "deadline": iso(asked.deadline),
        "duration_h": duration_h,
        "interruptible": asked.interruptible,
        "other_regions": asked.other_regions if asked.other_regions == ALL else list(asked.other_regions),
    }
    return {name: shown[name] for name in sorted(shown)}


def _warn(asked: Schedule, load: FlexibleLoad, here: LoadAtSite) -> None:
    """What the caller should know of every schedule, and of this one."""
    log, now = here.log, central_value(here.g_per_kwh)
    place = here.site.place
    if here.profile is not None and place.level == "subdivision" and place.zone is None:
        log.add_warning(
            "profile-of-zone", f"The hours are those of {here.profile.zone}, which most of {place.region} draws from."
        )
    if here.profile is not None and not now / MOVED <= here.profile.mean.value <= now * MOVED:
        then = here.profile.mean.value
        log.add_warning("grid-has-changed", f"The grid is at {now:.4g} g/kWh, that of the profile was at {then:.4g}.")
    log.add_warning("profile-of-past-years", PAST_YEARS)
    log.add_warning("average-not-marginal", NOT_MARGINAL)
    if asked.interruptible:
        log.add_warning("pauses-cost-nothing", FREE_PAUSES)
    if asked.other_regions and load.run is None:
        log.add_warning("same-energy-elsewhere", SAME_ENERGY)


def _quantities(samples: dict[str, Numeric | None]) -> dict[str, Quantity | None]:
    return dict(zip(samples, quantities(list(samples.values())), strict=True))


def _scaled(flat: Flat, ratio: float, share: float = 1.0) -> Plain:
    """What holds at the mean of the year, at another intensity and for a share of the energy."""
    factors = {"g_per_kwh": ratio, "location_kg": ratio * share}
    return {name: {end: number * factors[name] for end, number in q.items()} for name, q in flat.items()}
