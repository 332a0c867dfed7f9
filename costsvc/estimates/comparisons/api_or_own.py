"""A hosted model against own or rented hardware for the same traffic."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from costsvc.answers.api_or_own import ApiOrOwnAnswer, ApiOrOwnBreakEven, Side, TrafficPoint
from costsvc.answers.quantities import Metric
from costsvc.errors import located
from costsvc.estimates import answer, serving, standby
from costsvc.estimates.answer import require
from costsvc.estimates.comparisons.parts import METRICS, amount_quantities, resolve_part, totals_by_metric
from costsvc.estimates.comparisons.provenance import combine_logs
from costsvc.estimates.labels import LABELS
from costsvc.model import api_or_own as formulas
from costsvc.model.amortization import Verdict, probability_cheaper, total
from costsvc.model.api_or_own import OwnReplica
from costsvc.model.inputs import decisive
from costsvc.model.uncertainty import central_value, open_quantity, quantities, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import ApiOrOwn
from costsvc.requests.workloads import OWNED, Hosting, Serving
from costsvc.resolve.log import FactorLog
from costsvc.units import PERCENT, Array, Numeric

POINTS = 25
REACH = 100.0
"""Largest traffic of the curves relative to that of the request, and the reverse."""
TOKENS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "task")
"""What describes the traffic: the same on both sides."""
UNKNOWN = "{metric} of one side is not known"
REASONS: Mapping[Verdict, str] = {
    Verdict.FROM: "Own hardware is cheaper from {at} requests a month on, {share} of one replica's time.",
    Verdict.NEVER: "Calls are cheaper at any traffic: a full replica costs more per request than a call.",
    Verdict.ALWAYS: "Own hardware is cheaper at any traffic.",
    Verdict.UP_TO: "Own hardware is cheaper up to {at} requests a month.",
    Verdict.EQUAL: "Both cost the same.",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Both sides of a comparison.

    Attributes:
        api: What a call takes by metric, None if it is not known.
        own: One replica by metric, None if it is not known.
        hours: Share of a replica's time that a request takes. [h]
        peak_ratio: Requests of the busiest hour over those of a mean hour. [1]
        accelerators: Accelerators of one replica. [1]
        logs: Factors, warnings and gaps of each side.
    """

    api: Mapping[Metric, Numeric | None]
    own: Mapping[Metric, OwnReplica | None]
    hours: Numeric
    peak_ratio: float
    accelerators: float
    logs: Mapping[str, FactorLog]

    def replicas(self, requests: float) -> float:
        """Replicas that serve a traffic; decided at central values."""
        capacity = formulas.replica_capacity(decisive(self.hours), self.peak_ratio)
        return float(formulas.replicas_needed(requests, capacity))

    def per_month(self, requests: float) -> tuple[dict[Metric, Numeric | None], dict[Metric, Numeric | None]]:
        """The amounts of a month on both sides."""
        count = self.replicas(requests)
        calls = {metric: None if each is None else requests * each for metric, each in self.api.items()}
        own = {
            metric: None if one is None else total(formulas.own_strategy(one, count), 1.0, requests)
            for metric, one in self.own.items()
        }
        return calls, own


def compare_api_or_own(request: ApiOrOwn, catalog: Catalog) -> ApiOrOwnAnswer:
    """Compare calls to a hosted model with replicas of one's own.

    Args:
        request: The call, the own machine, and the traffic.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other.
    """
    common = FactorLog()
    compared = _resolve(request, catalog)
    if request.peak_ratio is None:
        text = f"peak_ratio was not given; the busiest hour is assumed to have {compared.peak_ratio:g} times the mean."
        common.add_warning("peak-assumed", text)
    calls, own = compared.per_month(request.requests_per_month)
    count = compared.replicas(request.requests_per_month)
    capacity = formulas.replica_capacity(compared.hours, compared.peak_ratio)
    share = formulas.utilization(request.requests_per_month / count, compared.hours)
    sizes = [require(quantity) for quantity in quantities([capacity, share])]
    return {
        "id": answer.request_id(request.payload, catalog),
        "request": request.payload,
        "carbon_basis": request.carbon_basis,
        "requests_per_month": request.requests_per_month,
        "api": _side(calls, request.requests_per_month),
        "own": _side(own, request.requests_per_month),
        "replicas": count,
        "accelerators": compared.accelerators,
        "capacity_requests_per_month": sizes[0],
        "utilization": sizes[1],
        "break_even": [_break_even(metric, compared, (calls, own)) for metric in METRICS],
        "curve": [_point(compared, float(traffic)) for traffic in _traffic(request.requests_per_month)],
        **combine_logs(compared.logs, common, catalog, request.payload),
    }


