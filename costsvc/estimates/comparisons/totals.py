"""Totals of a workload in its place, and the difference of two of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from costsvc.answers.placement import Difference, Differences, OutcomeAnswer
from costsvc.answers.quantities import CarbonBasis, PlacementMetric
from costsvc.answers.request_body import RequestBody
from costsvc.estimates import metered, serving, training
from costsvc.estimates.answer import pricing_of, require
from costsvc.estimates.comparisons.parts import METRICS, totals_by_metric
from costsvc.model.chains.footprint import Footprint
from costsvc.model.inputs import Number
from costsvc.model.uncertainty import central_value, open_quantity, quantities, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Serving, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.site import ResolvedSite
from costsvc.units import PERCENT, Numeric

Workload = TrainingRun | Serving
AnyWorkload = TypeVar("AnyWorkload", TrainingRun, Serving)
COLUMNS: tuple[PlacementMetric, ...] = (*METRICS, "hours")
ByMetric = dict[PlacementMetric, Numeric | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkloadTotals:
    """The totals of a workload in its place.

    Attributes:
        request: The canonical request that gives the same estimate.
        by_metric: Energy, CO2e, water, cost and wall-clock hours; None if not known.
        log: The factors, warnings and gaps.
        again: Computes the totals again; the argument converts each factor to a number.
    """

    request: RequestBody
    by_metric: Mapping[PlacementMetric, Numeric | None]
    log: FactorLog
    again: Callable[[Number], ByMetric]


def total_workload(workload: Workload, basis: CarbonBasis, catalog: Catalog) -> WorkloadTotals:
    """Estimate a workload.

    Args:
        workload: A training run, or requests with their number.
        basis: Which CO2e counts.
        catalog: The reference tables.
    """
    if isinstance(workload, TrainingRun):
        return _run(workload, basis, catalog)
    return _requests(workload, basis, catalog)


def _run(run: TrainingRun, basis: CarbonBasis, catalog: Catalog) -> WorkloadTotals:
    if metered.is_metered(run):
        return _measured(run, basis, catalog)
    resolved = training.resolve_run(run, catalog)

    def totals(result: training.TrainingResult) -> ByMetric:
        by_metric: ByMetric = {"hours": result.training.duration_h}
        by_metric.update(totals_by_metric(result.footprint, basis, resolved.log).items())
        return by_metric

    result = training.compute_run(resolved, sample)
    training.record_run(resolved, result.training)
    return WorkloadTotals(
        request=training.canonicalize_run(_with_pricing(run, resolved.around.site), resolved, result.training),
        by_metric=totals(result),
        log=resolved.log,
        again=lambda number: totals(training.compute_run(resolved, number)),
    )


def _measured(run: TrainingRun, basis: CarbonBasis, catalog: Catalog) -> WorkloadTotals:
    resolved = metered.resolve_metered(run, catalog)

    def totals(footprint: Footprint) -> ByMetric:
        by_metric: ByMetric = {"hours": None}
        by_metric.update(totals_by_metric(footprint, basis, resolved.log).items())
        return by_metric

    return WorkloadTotals(
        request=metered.canonicalize_metered(run, resolved),
        by_metric=totals(metered.compute_metered(resolved, sample)),
        log=resolved.log,
        again=lambda number: totals(metered.compute_metered(resolved, number)),
    )


def _requests(requests: Serving, basis: CarbonBasis, catalog: Catalog) -> WorkloadTotals:
    resolved = serving.resolve_request(requests, catalog)

    def totals(result: serving.RequestResult) -> ByMetric:
        usage, footprint = result.served.usage, result.footprint.times(requests.requests)
        hours = usage.hours / usage.accelerators * requests.requests
        by_metric: ByMetric = {"hours": hours}
        by_metric.update(totals_by_metric(footprint, basis, resolved.log).items())
        return by_metric

    result = serving.compute_request(resolved, sample)
    serving.record_result(resolved, result.served)
    explicit = requests if resolved.call is not None else _with_pricing(requests, resolved.around.site)
    return WorkloadTotals(
        request=serving.canonicalize_serving(explicit, resolved, result.served),
        by_metric=totals(result),
        log=resolved.log,
        again=lambda number: totals(serving.compute_request(resolved, number)),
    )


def _with_pricing(workload: AnyWorkload, site: ResolvedSite) -> AnyWorkload:
    """The workload with the kind of price and the provider in the request that is repeated."""
    pricing = site.pricing
    repeated: RequestBody = {"kind": pricing.kind, **pricing_of(workload.payload)}
    repeated |= {"kind": pricing.kind} | ({} if pricing.provider is None else {"provider": pricing.provider})
    return replace(workload, payload={**workload.payload, "pricing": repeated})


def describe_outcome(totals: WorkloadTotals) -> OutcomeAnswer:
    """The request and the totals of a workload as answers list them."""
    energy, carbon, water, cost, hours = quantities([totals.by_metric[name] for name in COLUMNS])
    return {
        "request": totals.request,
        "energy_kwh": energy,
        "carbon_kg": carbon,
        "water_l": water,
        "cost_usd": cost,
        "hours": hours,
    }


def compare_outcomes(after: WorkloadTotals, before: WorkloadTotals) -> Differences:
    """The difference of two workloads in each metric, absolute and in percent, on paired draws.

    Args:
        after: The workload.
        before: The workload that it is compared with.
    """
    return {
        "energy_kwh": _difference(after, before, "energy_kwh"),
        "carbon_kg": _difference(after, before, "carbon_kg"),
        "water_l": _difference(after, before, "water_l"),
        "cost_usd": _difference(after, before, "cost_usd"),
        "hours": _difference(after, before, "hours"),
    }


def _difference(after: WorkloadTotals, before: WorkloadTotals, metric: PlacementMetric) -> Difference | None:
    new, old = after.by_metric[metric], before.by_metric[metric]
    if new is None or old is None:
        return None
    relative = None if central_value(old) == 0 else PERCENT * (new - old) / np.where(old == 0, np.nan, old)
    (absolute,) = quantities([new - old])
    return {"absolute": require(absolute), "percent": open_quantity(relative)}
