"""Fields of the requests as keyword arguments, for editors and type checkers; the service checks them.

Objects inside a request are dicts. ``/docs`` of the service describes every field.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypeAlias, TypedDict

from costsvc.answers.quantities import CarbonBasis, PlacementMetric
from costsvc.requests.workloads import (
    Engine,
    Layout,
    Precision,
    PriceKind,
    Processing,
    Recomputation,
    Scope,
    Task,
    Training,
    Workload,
)

Object: TypeAlias = Mapping[str, object]
All: TypeAlias = Literal["all"]
Segment: TypeAlias = Literal["datacenter", "workstation", "consumer", "desktop", "laptop", "board"]


class WorkloadFields(TypedDict, total=False):
    """Fields of both kinds of workload: model, place, prices and machine."""

    model: str
    total_params_b: float
    active_params_b: float
    region: str
    year: int
    date: str | dt.date
    pue: float
    wue_l_per_kwh: float
    grid_g_per_kwh: float
    scope: Scope
    grid_losses: float
    contract: Object
    pricing: Object
    accelerator: str
    accelerators: float
    accelerator_power_w: float
    accelerator_power_limit_w: float
    precision: Precision


class TrainingFields(WorkloadFields, total=False):
    """Fields of a training run."""

    cores: float
    instance: str
    instances: int
    it_power_w: float
    accelerator_hours: float
    hours: float
    energy_kwh: float
    it_energy_kwh: float
    training_tokens_b: float
    workload: Workload
    method: Training
    mfu: float
    activation_recomputation: Recomputation
    sequence_length: float
    tuned: bool
    overheads: Object


class ServingFields(WorkloadFields, total=False):
    """Fields of requests to a model."""

    provider: str
    processing: Processing
    units: float
    task: Task
    batch_size: float
    requests_per_s: float
    concurrency_share: float
    input_tokens: float
    cached_input_tokens: float
    cache_write_tokens: float
    output_tokens: float
    reasoning_tokens: float
    steps: int
    width_px: int
    height_px: int
    frames: int
    requests: float
    software_year: int
    engine: Engine
    cache_precision: Precision
    layout: Layout
    speculative: Object
    throughput_tokens_per_s: float
    accelerator_energy_j_per_output_token: float


class StrategiesFields(TypedDict, total=False):
    """Fields of a comparison of strategies."""

    strategies: Required[Sequence[Object]]
    tasks: float
    task_list: Sequence[Object]
    requests_per_task: float
    time: Object
    surface: Object
    benefit: Object
    baseline: str
    carbon_basis: CarbonBasis


class ApiOrOwnFields(TypedDict, total=False):
    """Fields of a comparison of a hosted model with own hardware."""

    api: Required[Object]
    own: Required[Object]
    requests_per_month: Required[float]
    peak_ratio: float
    carbon_basis: CarbonBasis


class PlacementFields(TypedDict, total=False):
    """Fields of a search for places and machines."""

    training: Object
    inference: Object
    accelerators: Sequence[str] | All
    regions: Sequence[str] | All
    providers: Sequence[str]
    price_kinds: Sequence[PriceKind]
    years: Sequence[int]
    provider: str
    country: str
    segment: Segment
    offered_only: bool
    max_usd: float
    max_hours: float
    max_kg: float
    max_l: float
    metric: PlacementMetric
    weights: Object
    carbon_basis: CarbonBasis
    limit: int


class ChangeFields(TypedDict, total=False):
    """Fields of a comparison of a workload before and after a change."""

    before: Required[Object]
    after: Required[Object]
    carbon_basis: CarbonBasis


class ScheduleFields(TypedDict, total=False):
    """Fields of a search for the best time."""

    earliest: Required[str | dt.datetime]
    deadline: Required[str | dt.datetime]
    training: Object
    energy_kwh: float
    region: str
    scope: Scope
    duration_h: float
    interruptible: bool
    other_regions: Sequence[str] | All
