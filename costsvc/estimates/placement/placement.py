"""Ranking of places and accelerators for a workload: all options at once, the best of them in full."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from costsvc.answers.placement import OptionAnswer, PlacementAnswer, Point, Role
from costsvc.answers.quantities import PlacementMetric
from costsvc.errors import BadRequestError, located
from costsvc.estimates import answer
from costsvc.estimates.comparisons.provenance import combine_logs
from costsvc.estimates.comparisons.totals import (
    COLUMNS,
    WorkloadTotals,
    compare_outcomes,
    describe_outcome,
    total_workload,
)
from costsvc.estimates.placement.candidates import (
    Candidate,
    Rejected,
    choose_sites,
    place_on_accelerators,
    use_accelerators,
)
from costsvc.estimates.placement.hosted import HostedOptions, compute_hosted_options
from costsvc.estimates.placement.map_points import map_points
from costsvc.estimates.placement.options import Options, compute_options
from costsvc.model import placement as formulas
from costsvc.reference.catalog import Catalog
from costsvc.reference.place_groups import regions_of_group
from costsvc.requests.comparisons import KINDS, Placement
from costsvc.requests.workloads import MeteredRun, Serving
from costsvc.resolve.hosted import complete_request
from costsvc.resolve.log import FactorLog
from costsvc.resolve.site import warn_of_names

FRONT: tuple[PlacementMetric, ...] = ("cost_usd", "carbon_kg", "hours", "water_l")
"""The metrics of the Pareto front."""
LIMITED: Mapping[str, PlacementMetric] = {
    "max_usd": "cost_usd",
    "max_hours": "hours",
    "max_kg": "carbon_kg",
    "max_l": "water_l",
}
"""The metric of each limit."""
SINGLE: tuple[PlacementMetric, ...] = ("carbon_kg", "cost_usd")
"""The metrics whose best option is in an answer besides the best ones of the ranking."""
MOST_POINTS = 500
"""Most points of the Pareto front in an answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """Scored options.

    Attributes:
        options: All options.
        weights: Weight of each metric in the score.
        score: Score of each option; NaN if a metric that counts is not known.
        front: Whether each option is on the Pareto front.
        order: Indices of the options within the limits, the best first.
        unranked: Number of options within the limits that have no score.
    """

    options: Options | HostedOptions
    weights: Mapping[PlacementMetric, float]
    score: npt.NDArray[np.float64]
    front: npt.NDArray[np.bool_]
    order: Sequence[int]
    unranked: int


def rank_placements(request: Placement, catalog: Catalog) -> PlacementAnswer:
    """Rank places, accelerators and prices for a workload.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other, or there are too many options.
    """
    baseline, options, refused = _compute(request, catalog)
    ranking = _rank(options, request)
    least = {name: _least(ranking, name) for name in SINGLE}
    ranks = dict.fromkeys([*range(len(ranking.order[: request.shown])), *_known(least.values())])
    totals = {
        rank: total_workload(options.workload(ranking.order[rank]), request.carbon_basis, catalog) for rank in ranks
    }
    full = {rank: _option(rank + 1, one, baseline, ranking) for rank, one in totals.items()}
    logs = {"baseline": baseline.log, **{f"options.{rank}": one.log for rank, one in totals.items()}}
    options_shown = [full[rank] for rank in ranks if rank < request.shown]
    best = {name: None if rank is None else full[rank] for name, rank in least.items()}
    now, front = describe_outcome(baseline), list(_points(options, ranking.front))
    places, unplaced = map_points(options, ranking.order, _roles(ranking, least, baseline), catalog)
    own_log = _own_log(request, ranking.unranked, catalog)
    return {
        "id": answer.request_id(request.payload, catalog),
        "request": request.payload,
        "carbon_basis": request.carbon_basis,
        "weights": {name: weight for name, weight in ranking.weights.items() if weight},
        "options_considered": len(ranking.score),
        "options_allowed": len(ranking.order),
        "baseline": now,
        "options": options_shown,
        "best": {"carbon_kg": best["carbon_kg"], "cost_usd": best["cost_usd"]},
        "places": places,
        "unplaced": unplaced,
        "pareto": front,
        "refused": [{"accelerator": one.accelerator, "reason": one.reason} for one in refused],
        **combine_logs(logs, own_log, catalog, request.payload, now, list(full.values()), front, places),
    }


def _compute(request: Placement, catalog: Catalog) -> tuple[WorkloadTotals, Options | HostedOptions, list[Rejected]]:
    """The workload as described, all options, and the accelerators that cannot run it."""
    workload = request.workload
    with located(KINDS[type(workload)]):
        if isinstance(workload, Serving):
            workload = complete_request(workload, catalog, FactorLog())
        elif isinstance(workload, MeteredRun):
            text = "not allowed in a placement, which compares machines; compare two estimates or use change"
            raise BadRequestError({"energy_kwh" if workload.energy_kwh is not None else "it_energy_kwh": text})
        if isinstance(workload, Serving) and workload.provider is not None:
            baseline = total_workload(workload, request.carbon_basis, catalog)
            hosted = compute_hosted_options(workload, request.candidates, request.carbon_basis, catalog)
            return baseline, hosted, []
        own = use_accelerators(workload, catalog)
        named = replace(workload, site=own.site)
        baseline = total_workload(named, request.carbon_basis, catalog)
    tried = list(place_on_accelerators(own, named, request.candidates, catalog))
    candidates = [one for one in tried if isinstance(one, Candidate)]
    kinds = request.candidates.price_kinds or (own.site.pricing.kind,)
    sites = choose_sites(own.site, candidates, request.candidates, catalog, len(candidates) * len(kinds))
    options = compute_options(own, (candidates, sites, kinds), request.carbon_basis, catalog)
    return baseline, options, [one for one in tried if isinstance(one, Rejected)]


