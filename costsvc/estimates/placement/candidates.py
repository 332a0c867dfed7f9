"""Where and on what a workload could run: the machines that hold it, and the places."""

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
from costsvc.reference.places import UNKNOWN_OPERATOR
from costsvc.requests.comparisons import KINDS, Candidates
from costsvc.requests.workloads import OWNED, Machine, PriceKind, Serving, Site, Subject, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine, resolve_count, resolve_machine
from costsvc.resolve.serving import resolve_serving
from costsvc.resolve.site import ResolvedSite, is_household, resolve_site
from costsvc.resolve.training import ResolvedTraining, resolve_training

Workload = TrainingRun | Serving
ALL = "all"
PROBE_B = 7.0
"""Parameters [10^9] at which accelerators are compared where the run's own are not known."""
DOES_NOT_FIT = "does-not-fit"
MEASURED = ("accelerator_power_w", "it_power_w", "accelerator_power_limit_w")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitting:
    """A machine that holds the workload.

    Attributes:
        workload: The workload on it.
        machine: The machine.
        usage: What the workload takes of it, at central values.
        duration_h: Hours from begin to end, those of one request for serving.
    """

    workload: Workload
    machine: ResolvedMachine
    usage: Usage
    duration_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A machine that does not hold the workload, and why."""

    accelerator: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spot:
    """A place with what is known of it.

    Attributes:
        site: As a request would name it.
        resolved: Completed from the tables, as a data centre.
        home: The same as a household, None if it is none to any of the machines.
    """

    site: Site
    resolved: ResolvedSite
    home: ResolvedSite | None

    def is_home_of(self, machine: ResolvedMachine, kind: PriceKind | None) -> bool:
        """Whether it is a household to a machine that is paid for in some way, None being the usual one."""
        if self.home is None:
            return False
        there = replace(self.site, pricing=replace(self.site.pricing, kind=kind))
        return is_household(machine, there, self.resolved.place)


def machines(
    workload: Workload, named: Workload, candidates: Candidates, catalog: Catalog
) -> Iterator[Fitting | Refused]:
    """The workload on each accelerator, or why it cannot run there.

    Args:
        workload: The workload on its own machine, as a number of accelerators.
        named: The same on its machine as it was named, whose price may be another.
        candidates: Which accelerators.
        catalog: The tables.

    Raises:
        UnknownNameError: If an accelerator is not known.
        BadRequestError: If a measured power is to hold for several accelerators.
    """
    own = resolve_machine(workload.machine, catalog).id
    tried = _accelerators(own, candidates, catalog)
    given = [name for name in MEASURED if getattr(workload.machine, name) is not None]
    if given and tried != [own]:
        text = "A measured or limited power holds for one accelerator; leave it out, or vary regions only."
        raise BadRequestError({f"{KINDS[type(workload)]}.{given[0]}": text})
    for id_ in tried:
        try:
            moved = named if id_ == own else on(workload, id_, catalog)
            yield _fitting(moved, catalog)
        except BadRequestError as error:
            yield Refused(accelerator=id_, reason=" ".join(error.problems.values()))


def settled(workload: Workload, catalog: Catalog) -> Workload:
    """The workload with accelerators in place of an instance, sold by who rents that instance out."""
    machine = resolve_machine(workload.machine, catalog)
    if machine.instance is None:
        return workload
    count = resolve_count(workload.machine, machine, catalog, FactorLog()) or 1.0
    chips = replace(
        workload.machine, accelerator=machine.id, accelerators=math.ceil(count), instance=None, instances=None
    )
    pricing = replace(workload.site.pricing, provider=workload.site.pricing.provider or machine.provider)
    moved = replace(workload, machine=chips, site=replace(workload.site, pricing=pricing))
    if isinstance(moved, TrainingRun) and moved.hours is not None:
        return _with_hours(moved, moved.hours * count)
    return moved


def _with_hours(run: TrainingRun, accelerator_hours: float) -> TrainingRun:
    """A run with its time in accelerator-hours, said so too."""
    said = {name: value for name, value in run.said.items() if name != "hours"}
    said |= {"accelerator_hours": accelerator_hours}
    return replace(run, accelerator_hours=accelerator_hours, hours=None, said=said)


def _accelerators(own: str, candidates: Candidates, catalog: Catalog) -> list[str]:
    """Ids of the accelerators to try, each once."""
    asked = candidates.accelerators
    if asked is None:
        return [own]
    rows = catalog.tables["accelerators"].rows
    if asked == ALL:
        return [str(id_) for id_, row in rows.items() if candidates.segment in (None, row["segment"])]
    found = []
    for place, name in enumerate(asked):
        found.append(catalog.accelerator(name, f"accelerators.{place}")[0].id)
    return list(dict.fromkeys(found))


def on(workload: Workload, accelerator: str, catalog: Catalog) -> Workload:
    """The same workload on another accelerator.

    Given hours are those of the workload's own accelerator; others take as much longer or shorter as the same
    training would by peak and utilisation.
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
    """Accelerator-hours for 10^9 tokens of a run of its size."""
    subject = run.subject if run.subject != Subject() else Subject(total_params_b=PROBE_B)
    probe = replace(run, accelerator_hours=None, hours=None, training_tokens_b=1.0, subject=subject)
    return central_value(_central_training(probe, catalog)[1].final_hours)


