"""Candidates of a placement: the accelerators that a workload fits on, and the sites."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from costsvc.errors import BadRequestError
from costsvc.estimates.serving import record_request
from costsvc.estimates.training import too_large
from costsvc.limits import PLACEMENT_OPTIONS, PLACEMENT_PLACES
from costsvc.model.chains.serving import serve_request
from costsvc.model.chains.training import Training, train
from costsvc.model.inputs import central
from costsvc.model.power import Usage
from costsvc.model.uncertainty import central_value
from costsvc.reference.catalog import Catalog
from costsvc.reference.place_groups import read_regions
from costsvc.reference.places import UNKNOWN_OPERATOR
from costsvc.requests.comparisons import ALL, KINDS, Candidates
from costsvc.requests.workloads import OWNED, Machine, PriceKind, Serving, Site, Subject, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine, resolve_count, resolve_machine
from costsvc.resolve.serving import resolve_serving
from costsvc.resolve.site import ResolvedSite, is_household, resolve_site
from costsvc.resolve.training import ResolvedTraining, resolve_training

Workload = TrainingRun | Serving
PROBE_B = 7.0
"""Parameters [10^9] for which accelerators are compared if those of the run are not known."""
DOES_NOT_FIT = "does-not-fit"
MEASURED = ("accelerator_power_w", "it_power_w", "accelerator_power_limit_w")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """An accelerator that the workload fits on.

    Attributes:
        workload: The workload on it.
        machine: The machine.
        usage: The workload's use of it, at central values.
        duration_h: Wall-clock hours; of one request for serving.
    """

    workload: Workload
    machine: ResolvedMachine
    usage: Usage
    duration_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An accelerator that the workload cannot run on, and the reason."""

    accelerator: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteChoice:
    """A site to compare.

    Attributes:
        site: The site of a request.
        resolved: The resolved site, as a data centre.
        home: The resolved site as a household; None if it is not a household for any of the machines.
    """

    site: Site
    resolved: ResolvedSite
    home: ResolvedSite | None

    def is_home_of(self, machine: ResolvedMachine, kind: PriceKind | None) -> bool:
        """Whether it is a household for a machine at a kind of price; None for the default kind."""
        if self.home is None:
            return False
        there = replace(self.site, pricing=replace(self.site.pricing, kind=kind))
        return is_household(machine, there, self.resolved.place)


def place_on_accelerators(
    workload: Workload, named: Workload, candidates: Candidates, catalog: Catalog
) -> Iterator[Candidate | Rejected]:
    """Place the workload on each accelerator.

    Args:
        workload: The workload on accelerators, also if its request has an instance.
        named: The workload on the machine of its request, whose price may differ.
        candidates: Which accelerators.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If an accelerator is not known.
        BadRequestError: If a measured power would apply to several accelerators.
    """
    own = resolve_machine(workload.machine, catalog).device
    tried = _accelerators(own, candidates, catalog)
    measured = [name for name in MEASURED if getattr(workload.machine, name) is not None]
    if measured and tried != [own]:
        text = "not allowed together with several accelerators; omit the field, or compare regions only"
        raise BadRequestError({f"{KINDS[type(workload)]}.{measured[0]}": text})
    for id_ in tried:
        try:
            moved = named if id_ == own else move_to(workload, id_, catalog)
            yield _candidate(moved, catalog)
        except BadRequestError as error:
            yield Rejected(accelerator=id_, reason=" ".join(error.problems.values()))


def use_accelerators(workload: Workload, catalog: Catalog) -> Workload:
    """Replace the instance of a workload by its accelerators, with the provider of the instance.

    Accelerators that only the name of the accelerator says become a number, since another one has another name.
    """
    machine = resolve_machine(workload.machine, catalog)
    if machine.instance is None:
        return workload if machine.named is None else _with_count(workload, machine, catalog)
    count = resolve_count(workload.machine, machine, catalog, FactorLog()) or 1.0
    chips = replace(
        workload.machine, accelerator=machine.id, accelerators=math.ceil(count), instance=None, instances=None
    )
    pricing = replace(workload.site.pricing, provider=workload.site.pricing.provider or machine.provider)
    moved = replace(workload, machine=chips, site=replace(workload.site, pricing=pricing))
    if isinstance(moved, TrainingRun) and moved.hours is not None:
        return _with_hours(moved, moved.hours * count)
    return moved


