"""The phases of a training run: the final run, and those besides it."""

from costsvc.answers.estimate import Phase, PhaseName
from costsvc.answers.quantities import Quantity
from costsvc.estimates.answer import EstimateBody
from costsvc.requests.workloads import Overheads


def list_phases(body: EstimateBody, overheads: Overheads) -> list[Phase]:
    """The totals of an estimate by phase, in proportion to the work of each.

    Args:
        body: The estimate.
        overheads: Work besides the final run, relative to it.
    """
    works: list[tuple[PhaseName, float]] = [
        ("final", 1.0),
        ("development", overheads.development_share),
        ("failed", overheads.failed_share),
        ("retraining", overheads.retrainings),
    ]
    total = sum(work for _, work in works)
    return [_phase(name, body, work / total) for name, work in works if work]


def _phase(name: PhaseName, body: EstimateBody, share: float) -> Phase:
    return {
        "name": name,
        "hours": _scaled(body["accelerator_hours"], share),
        "energy_kwh": _share_of(body["energy_kwh"], share),
        "carbon_kg": _scaled(body["carbon"]["total_kg"], share),
        "water_l": _scaled(body["water"]["total_l"], share),
        "cost_usd": _scaled(body["cost"]["total_usd"], share),
    }


def _scaled(total: Quantity | None, share: float) -> Quantity | None:
    return None if total is None else _share_of(total, share)


def _share_of(total: Quantity, share: float) -> Quantity:
    return {"value": total["value"] * share, "low": total["low"] * share, "high": total["high"] * share}