def _rank(options: Options | HostedOptions, request: Placement) -> Ranking:
    allowed = _allowed(options, request)
    weights = _weights(request)
    score = formulas.weighted_score(options.amounts, np.array(list(weights.values())))
    front = formulas.pareto_front(np.where(allowed, np.array([options.column(name) for name in FRONT]), np.nan).T)
    order = [int(i) for i in np.argsort(score, kind="stable") if allowed[i] and not np.isnan(score[i])]
    return Ranking(
        options=options,
        weights=weights,
        score=score,
        front=front,
        order=order,
        unranked=int(np.count_nonzero(allowed)) - len(order),
    )


def _allowed(options: Options | HostedOptions, request: Placement) -> npt.NDArray[np.bool_]:
    """Whether each option is within the limits and offered."""
    allowed = options.offered | (not request.candidates.offered_only)
    for limit, name in LIMITED.items():
        most = getattr(request.limits, limit)
        if most is not None:
            # an unknown amount is not within a limit
            allowed &= options.column(name) <= most
    return allowed


def _weights(request: Placement) -> dict[PlacementMetric, float]:
    """The weight of one unit of each metric."""
    weights = request.weights or {request.metric or "carbon_kg": 1.0}
    return {name: weights.get(name, 0.0) for name in COLUMNS}


def _least(ranking: Ranking, name: PlacementMetric) -> int | None:
    """Place in the ranking of the option with the least of a metric, from 0; None if it is not known of any."""
    amounts = ranking.options.column(name)[list(ranking.order)]
    return None if np.isnan(amounts).all() else int(np.nanargmin(amounts))


def _known(ranks: Iterable[int | None]) -> Iterator[int]:
    return (rank for rank in ranks if rank is not None)


def _roles(
    ranking: Ranking, least: Mapping[PlacementMetric, int | None], baseline: WorkloadTotals
) -> dict[Role, str | None]:
    """The regions of the workload as described, of the best option, and of those with the least of a metric."""
    found: dict[Role, int | None] = {
        "best": 0 if ranking.order else None,
        "carbon_kg": least["carbon_kg"],
        "cost_usd": least["cost_usd"],
    }
    now = baseline.request.get("region")
    roles = {
        role: None if rank is None else ranking.options.region(ranking.order[rank]) for role, rank in found.items()
    }
    return {"now": now if isinstance(now, str) else None, **roles}


def _option(rank: int, totals: WorkloadTotals, baseline: WorkloadTotals, ranking: Ranking) -> OptionAnswer:
    """A ranked option, compared with the baseline."""
    index = ranking.order[rank - 1]
    differences = compare_outcomes(totals, baseline)
    usd, kg = differences["cost_usd"], differences["carbon_kg"]
    usd_per_kg = None
    if usd is not None and kg is not None and kg["absolute"]["value"] < 0:
        usd_per_kg = float(formulas.usd_per_kg_avoided(usd["absolute"]["value"], -kg["absolute"]["value"]))
    return {
        "rank": rank,
        "score": float(ranking.score[index]),
        "pareto": bool(ranking.front[index]),
        **describe_outcome(totals),
        "difference": differences,
        "usd_per_kg_avoided": usd_per_kg,
    }


def _points(options: Options | HostedOptions, front: npt.NDArray[np.bool_]) -> Iterator[Point]:
    """The options on the Pareto front, the cheapest first."""
    members = np.flatnonzero(front)
    for index in members[np.argsort(options.column("cost_usd")[members], kind="stable")][:MOST_POINTS]:
        workload = options.workload(int(index))
        energy, carbon, water, cost, hours = options.amounts[index].tolist()
        yield {
            "accelerator": options.device(int(index)),
            "region": workload.site.region,
            "provider": options.seller(int(index)),
            "price_kind": options.paid_as(int(index)),
            "year": workload.site.year,
            "energy_kwh": energy,
            "carbon_kg": carbon,
            "water_l": water,
            "cost_usd": cost,
            "hours": hours,
        }


def _own_log(request: Placement, unranked: int, catalog: Catalog) -> FactorLog:
    """The log of a placement, with warnings about names of regions and about options without a rank."""
    log = FactorLog()
    regions = request.candidates.regions
    if regions and not isinstance(regions, str):
        warn_of_names([name for name in regions if not catalog.memos[regions_of_group](name)], catalog, log)
    if unranked:
        text = f"{unranked} options have no rank, because a metric that counts is not known of them."
        log.add_warning("options-not-ranked", text)
    return log
