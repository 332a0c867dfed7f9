"""Requests of workloads; None is a field that was not given."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

Scope = Literal["lifecycle", "direct"]
Workload = Literal["llm", "encoder", "vision", "diffusion", "recommender", "other"]
Training = Literal["pretraining", "finetuning", "lora", "qlora", "prompt-tuning", "probe"]
Precision = Literal["fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4"]
Recomputation = Literal["none", "full"]
PriceKind = Literal["on-demand", "spot", "reserved-1y", "reserved-3y", "owned"]
TextTask = Literal["text", "chat", "reasoning", "code-generation", "code-completion", "image-chat", "video-chat"]
Task = Literal[TextTask, "image", "video", "classification", "embedding", "other"]

Processing = Literal["standard", "batch", "flex", "priority"]
Engine = Literal["vllm", "tensorrt-llm", "sglang", "llama.cpp", "transformers", "other"]
Layout = Literal["tensor", "pipeline", "layer-split"]

OWNED: PriceKind = "owned"
ON_DEMAND: PriceKind = "on-demand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract for electricity: its share [1], its intensity and that of the residual mix [g/kWh]."""

    share: float
    g_per_kwh: float
    residual_g_per_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """Prices and their provider. Money in USD.

    Attributes:
        kind: Rented or owned; None means owned in a household, on-demand elsewhere.
    """

    kind: PriceKind | None = None
    provider: str | None = None
    usd_per_accelerator_hour: float | None = None
    electricity_usd_per_kwh: float | None = None
    purchase_usd_per_accelerator: float | None = None
    utilization: float | None = None
    age_years: float | None = None
    facility_usd_per_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Place of a workload, with the caller's figures of it."""

    region: str | None = None
    year: int | None = None
    date: dt.date | None = None
    pue: float | None = None
    wue_l_per_kwh: float | None = None
    grid_g_per_kwh: float | None = None
    scope: Scope = "lifecycle"
    grid_losses: float = 0.0
    contract: Contract | None = None
    pricing: Pricing = field(default_factory=Pricing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheads:
    """Runs besides the final one, relative to it."""

    development_share: float = 0.0
    failed_share: float = 0.0
    retrainings: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Machine of a workload: an accelerator and its number, a processor's cores, or an instance and its number."""

    accelerator: str | None = None
    accelerators: float | None = None
    cores: float | None = None
    instance: str | None = None
    instances: int | None = None
    accelerator_power_w: float | None = None
    it_power_w: float | None = None
    accelerator_power_limit_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Model of a workload, by name or by size. Parameters in 10^9."""

    model: str | None = None
    total_params_b: float | None = None
    active_params_b: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """Request of one training run; measured energy stands in place of machine and time."""

    machine: Machine = field(default_factory=Machine)
    subject: Subject = field(default_factory=Subject)
    accelerator_hours: float | None = None
    hours: float | None = None
    training_tokens_b: float | None = None
    energy_kwh: float | None = None
    it_energy_kwh: float | None = None
    workload: Workload = "llm"
    method: Training = "pretraining"
    precision: Precision | None = None
    mfu: float | None = None
    activation_recomputation: Recomputation | None = None
    sequence_length: float | None = None
    tuned: bool | None = None
    site: Site = field(default_factory=Site)
    overheads: Overheads = field(default_factory=Overheads)
    payload: dict[str, Any] = field(default_factory=dict, compare=False)
    """The request's JSON object, for the canonical request in the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speculative:
    """Speculative decoding: tokens accepted and proposed per step, and the size of the draft model [10^9]."""

    accepted_per_step: float
    proposed_per_step: float
    draft_params_b: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Requests to a model, on a machine or at a provider that bills them.

    Attributes:
        provider: Provider of a hosted model; None if the model runs on the machine.
        units: Images, seconds, characters, pages or queries of a request, if the provider bills these.
    """

    machine: Machine = field(default_factory=Machine)
    provider: str | None = None
    processing: Processing = "standard"
    subject: Subject = field(default_factory=Subject)
    task: Task = "text"
    precision: Precision | None = None
    batch_size: float | None = None
    requests_per_s: float | None = None
    concurrency_share: float | None = None
    input_tokens: float | None = None
    cached_input_tokens: float | None = None
    cache_write_tokens: float | None = None
    output_tokens: float | None = None
    reasoning_tokens: float | None = None
    units: float | None = None
    steps: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    frames: int | None = None
    requests: float = 1.0
    software_year: int | None = None
    engine: Engine | None = None
    cache_precision: Precision | None = None
    layout: Layout = "tensor"
    speculative: Speculative | None = None
    throughput_tokens_per_s: float | None = None
    accelerator_energy_j_per_output_token: float | None = None
    site: Site = field(default_factory=Site)
    payload: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """Idle replicas."""

    machine: Machine
    hours: float
    site: Site = field(default_factory=Site)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall(Serving):
    """A request to a hosted model, as part ``api`` of a comparison."""
