"""Best times to run a workload by the hourly profile of its grid, and the savings."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from typing_extensions import TypedDict

from costsvc import limits
from costsvc.answers.request_body import RequestBody
from costsvc.answers.schedule import (
    Alternative,
    Elsewhere,
    Emitted,
    ProfileAnswer,
    Saving,
    ScheduleAnswer,
    Span,
    Timed,
    ZoneAnswer,
)
from costsvc.errors import BadRequestError, located
from costsvc.estimates import answer
from costsvc.estimates.answer import canonicalize_request, require
from costsvc.estimates.schedule.load import FlexibleLoad, LoadAtSite, Run, locate_load, resolve_load
from costsvc.estimates.schedule.windows import Plan, Window, format_utc
from costsvc.model.quantities import scale_quantity
from costsvc.model.schedule import INSTANT
from costsvc.model.uncertainty import central_value, quantities
from costsvc.reference.catalog import Catalog
from costsvc.reference.places import Place
from costsvc.reference.profiles import Profile, zones_with_profile
from costsvc.reference.time_zones import time_zone
from costsvc.requests.comparisons import ALL, Schedule
from costsvc.requests.workloads import Site, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.site import ResolvedSite, warn_of_names
from costsvc.units import PERCENT, S_PER_H, Numeric

NEEDS_PROFILE = ("windows", "now", "average", "savings", "profile")
"""Fields that are null without an hourly profile."""
PAST_YEARS = "Profiles are means of past years; they do not include the weather or outages of a given week."
NOT_MARGINAL = "Savings are at the average intensity of the grid; the effect of a shift depends on marginal intensity."
FREE_PAUSES = "Checkpoints, waiting and restarts are assumed to take no energy and no time."
SAME_ENERGY = "The energy is assumed to be the same in other regions, whatever their PUE."
CHANGED = 1.25
"""Ratio of annual mean intensities from which the shape of a profile is doubtful."""
NONE_REQUESTED = "the request has no other regions; give other_regions"
NONE_KNOWN = "no intensity is known for any region of other_regions"


class ProfileResults(TypedDict):
    """The fields of an answer that need an hourly profile."""

    windows: list[Timed] | None
    now: Timed | None
    average: Emitted | None
    savings: list[Saving] | None
    profile: ProfileAnswer | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OtherRegion:
    """A load in another region with its best plan there."""

    load: LoadAtSite
    plan: Plan

    def kg(self) -> Numeric:
        """CO2e of the plan [kg]."""
        return self.load.kg * self.plan.ratio


def find_windows(request: Schedule, catalog: Catalog) -> ScheduleAnswer:
    """Find the best times to run a workload.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If the window is too short, or fields contradict each other.
    """
    log = FactorLog()
    load = resolve_load(request.workload, catalog, log)
    duration_h = request.duration_h or _run_duration(load.run, log)
    window = _window(request, duration_h)
    with located("training") if load.run else nullcontext():
        here = locate_load(load.site, load, catalog, log)
    other = _best_other_region(request, load, window, here, catalog)
    body = _canonical_request(request, load, here.site, duration_h)
    _warn(request, load, here)
    energy, intensity = quantities([here.energy_kwh, None if here.site.grid is None else here.g_per_kwh])
    results = _profile_results(here, window, other, log)
    elsewhere = None if other is None else _elsewhere(other, window, log)
    return {
        "id": answer.request_id(body, catalog),
        "request": body,
        "place": answer.describe_place(here.site),
        "time_zone": time_zone(here.profile.zone if here.profile else None),
        "duration_h": duration_h,
        "energy_kwh": require(energy),
        "annual_g_per_kwh": intensity,
        **results,
        "best_other_region": elsewhere,
        "with_profile": _zones(here.site.place, catalog),
        **answer.explain_log(log, catalog, None, body, elsewhere),
    }


def _run_duration(run: Run | None, log: FactorLog) -> float:
    """The time of all phases of a run, one after another [h]."""
    if run is None:
        raise BadRequestError({"duration_h": "must be given together with energy_kwh"})
    hours, allowed = central_value(run.training.usage.hours) / run.count, limits.DURATION_H
    if not allowed.low <= hours <= allowed.high:
        text = f"must be between {allowed.low:g} and {allowed.high:g}; the run takes {hours:.4g} h"
        raise BadRequestError({"duration_h": text})
    log.add_warning("duration-of-run", f"duration_h is not given; the {hours:.4g} h of the run's phases are assumed.")
    return hours


def _window(request: Schedule, duration_h: float) -> Window:
    window = Window.between(request.earliest, request.deadline, duration_h, interruptible=request.interruptible)
    if window.length_h < duration_h - INSTANT:
        soonest = format_utc(request.earliest + timedelta(seconds=float(np.ceil(duration_h * S_PER_H))))
        text = f"must be {soonest} or later: the workload takes {duration_h:.6g} h"
        raise BadRequestError({"deadline": f"{text}, and it is {window.length_h:.6g} h after earliest"})
    return window


def _best_other_region(
    request: Schedule, load: FlexibleLoad, window: Window, here: LoadAtSite, catalog: Catalog
) -> OtherRegion | None:
    """The other region with the lowest emissions at its own best time."""
    regions = _other_regions(request, here.site.place, catalog, here.log)
    others: list[OtherRegion] = []
    plans: dict[str | None, Plan] = {}
    for region in regions:
        site = Site(region=region, year=load.site.year, scope=load.site.scope)
        there = locate_load(site, load, catalog, FactorLog())
        if there.site.grid is not None:
            zone = there.profile.zone if there.profile else None
            if zone not in plans:
                plans[zone] = window.best(window.line(there.shape), 1)[0]
            others.append(OtherRegion(load=there, plan=plans[zone]))
    if not others:
        here.log.mark_unavailable("best_other_region", NONE_KNOWN if regions else NONE_REQUESTED)
        return None
    return min(others, key=lambda one: central_value(one.load.kg) * one.plan.ratio)


def _other_regions(request: Schedule, own: Place, catalog: Catalog, log: FactorLog) -> list[str]:
    """Ids of the other regions, without duplicates; warns of what was read in their names."""
    if request.other_regions == ALL:
        names = [str(id_) for id_ in catalog.tables["regions"].rows]
    else:
        numbered = enumerate(request.other_regions)
        names = [catalog.place(name, f"other_regions.{i}").region for i, name in numbered]
        warn_of_names(request.other_regions, catalog, log)
    return [name for name in dict.fromkeys(names) if name != own.region]


def _profile_results(here: LoadAtSite, window: Window, other: OtherRegion | None, log: FactorLog) -> ProfileResults:
    if here.profile is None or here.site.grid is None:
        for name in NEEDS_PROFILE:
            log.mark_unavailable(name, _missing_profile(here))
        return {"windows": None, "now": None, "average": None, "savings": None, "profile": None}
    line = window.line(here.shape)
    plans = window.best(line)
    now = window.whole(line, window.begin, window.duration_h)
    average = window.whole(line, window.begin, window.length_h)
    alternatives: dict[Alternative, Numeric] = {"now": here.kg * now.ratio, "average": here.kg * average.ratio}
    if other is not None:
        alternatives["best_other_region"] = other.kg()
    annual = _annual(here)
    return {
        "windows": [_timed(plan, window, annual) for plan in plans],
        "now": _timed(now, window, annual),
        "average": _emitted(annual, average.ratio),
        "savings": _savings(here.kg * plans[0].ratio, alternatives, log),
        "profile": _profile(here.profile, here),
    }


def _missing_profile(here: LoadAtSite) -> str:
    if here.site.grid is None:
        return "there is no annual_g_per_kwh"
    region = here.site.place.region
    return f"no hourly profile is known for {region}; with_profile lists the zones that have one"


def _profile(profile: Profile, here: LoadAtSite) -> ProfileAnswer:
    return {
        "zone": profile.zone,
        "scope": profile.scope,
        "g_per_kwh": (profile.shape * central_value(here.g_per_kwh)).tolist(),
    }


def _annual(load: LoadAtSite) -> Emitted:
    """Intensity and CO2e at the annual mean."""
    intensity, kg = quantities([load.g_per_kwh, load.kg])
    return {"g_per_kwh": require(intensity), "location_kg": require(kg)}


def _timed(plan: Plan, window: Window, annual: Emitted) -> Timed:
    """A plan with its emissions; each span has its share of the energy."""
    columns = (plan.spans.begins, plan.spans.ends, plan.ratios)
    spans = [
        _span((begin, end), ratio, window, annual)
        for begin, end, ratio in zip(*(column.tolist() for column in columns), strict=True)
    ]
    return {"start": spans[0]["start"], "end": spans[-1]["end"], **_emitted(annual, plan.ratio), "spans": spans}


def _span(ends: tuple[float, float], ratio: float, window: Window, annual: Emitted) -> Span:
    begin, end = ends
    share = (end - begin) / window.duration_h
    return {"start": window.instant(begin), "end": window.instant(end), **_emitted(annual, ratio, share)}


def _elsewhere(other: OtherRegion, window: Window, log: FactorLog) -> Elsewhere:
    """The best other region; its factors are logged with a prefix."""
    load = other.load
    for name, factor in load.log.factors.items():
        log.factors[f"best_other_region.{name}"] = replace(factor, name=f"best_other_region.{name}")
    (energy,) = quantities([load.energy_kwh])
    return {
        "region": load.site.place.region,
        "profile_zone": load.profile.zone if load.profile else None,
        "energy_kwh": require(energy),
        **_timed(other.plan, window, _annual(load)),
    }


def _savings(best: Numeric, alternatives: dict[Alternative, Numeric], log: FactorLog) -> list[Saving]:
    """Savings of the best window; negative if it does worse."""
    savings: list[Saving] = []
    for name, other in alternatives.items():
        saved = other - best
        share = PERCENT * saved / other if np.all(np.asarray(other) > 0) else None
        if share is None:
            log.mark_unavailable("savings.percent", "the alternative has no emissions")
        kg, percent = quantities([saved, share])
        savings.append({"against": name, "location_kg": require(kg), "percent": percent})
    return savings


def _zones(place: Place, catalog: Catalog) -> list[ZoneAnswer]:
    return [{"zone": zone, "regions": regions} for zone, regions in zones_with_profile(place, catalog)]


def _canonical_request(request: Schedule, load: FlexibleLoad, site: ResolvedSite, duration_h: float) -> RequestBody:
    body: RequestBody = {"energy_kwh": load.energy_kwh, "region": site.place.region, "scope": load.site.scope}
    if isinstance(request.workload, TrainingRun) and load.run is not None:
        resolved = load.run.resolved
        choices = {"precision": resolved.precision}
        run = canonicalize_request(request.workload.payload, resolved.machine, load.run.count, site, choices)
        body = {"training": run}
    body |= {
        "earliest": format_utc(request.earliest),
        "deadline": format_utc(request.deadline),
        "duration_h": duration_h,
        "interruptible": request.interruptible,
        "other_regions": request.other_regions if request.other_regions == ALL else list(request.other_regions),
    }
    return {name: body[name] for name in sorted(body)}


def _warn(request: Schedule, load: FlexibleLoad, here: LoadAtSite) -> None:
    """Log the warnings of every schedule and of this one."""
    log, now = here.log, central_value(here.g_per_kwh)
    place, profile = here.site.place, here.profile
    if profile is not None and place.level == "subdivision" and place.zone is None:
        text = f"The profile is that of {profile.zone}, the main grid zone of {place.region}."
        log.add_warning("profile-of-zone", text)
    if profile is not None and not now / CHANGED <= profile.mean.value <= now * CHANGED:
        then = profile.mean.value
        text = f"The annual mean intensity of the grid is {now:.4g} g/kWh; that of the profile was {then:.4g} g/kWh."
        log.add_warning("grid-has-changed", text)
    log.add_warning("profile-of-past-years", PAST_YEARS)
    log.add_warning("average-not-marginal", NOT_MARGINAL)
    if request.interruptible:
        log.add_warning("pauses-cost-nothing", FREE_PAUSES)
    if request.other_regions and load.run is None:
        log.add_warning("same-energy-elsewhere", SAME_ENERGY)


def _emitted(annual: Emitted, ratio: float, share: float = 1.0) -> Emitted:
    """Intensity and CO2e at another intensity than the annual mean, for a share of the energy."""
    return {
        "g_per_kwh": scale_quantity(annual["g_per_kwh"], ratio),
        "location_kg": scale_quantity(annual["location_kg"], ratio * share),
    }