def _with_count(workload: Workload, machine: ResolvedMachine, catalog: Catalog) -> Workload:
    """A workload with the number of accelerators that their name says."""
    count = resolve_count(workload.machine, machine, catalog, FactorLog())
    counted = replace(workload.machine, accelerator=machine.device, accelerators=count)
    return replace(workload, machine=counted)


def _with_hours(run: TrainingRun, accelerator_hours: float) -> TrainingRun:
    """A run with its time in accelerator-hours, also in its payload."""
    payload = {name: value for name, value in run.payload.items() if name != "hours"}
    payload |= {"accelerator_hours": accelerator_hours}
    return replace(run, accelerator_hours=accelerator_hours, hours=None, payload=payload)


def _accelerators(own: str, candidates: Candidates, catalog: Catalog) -> list[str]:
    """Ids of the accelerators to try, without duplicates."""
    names = candidates.accelerators
    if names is None:
        return [own]
    rows = catalog.tables["accelerators"].rows
    if names == ALL:
        return [str(id_) for id_, row in rows.items() if candidates.segment in (None, row["segment"])]
    ids = [catalog.accelerator(name, f"accelerators.{i}")[0].name for i, name in enumerate(names)]
    return list(dict.fromkeys(ids))


def move_to(workload: Workload, accelerator: str, catalog: Catalog) -> Workload:
    """Move a workload to another accelerator.

    Hours of the request apply to the accelerator of the request; those of another one are scaled by the ratio of
    peak throughput times utilization.
    """
    machine = Machine(accelerator=accelerator)
    if isinstance(workload, Serving):
        return replace(workload, machine=machine)
    moved = replace(workload, machine=replace(machine, accelerators=workload.machine.accelerators))
    if workload.training_tokens_b is not None:
        return moved
    hours = central_value(_central_training(workload, catalog)[1].final_hours)
    own, other = (_probed_hours(run, catalog) for run in (workload, moved))
    return _with_hours(moved, hours * other / own)


def _probed_hours(run: TrainingRun, catalog: Catalog) -> float:
    """Accelerator-hours of 10^9 tokens for a run of this size."""
    subject = run.subject if run.subject != Subject() else Subject(total_params_b=PROBE_B)
    probe = replace(run, accelerator_hours=None, hours=None, training_tokens_b=1.0, subject=subject)
    return central_value(_central_training(probe, catalog)[1].final_hours)


def _central_training(run: TrainingRun, catalog: Catalog) -> tuple[ResolvedTraining, Training]:
    """A run without its site, at central values."""
    resolved = resolve_training(run, catalog, FactorLog())
    return resolved, train(resolved.inputs.numbers(central))


def _candidate(workload: Workload, catalog: Catalog) -> Candidate:
    """Resolve a workload on its machine.

    Raises:
        BadRequestError: If it does not fit, or a property of the machine is not known.
    """
    if isinstance(workload, Serving):
        return _serving_candidate(workload, catalog)
    resolved, training = _central_training(workload, catalog)
    reason = too_large(resolved, training, central_value(training.usage.accelerators))
    if reason is not None:
        raise BadRequestError({"accelerators": reason})
    return Candidate(
        workload=workload,
        machine=resolved.machine,
        usage=training.usage,
        duration_h=central_value(training.duration_h),
    )


def _serving_candidate(request: Serving, catalog: Catalog) -> Candidate:
    log = FactorLog()
    resolved = resolve_serving(request, catalog, log)
    served = serve_request(resolved.inputs.numbers(central))
    record_request(request, resolved, served, log)
    if DOES_NOT_FIT in log.warnings:
        raise BadRequestError({"accelerator": log.warnings[DOES_NOT_FIT]})
    duration_h = central_value(served.usage.hours) / central_value(served.usage.accelerators)
    return Candidate(workload=request, machine=resolved.machine, usage=served.usage, duration_h=duration_h)


