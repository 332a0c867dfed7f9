"""A part of a strategy as amounts: a training run, a request, idle replicas, or what the caller knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from costsvc.estimates import model_footprint, serving, standby, training
from costsvc.model.chains.api_call import call_usd
from costsvc.model.chains.footprint import Footprint
from costsvc.model.inputs import Number
from costsvc.model.uncertainty import Factor, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import Known, ModelShare, Part
from costsvc.requests.workloads import ApiCall, Hosting, Serving, TrainingRun
from costsvc.resolve.api_price import resolve_call_price, serving_of_call
from costsvc.resolve.log import FactorLog
from costsvc.units import Numeric

Metric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd"]
Basis = Literal["total", "location", "market", "marginal"]
METRICS: tuple[Metric, ...] = ("energy_kwh", "carbon_kg", "water_l", "cost_usd")
UNITS: Mapping[Metric, str] = {"energy_kwh": "kWh", "carbon_kg": "kg", "water_l": "L", "cost_usd": "USD"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amounts:
    """What a part costs.

    Attributes:
        by_metric: The cost in each metric, None if that is not known.
        embodied_kg: The part of its CO2e that does not come from the grid. [kg]
    """

    by_metric: Mapping[Metric, Numeric | None]
    embodied_kg: Numeric = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedPart:
    """A part, resolved: its chains can be run again with other numbers.

    Attributes:
        amounts: What it costs, by what a factor becomes.
        log: What was used, and what is missing.
    """

    amounts: Callable[[Number], Amounts]
    log: FactorLog


def resolve_part(part: Part, basis: Basis, catalog: Catalog) -> ResolvedPart:
    """Complete a part.

    Args:
        part: The part; of a request its per-request figures are taken.
        basis: Which CO2e counts.
        catalog: The tables.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other.
    """
    if isinstance(part, Known):
        return _known(part)
    if isinstance(part, ApiCall):
        return _call(part, basis, catalog)
    if isinstance(part, ModelShare):
        return _share(part, basis, catalog)
    if isinstance(part, TrainingRun):
        return _run(training.resolve_run(part, catalog), basis)
    if isinstance(part, Hosting):
        resolved = standby.resolve_hosting(part, catalog)
        return _of_footprint(lambda number: standby.compute_hosting(resolved, number), basis, resolved.log)
    return _request(part, basis, catalog)


def _of_footprint(compute: Callable[[Number], Footprint], basis: Basis, log: FactorLog) -> ResolvedPart:
    def amounts(number: Number) -> Amounts:
        found = compute(number)
        embodied: Numeric = found.embodied_kg if basis == "total" else 0.0
        return Amounts(by_metric=by_metric(found, basis, log), embodied_kg=embodied)

    return ResolvedPart(amounts=amounts, log=log)


def by_metric(found: Footprint, basis: Basis, log: FactorLog) -> dict[Metric, Numeric | None]:
    """The total of a footprint in each metric, CO2e on a basis; None for one that the log marks as unavailable."""
    missing = log.unavailable
    carbon: Numeric = getattr(found, f"{basis}_kg")
    return {
        "energy_kwh": found.energy_kwh,
        "carbon_kg": None if f"carbon.{basis}_kg" in missing else carbon,
        "water_l": None if "water.total_l" in missing else found.total_l,
        "cost_usd": None if "cost.total_usd" in missing else found.total_usd,
    }


def _run(resolved: training.ResolvedRun, basis: Basis) -> ResolvedPart:
    training.record_run(resolved, training.compute_run(resolved, sample).training)
    return _of_footprint(lambda number: training.compute_run(resolved, number).footprint, basis, resolved.log)


def _request(request: Serving, basis: Basis, catalog: Catalog) -> ResolvedPart:
    resolved = serving.resolve_request(request, catalog)
    served = serving.compute_request(resolved, sample).served
    serving.record_request(request, resolved.serving, served, resolved.log)
    return _of_footprint(lambda number: serving.compute_request(resolved, number).footprint, basis, resolved.log)


def _call(call: ApiCall, basis: Basis, catalog: Catalog) -> ResolvedPart:
    log = FactorLog()
    prices = resolve_call_price(call, catalog, log)
    request = serving_of_call(call, catalog, log)
    machines = None if request is None else _request(request, basis, catalog)
    if machines is not None:
        log.include(machines.log)

    def amounts(number: Number) -> Amounts:
        usd = call_usd(prices.numbers(number))
        if machines is None:
            return Amounts(by_metric={**dict.fromkeys(METRICS), "cost_usd": usd})
        found = machines.amounts(number)
        return replace(found, by_metric={**found.by_metric, "cost_usd": usd})

    return ResolvedPart(amounts=amounts, log=log)


def _share(part: ModelShare, basis: Basis, catalog: Catalog) -> ResolvedPart:
    log = FactorLog()
    record = model_footprint.find_record(catalog.model(part.model), part.region, catalog, log)
    if record is None:
        for metric in METRICS:
            log.mark_unavailable(metric, model_footprint.UNKNOWN)
        return ResolvedPart(amounts=lambda _: Amounts(by_metric=dict.fromkeys(METRICS)), log=log)
    whole = _run(model_footprint.resolve_record(record, catalog, log), basis)
    share = whole.log.record_input("model_share", part.share, "1")

    def amounts(number: Number) -> Amounts:
        found, times = whole.amounts(number), number(share)
        return Amounts(
            by_metric={metric: None if cost is None else cost * times for metric, cost in found.by_metric.items()},
            embodied_kg=found.embodied_kg * times,
        )

    return ResolvedPart(amounts=amounts, log=whole.log)


def _known(part: Known) -> ResolvedPart:
    log = FactorLog()
    factors: dict[Metric, Factor | None] = {}
    for metric in METRICS:
        bounds: tuple[float, float, float] | None = getattr(part, metric)
        if bounds is None:
            log.mark_unavailable(metric, "the part leaves it out")
        factors[metric] = None if bounds is None else log.record(_known_factor(metric, bounds))

    def amounts(number: Number) -> Amounts:
        return Amounts(
            by_metric={metric: None if factor is None else number(factor) for metric, factor in factors.items()}
        )

    return ResolvedPart(amounts=amounts, log=log)


def _known_factor(metric: Metric, bounds: tuple[float, float, float]) -> Factor:
    value, low, high = bounds
    return Factor(
        name=metric,
        value=value,
        low=low,
        high=high,
        unit=UNITS[metric],
        origin="request",
        # equal amounts are taken for the same amount, so that they cancel between strategies
        identity=f"known/{metric}/{bounds}",
    )
