"""What a workload comes to in its place, and how two such outcomes differ."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from costsvc.estimates.alternatives import PlacementMetric
from costsvc.estimates.answer import Plain
from costsvc.estimates.facts import Facts
from costsvc.estimates.hardware import Hardware
from costsvc.estimates.inference import served
from costsvc.estimates.parts import METRICS, Basis, by_metric
from costsvc.estimates.request import normalised
from costsvc.estimates.site import Setting
from costsvc.estimates.spec import Serving, TrainingRun
from costsvc.estimates.training import trained
from costsvc.model.uncertainty import middle, open_quantity, quantities
from costsvc.units import PERCENT, Numeric

Workload = TrainingRun | Serving
COLUMNS: tuple[PlacementMetric, ...] = (*METRICS, "hours")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """A workload, resolved and computed.

    Attributes:
        request: The normalised request that gives the same estimate.
        by_metric: Energy, CO2e, water, money, and hours from begin to end; None where it is not known.
        facts: What was used.
    """

    request: Plain
    by_metric: Mapping[PlacementMetric, Numeric | None]
    facts: Facts


def outcome(workload: Workload, basis: Basis, facts: Facts) -> Outcome:
    """Estimate a workload.

    Args:
        workload: A training run, or requests with their number.
        basis: Which CO2e counts.
        facts: The tables; collects what was used.
    """
    if isinstance(workload, TrainingRun):
        run = trained(workload, facts)
        asked = _request(workload, run.run.usage.hardware, run.setting, {"precision": run.run.precision})
        hours, found = run.run.duration_h, run.footprint
    else:
        replica = served(workload, facts)
        usage, demand = replica.request.usage, replica.request.demand
        chosen = {"precision": replica.request.precision, "requests": workload.requests, **demand.chosen}
        asked = _request(workload, usage.hardware, replica.setting, chosen)
        hours = usage.hours / (usage.hardware.count or 1.0) * workload.requests
        found = replica.one.times(workload.requests)
    totals: dict[PlacementMetric, Numeric | None] = {"hours": hours}
    totals.update(by_metric(found, basis).items())
    return Outcome(request=asked, by_metric=totals, facts=facts)


def _request(workload: Workload, machine: Hardware, setting: Setting, chosen: Plain) -> Plain:
    pricing = setting.pricing
    said = {"pricing": {"kind": pricing.kind, **workload.said.get("pricing", {})}}
    said["pricing"] |= {"kind": pricing.kind} | ({} if pricing.provider is None else {"provider": pricing.provider})
    return normalised({**workload.said, **said}, machine, setting, chosen)


def shown(found: Outcome) -> dict[str, Plain | None]:
    """The quantity of each metric."""
    return dict(zip(COLUMNS, quantities([found.by_metric[name] for name in COLUMNS]), strict=True))


def difference(after: Outcome, before: Outcome) -> dict[str, Plain | None]:
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
        relative = None if middle(old) == 0 else PERCENT * (new - old) / np.where(old == 0, np.nan, old)
        (absolute,) = quantities([new - old])
        found[name] = {"absolute": absolute, "percent": open_quantity(relative)}
    return found