def _resolve(request: ApiOrOwn, catalog: Catalog) -> Compared:
    basis, peak = request.carbon_basis, request.peak_ratio or catalog.default("traffic_peak_ratio").value
    with located("api"):
        api = resolve_part(request.api, basis, catalog)
    with located("own"):
        machine = _as_dedicated(request.own, request.api)
        resolved = serving.resolve_request(machine, catalog)
        served = serving.compute_request(resolved, sample)
        serving.record_result(resolved, served.served)
        count = central_value(decisive(served.served.use.accelerators))
        idle = standby.resolve_hosting(_standby(machine, resolved, count), catalog)
    busy = totals_by_metric(served.footprint, basis, resolved.log)
    waiting = totals_by_metric(standby.compute_hosting(idle, sample), basis, idle.log)
    hours = served.served.usage.hours / count
    return Compared(
        api=api.amounts(sample).by_metric,
        own={metric: _replica(busy[metric], waiting[metric], hours) for metric in METRICS},
        hours=hours,
        peak_ratio=peak,
        accelerators=count,
        logs={"api": api.log, "own": resolved.log, "own.idle": idle.log},
    )


def _replica(busy: Numeric | None, idle: Numeric | None, hours: Numeric) -> OwnReplica | None:
    if busy is None or idle is None:
        return None
    return OwnReplica(per_request=busy, per_idle_hour=idle, hours_per_request=hours)


def _as_dedicated(own: Serving, api: Serving) -> Serving:
    """The own machine with the traffic of the calls; owned hardware is paid for all hours, not for those in use."""
    pricing = own.site.pricing
    if pricing.kind == OWNED and pricing.utilization is None:
        pricing = replace(pricing, utilization=1.0)
    traffic = {name: getattr(api, name) for name in TOKENS}
    return replace(own, site=replace(own.site, pricing=pricing), **traffic)


def _standby(own: Serving, resolved: serving.ResolvedRequest, count: float) -> Hosting:
    """An hour of one idle replica."""
    machine = replace(
        resolved.request.machine,
        accelerators=int(count) if count.is_integer() else count,
        accelerator_power_w=None,
        accelerator_power_limit_w=None,
    )
    return Hosting(machine=machine, hours=1.0, site=own.site)


def _side(by_metric: Mapping[Metric, Numeric | None], requests: float) -> Side:
    each = {metric: None if amount is None else amount / requests for metric, amount in by_metric.items()}
    return {"per_month": amount_quantities(by_metric), "per_request": amount_quantities(each)}


def _break_even(
    metric: Metric,
    compared: Compared,
    sides: tuple[Mapping[Metric, Numeric | None], Mapping[Metric, Numeric | None]],
) -> ApiOrOwnBreakEven:
    each, replica = compared.api[metric], compared.own[metric]
    calls, own = (side[metric] for side in sides)
    if each is None or replica is None or calls is None or own is None:
        return {
            "metric": metric,
            "verdict": None,
            "requests_per_month": None,
            "utilization": None,
            "probability_own_cheaper": None,
            "reason": f"{UNKNOWN.format(metric=LABELS[metric].title)}.",
        }
    found = formulas.break_even(replica, each, compared.peak_ratio)
    share = None if found.at is None else formulas.utilization(found.at, compared.hours)
    at = 0.0 if found.at is None else central_value(found.at)
    part = 0.0 if share is None else central_value(share)
    words = REASONS[found.verdict].format(at=_rounded(at), share=f"{PERCENT * part:.2g} %")
    return {
        "metric": metric,
        "verdict": found.verdict.value,
        "requests_per_month": open_quantity(found.at),
        "utilization": open_quantity(share),
        "probability_own_cheaper": probability_cheaper(own, calls),
        "reason": words,
    }


def _rounded(number: float) -> str:
    """A number with three digits, and with thousands separators in place of an exponent."""
    return f"{float(f'{number:.3g}'):,.15g}"


def _traffic(requests: float) -> Array:
    return np.geomspace(requests / REACH, requests * REACH, POINTS)


def _point(compared: Compared, requests: float) -> TrafficPoint:
    calls, own = compared.per_month(requests)
    return {
        "requests_per_month": requests,
        "replicas": compared.replicas(requests),
        "api": amount_quantities(calls),
        "own": amount_quantities(own),
    }
