"""What a caller says of other places, times and versions of a workload, as frozen objects."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from costsvc.estimates.spec import PriceKind, Serving, Site, TrainingRun

PlacementMetric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd", "hours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an option must not exceed; None is no limit."""

    max_usd: float | None = None
    max_hours: float | None = None
    max_kg: float | None = None
    max_l: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Where and on what a workload could run; None is the workload's own, ``all`` everything known."""

    accelerators: tuple[str, ...] | Literal["all"] | None = None
    regions: tuple[str, ...] | Literal["all"] | None = None
    providers: tuple[str, ...] | None = None
    price_kinds: tuple[PriceKind, ...] | None = None
    years: tuple[int, ...] | None = None
    provider: str | None = None
    country: str | None = None
    segment: str | None = None
    offered_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A workload, and where and on what it could run."""

    workload: TrainingRun | Serving
    candidates: Candidates = field(default_factory=Candidates)
    limits: Limits = field(default_factory=Limits)
    metric: PlacementMetric | None = None
    weights: dict[PlacementMetric, float] = field(default_factory=dict)
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    shown: int = 10
    said: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSpec:
    """One workload before and after a change."""

    before: TrainingRun | Serving
    after: TrainingRun | Serving
    kind: Literal["training", "inference"]
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    said: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A constant load whose energy at the meter [kWh] is known."""

    energy_kwh: float
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A workload and the time that is open to it, as a caller describes them."""

    workload: TrainingRun | Load
    earliest: datetime
    deadline: datetime
    duration_h: float | None = None
    interruptible: bool = False
    other_regions: tuple[str, ...] | Literal["all"] = ()