def choose_sites(
    own: Site, machines: Sequence[Candidate], candidates: Candidates, catalog: Catalog, options_per_site: int
) -> list[SiteChoice]:
    """Choose the sites to compare: the combinations of regions, years and sellers that exist.

    Args:
        own: The site of the workload.
        machines: The machines to place there.
        candidates: Which regions, years and sellers.
        catalog: The reference tables.
        options_per_site: Number of options at each site.

    Raises:
        UnknownNameError: If a region or a provider is not known.
        BadRequestError: If there are too many; this is checked before any is resolved.
    """
    sites = []
    for region in _regions(own, candidates, catalog):
        operator = catalog.place(region).operator if region else UNKNOWN_OPERATOR
        for provider in _sellers(own, operator, candidates, catalog):
            for year in candidates.years or (own.year,):
                pricing = replace(own.pricing, provider=provider)
                sites.append(replace(own, region=region, year=year, pricing=pricing))
            if len(sites) > PLACEMENT_PLACES:
                text = f"must give at most {PLACEMENT_PLACES} combinations of region, provider and year"
                raise BadRequestError({"regions": text})
    if len(sites) * options_per_site > PLACEMENT_OPTIONS:
        text = f"must give at most {PLACEMENT_OPTIONS} combinations with regions, years and prices"
        raise BadRequestError({"accelerators": f"{text}, got {len(sites) * options_per_site}"})
    return [_site_choice(site, machines, catalog) for site in sites]


def _site_choice(site: Site, machines: Sequence[Candidate], catalog: Catalog) -> SiteChoice:
    resolved = resolve_site(site, None, catalog, FactorLog())
    default = replace(site, pricing=replace(site.pricing, kind=None))
    at_home = (one.machine for one in machines if is_household(one.machine, default, resolved.place))
    machine = next(at_home, None)
    home = None if machine is None else resolve_site(default, machine, catalog, FactorLog())
    return SiteChoice(site=site, resolved=resolved, home=home)


def _regions(own: Site, candidates: Candidates, catalog: Catalog) -> Sequence[str | None]:
    """Ids of the regions to try, without duplicates."""
    if candidates.regions is None:
        return [own.region]
    if candidates.regions == ALL:
        names = _all_regions(own, candidates, catalog)
    else:
        names = named_regions(candidates.regions, catalog)
    country = catalog.place(candidates.country, "country").country if candidates.country else None
    provider = catalog.provider(candidates.provider, "provider") if candidates.provider else None
    return [
        name
        for name in dict.fromkeys(names)
        if (country is None or catalog.place(name).country == country)
        and (provider is None or catalog.place(name).operator == provider)
    ]


def named_regions(names: Sequence[str], catalog: Catalog) -> list[str]:
    """Ids of the regions that some names of places and of groups of regions stand for."""
    return [id_ for i, name in enumerate(names) for id_ in read_regions(catalog, name, f"regions.{i}")]


def _all_regions(own: Site, candidates: Candidates, catalog: Catalog) -> list[str]:
    """All regions; without those whose operator sells nothing if only offered options count."""
    rows = catalog.tables["regions"].rows
    kinds = candidates.price_kinds or (own.pricing.kind,)
    if not candidates.offered_only or OWNED in kinds or own.pricing.usd_per_accelerator_hour is not None:
        return [str(id_) for id_ in rows]
    selling = {row["provider"] for row in catalog.tables["accelerator_prices"].rows.values()}
    return [str(id_) for id_, row in rows.items() if row["provider"] in selling]


def _sellers(own: Site, operator: str, candidates: Candidates, catalog: Catalog) -> Sequence[str | None]:
    """The sellers whose prices can apply in a building: its operator, or any if the operator is not known."""
    if candidates.providers is None:
        return [own.pricing.provider if operator == UNKNOWN_OPERATOR else None]
    named = [catalog.provider(name, f"providers.{i}") for i, name in enumerate(candidates.providers)]
    return [name for name in dict.fromkeys(named) if operator in (UNKNOWN_OPERATOR, name)]
