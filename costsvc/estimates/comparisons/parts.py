"""Parts of strategies: training runs, requests, idle replicas, API calls, known models and known amounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from costsvc.answers.quantities import Amounts, CarbonBasis, Metric
from costsvc.estimates import metered, model_footprint, serving, standby, training
from costsvc.estimates.labels import LABELS
from costsvc.model.chains.footprint import Footprint
from costsvc.model.inputs import Number
from costsvc.model.uncertainty import Factor, quantities, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import Known, ModelShare, Part
from costsvc.requests.workloads import Hosting, Serving, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.units import Numeric

METRICS: tuple[Metric, ...] = ("energy_kwh", "carbon_kg", "water_l", "cost_usd")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartAmounts:
    """The amounts of a part.

    Attributes:
        by_metric: The amount of each metric, None if it is not known.
        embodied_kg: The part of its CO2e that does not depend on the grid. [kg]
    """

    by_metric: Mapping[Metric, Numeric | None]
    embodied_kg: Numeric = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedPart:
    """A resolved part, whose chains can be run again with other numbers.

    Attributes:
        amounts: Computes its amounts; the argument converts each factor to a number.
        log: The factors, warnings and gaps.
    """

    amounts: Callable[[Number], PartAmounts]
    log: FactorLog


def resolve_part(part: Part, basis: CarbonBasis, catalog: Catalog) -> ResolvedPart:
    """Resolve a part.

    Args:
        part: The part; requests to a model count per request.
        basis: Which CO2e counts.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other.
    """
    if isinstance(part, Known):
        return _known(part)
    if isinstance(part, ModelShare):
        return _share(part, basis, catalog)
    if isinstance(part, TrainingRun) and metered.is_metered(part):
        measured = metered.resolve_metered(part, catalog)
        return _of_footprint(lambda number: metered.compute_metered(measured, number), basis, measured.log)
    if isinstance(part, TrainingRun):
        return _run(training.resolve_run(part, catalog), basis)
    if isinstance(part, Hosting):
        resolved = standby.resolve_hosting(part, catalog)
        return _of_footprint(lambda number: standby.compute_hosting(resolved, number), basis, resolved.log)
    return _request(part, basis, catalog)


def _of_footprint(compute: Callable[[Number], Footprint], basis: CarbonBasis, log: FactorLog) -> ResolvedPart:
    def amounts(number: Number) -> PartAmounts:
        footprint = compute(number)
        has_embodied = basis == "total" and "carbon.embodied_kg" not in log.unavailable
        embodied: Numeric = footprint.embodied_kg if has_embodied else 0.0
        return PartAmounts(by_metric=totals_by_metric(footprint, basis, log), embodied_kg=embodied)

    return ResolvedPart(amounts=amounts, log=log)


def totals_by_metric(footprint: Footprint, basis: CarbonBasis, log: FactorLog) -> dict[Metric, Numeric | None]:
    """The total of a footprint in each metric, CO2e on a basis; None for one that the log marks as unavailable."""
    missing = log.unavailable
    carbon: Numeric = getattr(footprint, f"{basis}_kg")
    return {
        "energy_kwh": footprint.energy_kwh,
        "carbon_kg": None if f"carbon.{basis}_kg" in missing else carbon,
        "water_l": None if "water.total_l" in missing else footprint.total_l,
        "cost_usd": None if "cost.total_usd" in missing else footprint.total_usd,
    }


def amount_quantities(by_metric: Mapping[Metric, Numeric | None]) -> Amounts:
    """The amounts of each metric as quantities."""
    energy, carbon, water, cost = quantities([by_metric[metric] for metric in METRICS])
    return {"energy_kwh": energy, "carbon_kg": carbon, "water_l": water, "cost_usd": cost}


def _run(resolved: training.ResolvedRun, basis: CarbonBasis) -> ResolvedPart:
    training.record_run(resolved, training.compute_run(resolved, sample).training)
    return _of_footprint(lambda number: training.compute_run(resolved, number).footprint, basis, resolved.log)


def _request(request: Serving, basis: CarbonBasis, catalog: Catalog) -> ResolvedPart:
    resolved = serving.resolve_request(request, catalog)
    served = serving.compute_request(resolved, sample).served
    serving.record_result(resolved, served)
    return _of_footprint(lambda number: serving.compute_request(resolved, number).footprint, basis, resolved.log)


def _share(part: ModelShare, basis: CarbonBasis, catalog: Catalog) -> ResolvedPart:
    log = FactorLog()
    record = model_footprint.find_record(catalog.model(part.model), part.region, catalog, log)
    if record is None:
        for metric in METRICS:
            log.mark_unavailable(metric, model_footprint.UNKNOWN)
        return ResolvedPart(amounts=lambda _: PartAmounts(by_metric=dict.fromkeys(METRICS)), log=log)
    whole = _run(model_footprint.resolve_record(record, catalog, log), basis)
    share = whole.log.record_input("model_share", part.share, "1")

    def amounts(number: Number) -> PartAmounts:
        run, times = whole.amounts(number), number(share)
        return PartAmounts(
            by_metric={metric: None if cost is None else cost * times for metric, cost in run.by_metric.items()},
            embodied_kg=run.embodied_kg * times,
        )

    return ResolvedPart(amounts=amounts, log=whole.log)


def _known(part: Known) -> ResolvedPart:
    log = FactorLog()
    factors: dict[Metric, Factor | None] = {}
    for metric in METRICS:
        bounds: tuple[float, float, float] | None = getattr(part, metric)
        if bounds is None:
            log.mark_unavailable(metric, "not given in the request")
        factors[metric] = None if bounds is None else log.record(_known_factor(metric, bounds))

    def amounts(number: Number) -> PartAmounts:
        return PartAmounts(
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
        unit=LABELS[metric].unit,
        origin="request",
        # equal amounts have one identity, so that they cancel between strategies
        identity=f"known/{metric}/{bounds}",
    )
