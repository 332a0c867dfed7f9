"""Where and on what a workload should run: every option at once, the best of them in full."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from costsvc.errors import located
from costsvc.estimates import answer
from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.totals import COLUMNS, WorkloadTotals, difference, shown, total_workload
from costsvc.estimates.placement.candidates import Fitting, Refused, machines, settled, spots
from costsvc.estimates.placement.options import Options, compute_options
from costsvc.model import placement as placing
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import KINDS, Placement, PlacementMetric
from costsvc.resolve.log import FactorLog

FRONT: tuple[PlacementMetric, ...] = ("cost_usd", "carbon_kg", "hours", "water_l")
"""What an option of the front is not beaten in all at once."""
LIMITED: Mapping[str, PlacementMetric] = {
    "max_usd": "cost_usd",
    "max_hours": "hours",
    "max_kg": "carbon_kg",
    "max_l": "water_l",
}
FRONT_SHOWN = 500


def placement(asked: Placement, catalog: Catalog) -> Plain:
    """Answer where and on what a workload should run.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If what is said does not go together, or there are too many options.
    """
    with located(KINDS[type(asked.workload)]):
        own = settled(asked.workload, catalog)
        named = replace(asked.workload, site=own.site)
        baseline = total_workload(named, asked.carbon_basis, catalog)
    tried = list(machines(own, named, asked.candidates, catalog))
    fitting = [one for one in tried if isinstance(one, Fitting)]
    kinds = asked.candidates.price_kinds or (own.site.pricing.kind,)
    places = spots(own.site, fitting, asked.candidates, catalog, len(fitting) * len(kinds))
    options = compute_options(own, (fitting, places, kinds), asked.carbon_basis, catalog)
    allowed = _allowed(options, asked)
    weights = _weights(asked)
    score = placing.weighted_score(options.amounts, np.array(list(weights.values())))
    front = placing.pareto_front(np.where(allowed, np.array([options.column(name) for name in FRONT]), np.nan).T)
    ranked = [int(i) for i in np.argsort(score, kind="stable") if allowed[i] and not np.isnan(score[i])]
    unranked = int(np.count_nonzero(allowed)) - len(ranked)
    best = [total_workload(options.workload(i), asked.carbon_basis, catalog) for i in ranked[: asked.shown]]
    logs = {"baseline": baseline.log, **{f"options.{i}": one.log for i, one in enumerate(best)}}
    return {
        "id": answer.identity(asked.said, catalog),
        "request": asked.said,
        "carbon_basis": asked.carbon_basis,
        "weights": {name: weight for name, weight in weights.items() if weight},
        "options_considered": len(score),
        "options_allowed": len(ranked),
        "baseline": {"request": baseline.request, **shown(baseline)},
        "options": [
            {"rank": rank, "score": float(score[i]), "pareto": bool(front[i]), **_told(one, baseline)}
            for rank, (i, one) in enumerate(zip(ranked, best, strict=False), start=1)
        ],
        "pareto": list(_points(options, front)),
        "refused": [
            {"accelerator": one.accelerator, "reason": one.reason} for one in tried if isinstance(one, Refused)
        ],
        **answer.together(logs, _own_log(unranked), catalog),
    }


def _allowed(options: Options, asked: Placement) -> npt.NDArray[np.bool_]:
    """Which options keep to the limits and are to be had."""
    allowed = options.offered | (not asked.candidates.offered_only)
    for limit, name in LIMITED.items():
        most = getattr(asked.limits, limit)
        if most is not None:
            # what is not known keeps to no limit
            allowed &= options.column(name) <= most
    return allowed


def _weights(asked: Placement) -> dict[PlacementMetric, float]:
    """What one unit of each metric counts."""
    weights = asked.weights or {asked.metric or "carbon_kg": 1.0}
    return {name: weights.get(name, 0.0) for name in COLUMNS}


def _told(one: WorkloadTotals, baseline: WorkloadTotals) -> Plain:
    """An option in full, beside the baseline."""
    changes = difference(one, baseline)
    usd, kg = changes["cost_usd"], changes["carbon_kg"]
    avoided = None
    if usd is not None and kg is not None and kg["absolute"]["value"] < 0:
        avoided = placing.usd_per_kg_avoided(usd["absolute"]["value"], -kg["absolute"]["value"])
    return {"request": one.request, **shown(one), "difference": changes, "usd_per_kg_avoided": avoided}


def _points(options: Options, front: npt.NDArray[np.bool_]) -> Iterator[Plain]:
    """The options of the front, from the cheapest on."""
    members = np.flatnonzero(front)
    for index in members[np.argsort(options.column("cost_usd")[members], kind="stable")][:FRONT_SHOWN]:
        workload = options.workload(int(index))
        machine = int(index) // (len(options.spots) * len(options.kinds))
        yield {
            "accelerator": options.machines[machine].machine.id,
            "region": workload.site.region,
            "provider": workload.site.pricing.provider,
            "price_kind": options.paid[index],
            "year": workload.site.year,
            **dict(zip(COLUMNS, options.amounts[index].tolist(), strict=True)),
        }


def _own_log(unranked: int) -> FactorLog:
    """What there is to know of the options that have no rank."""
    log = FactorLog()
    if unranked:
        text = f"Something that counts is not known of {unranked} options; they have no rank."
        log.add_warning("options-not-ranked", text)
    return log
