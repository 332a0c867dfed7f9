"""What a workload comes to in its place, and how two such outcomes differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from costsvc.estimates import serving, training
from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.parts import METRICS, Basis, by_metric
from costsvc.model.inputs import Number
from costsvc.model.uncertainty import central_value, open_quantity, quantities, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import PlacementMetric
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
    """A workload in its place, resolved and computed.

    Attributes:
        request: The canonical request that gives the same estimate.
        by_metric: Energy, CO2e, water, money, and hours from begin to end; None if it is not known.
        log: What was used.
        again: The same totals, by what a factor becomes.
    """

    request: Plain
    by_metric: Mapping[PlacementMetric, Numeric | None]
    log: FactorLog
    again: Callable[[Number], ByMetric]


def total_workload(workload: Workload, basis: Basis, catalog: Catalog) -> WorkloadTotals:
    """Estimate a workload.

    Args:
        workload: A training run, or requests with their number.
        basis: Which CO2e counts.
        catalog: The tables.
    """
    if isinstance(workload, TrainingRun):
        return _run(workload, basis, catalog)
    return _requests(workload, basis, catalog)


def _run(run: TrainingRun, basis: Basis, catalog: Catalog) -> WorkloadTotals:
    resolved = training.resolve_run(run, catalog)

    def by(result: training.TrainingResult) -> ByMetric:
        found: ByMetric = {"hours": result.training.duration_h}
        found.update(by_metric(result.footprint, basis, resolved.log).items())
        return found

    result = training.compute_run(resolved, sample)
    training.record_run(resolved, result.training)
    return WorkloadTotals(
        request=training.canonical_run(_explicit(run, resolved.around.site), resolved, result.training),
        by_metric=by(result),
        log=resolved.log,
        again=lambda number: by(training.compute_run(resolved, number)),
    )


def _requests(requests: Serving, basis: Basis, catalog: Catalog) -> WorkloadTotals:
    resolved = serving.resolve_request(requests, catalog)

    def by(result: serving.RequestResult) -> ByMetric:
        usage, whole = result.served.usage, result.footprint.times(requests.requests)
        hours = usage.hours / usage.accelerators * requests.requests
        found: ByMetric = {"hours": hours}
        found.update(by_metric(whole, basis, resolved.log).items())
        return found

    result = serving.compute_request(resolved, sample)
    serving.record_request(requests, resolved.serving, result.served, resolved.log)
    explicit = _explicit(requests, resolved.around.site)
    return WorkloadTotals(
        request=serving.canonical_serving(explicit, resolved, result.served),
        by_metric=by(result),
        log=resolved.log,
        again=lambda number: by(serving.compute_request(resolved, number)),
    )


def _explicit(workload: AnyWorkload, site: ResolvedSite) -> AnyWorkload:
    """The workload with its kind of price and its provider in the request that is repeated."""
    pricing = site.pricing
    repeated = {"kind": pricing.kind, **workload.said.get("pricing", {})}
    repeated |= {"kind": pricing.kind} | ({} if pricing.provider is None else {"provider": pricing.provider})
    return replace(workload, said={**workload.said, "pricing": repeated})


def shown(found: WorkloadTotals) -> dict[str, Plain | None]:
    """The quantity of each metric."""
    return dict(zip(COLUMNS, quantities([found.by_metric[name] for name in COLUMNS]), strict=True))


def difference(after: WorkloadTotals, before: WorkloadTotals) -> dict[str, Plain | None]:
    """How two outcomes differ in each metric, absolute and in per cent, on paired draws.

    Args:
        after: The outcome asked about.
        before: The one it is held against.

    Returns:
        For each metric ``absolute``, ``percent`` (None where there was nothing before); None where one is not known.
    """
    found: dict[str, Plain | None] = {}
    for name in COLUMNS:
        new, old = after.by_metric[name], before.by_metric[name]
        if new is None or old is None:
            found[name] = None
            continue
        relative = None if central_value(old) == 0 else PERCENT * (new - old) / np.where(old == 0, np.nan, old)
        (absolute,) = quantities([new - old])
        found[name] = {"absolute": absolute, "percent": open_quantity(relative)}
    return found