def _central_training(run: TrainingRun, catalog: Catalog) -> tuple[ResolvedTraining, Training]:
    """A run without its place, at central values."""
    resolved = resolve_training(run, catalog, FactorLog())
    return resolved, train(resolved.inputs.numbers(central))


def _fitting(workload: Workload, catalog: Catalog) -> Fitting:
    """Resolve a workload on a machine that holds it.

    Raises:
        BadRequestError: If it does not fit, or a figure of the machine is not known.
    """
    if isinstance(workload, Serving):
        return _fitting_serving(workload, catalog)
    resolved, training = _central_training(workload, catalog)
    reason = too_large(resolved, training, central_value(training.usage.accelerators))
    if reason is not None:
        raise BadRequestError({"accelerators": reason})
    return Fitting(
        workload=workload,
        machine=resolved.machine,
        usage=training.usage,
        duration_h=central_value(training.duration_h),
    )


def _fitting_serving(request: Serving, catalog: Catalog) -> Fitting:
    log = FactorLog()
    resolved = resolve_serving(request, catalog, log)
    served = serve_request(resolved.inputs.numbers(central))
    record_request(request, resolved, served, log)
    if DOES_NOT_FIT in log.warnings:
        raise BadRequestError({"accelerator": log.warnings[DOES_NOT_FIT]})
    duration_h = central_value(served.usage.hours) / central_value(served.usage.accelerators)
    return Fitting(workload=request, machine=resolved.machine, usage=served.usage, duration_h=duration_h)


def spots(own: Site, fitting: Sequence[Fitting], candidates: Candidates, catalog: Catalog, each: int) -> list[Spot]:
    """The places to try: regions, years and sellers that go together.

    Args:
        own: The workload's own place.
        fitting: The machines to place there.
        candidates: Which regions, years and sellers.
        catalog: The tables.
        each: Options in each place.

    Raises:
        UnknownNameError: If a region or a provider is not known.
        BadRequestError: If there are too many, which is found before any is resolved.
    """
    found = []
    for region in _regions(own, candidates, catalog):
        operator = catalog.place(region).operator if region else UNKNOWN_OPERATOR
        for provider in _sellers(own, operator, candidates, catalog):
            for year in candidates.years or (own.year,):
                pricing = replace(own.pricing, provider=provider)
                found.append(replace(own, region=region, year=year, pricing=pricing))
            if len(found) > PLACEMENT_PLACES:
                raise BadRequestError(
                    {"regions": f"More than {PLACEMENT_PLACES} places; name fewer regions, providers or years."}
                )
    if len(found) * each > PLACEMENT_OPTIONS:
        text = f"More than {PLACEMENT_OPTIONS} options; name fewer accelerators, regions, years or prices."
        raise BadRequestError({"accelerators": text})
    return [_spot(there, fitting, catalog) for there in found]


def _spot(there: Site, fitting: Sequence[Fitting], catalog: Catalog) -> Spot:
    resolved = resolve_site(there, None, catalog, FactorLog())
    usual = replace(there, pricing=replace(there.pricing, kind=None))
    hosted = (one.machine for one in fitting)
    guest = next((one for one in hosted if is_household(one, usual, resolved.place)), None)
    home = None if guest is None else resolve_site(usual, guest, catalog, FactorLog())
    return Spot(site=there, resolved=resolved, home=home)


def _regions(own: Site, candidates: Candidates, catalog: Catalog) -> Sequence[str | None]:
    """Ids of the regions to try, each once."""
    if candidates.regions is None:
        return [own.region]
    if candidates.regions == ALL:
        names = _all_regions(own, candidates, catalog)
    else:
        names = [catalog.place(name, f"regions.{i}").region for i, name in enumerate(candidates.regions)]
    country = catalog.place(candidates.country, "country").country if candidates.country else None
    provider = catalog.provider(candidates.provider, "provider") if candidates.provider else None
    return [
        name
        for name in dict.fromkeys(names)
        if (country is None or catalog.place(name).country == country)
        and (provider is None or catalog.place(name).operator == provider)
    ]


def _all_regions(own: Site, candidates: Candidates, catalog: Catalog) -> list[str]:
    """Every region, but for those whose operator has no price where only what is offered counts."""
    rows = catalog.tables["regions"].rows
    kinds = candidates.price_kinds or (own.pricing.kind,)
    if not candidates.offered_only or OWNED in kinds or own.pricing.usd_per_accelerator_hour is not None:
        return [str(id_) for id_ in rows]
    selling = {row["provider"] for row in catalog.tables["accelerator_prices"].rows.values()}
    return [str(id_) for id_, row in rows.items() if row["provider"] in selling]


def _sellers(own: Site, operator: str, candidates: Candidates, catalog: Catalog) -> Sequence[str | None]:
    """Whose prices can apply in a building: its operator's, or anybody's where that is open."""
    if candidates.providers is None:
        return [own.pricing.provider if operator == UNKNOWN_OPERATOR else None]
    named = [catalog.provider(name, f"providers.{i}") for i, name in enumerate(candidates.providers)]
    return [name for name in dict.fromkeys(named) if operator in (UNKNOWN_OPERATOR, name)]
