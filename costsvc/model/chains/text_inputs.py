"""What the chain of requests answered in text takes, and what it gives."""

from dataclasses import dataclass

from costsvc.model.architecture import ServedModel, ShapeRule
from costsvc.model.chains.replica import Replica, ReplicaInputs
from costsvc.model.chains.slices import Slice
from costsvc.model.chains.standby import IdlePower
from costsvc.model.processor import peak_tflops, power_limit_w
from costsvc.model.serving import Load, ServingChip, ServingConstants
from costsvc.units import Condition, Numeric

UNMEASURED = -1.0
"""Index of the measured configuration if there is none and the formulas alone are used."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Socket:
    """A processor socket, with figures of its generation.

    Attributes:
        tdp_w: Thermal design power. [W]
        power_ratio: Power limit relative to the thermal design power. [1]
        cores: Number of cores. [1]
        flop_per_cycle: Multiplications and additions of a core in a cycle. [1]
        clock_ghz: Clock while all cores work. [GHz]
        memory_bandwidth_gb_s: Bandwidth of its memory. [GB/s]
    """

    tdp_w: Numeric
    power_ratio: Numeric
    cores: Numeric
    flop_per_cycle: Numeric
    clock_ghz: Numeric
    memory_bandwidth_gb_s: Numeric

    def as_chip(self) -> ServingChip:
        """The processor's figures for the serving formulas."""
        peak = peak_tflops(self.cores, self.flop_per_cycle, self.clock_ghz)
        return ServingChip(
            tdp_w=power_limit_w(self.tdp_w, self.power_ratio),
            memory_bandwidth_gb_s=self.memory_bandwidth_gb_s,
            peak_tflops=peak,
            attention_tflops=peak,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredConfiguration:
    """Measurement of the same model on the same machines, relative to the formulas.

    Attributes:
        accelerators: Devices of the measured replica. [1]
        slowness: Measured time relative to the formulas. [1]
        power_ratio: Measured power relative to the formulas. [1]
    """

    accelerators: Numeric
    slowness: Numeric
    power_ratio: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unexplained:
    """Errors of the fit; wider for configurations without measurements.

    Attributes:
        residuals: Errors whose product is the time relative to the formulas. [1]
        unknown_task: Additional error for prompts longer than any measured one. [1]
        longest_input_tokens: Longest measured prompt. [token]
        measured_engine: Error of the engine for a measured configuration. [1]
        load: Additional error of a replica below saturation; None without a request rate. [1]
    """

    residuals: tuple[Numeric, ...]
    unknown_task: Numeric
    longest_input_tokens: Numeric
    measured_engine: Numeric
    load: Numeric | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """Measurements and power limit from the request; None if not given.

    Attributes:
        accelerator_power_w: Mean power of one accelerator. [W]
        power_limit_w: Power limit of the accelerators. [W]
        power_limit_exponent: Growth of the time with the ratio of unlimited to limited power. [1]
        tokens_per_s: Throughput of the replica in output tokens. [token/s]
        j_per_output_token: Energy of its chips per output token. [J]
    """

    accelerator_power_w: Numeric | None = None
    power_limit_w: Numeric | None = None
    power_limit_exponent: Numeric = 0.0
    tokens_per_s: Numeric | None = None
    j_per_output_token: Numeric | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextInputs:
    """A resolved request that generates tokens.

    Attributes:
        model: The model; NaN if a dimension is not known.
        shape_rule: Dimensions of the typical model of a size; None if the model is complete.
        chip: The accelerator or processor.
        constants: Fitted constants.
        low_bit_efficiency: Reduction of memory efficiency by unpacking low-bit weights; None without
            unpacking. [1]
        load: Lengths, precisions, layout and drafts; the chain determines devices and batch.
        draft_is_a_block: Whether the draft model is assumed to have the size of one block.
        generates: Whether a request generates tokens. [1]
        replica: Inputs that determine devices and batch.
        requests_per_s: Request rate; None if the batch is given or assumed. [1/s]
        measured: Measured configurations at the request's batch.
        unexplained: Errors of the fit.
        given: Measurements and power limit from the request.
        idle: Inputs of the power of an idle device; None if no device is idle.
        slice: The slice of an accelerator that is a device of the replica; None for whole accelerators.
    """

    model: ServedModel
    shape_rule: ShapeRule | None
    chip: ServingChip | Socket
    constants: ServingConstants
    low_bit_efficiency: Numeric | None
    load: Load
    draft_is_a_block: bool
    generates: Condition
    replica: ReplicaInputs
    requests_per_s: Numeric | None
    measured: tuple[MeasuredConfiguration, ...]
    unexplained: Unexplained
    given: Given
    idle: IdlePower | None
    slice: Slice | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicaUse:
    """Use of a replica by one request.

    Attributes:
        accelerators: Devices of the replica. [1]
        hours: Accelerator-hours of a request, including idle time if a request rate was given. [h]
        accelerator_w: Mean power of one accelerator over those hours. [W]
        latency_s: Time from a request's arrival to its end. [s]
        tokens_per_s: Throughput of the replica in output tokens; NaN if it generates none. [token/s]
        output_tokens: Output tokens of a request; NaN if it generates none. [token]
        batch: Requests processed together. [1]
    """

    accelerators: Numeric
    hours: Numeric
    accelerator_w: Numeric
    latency_s: Numeric
    tokens_per_s: Numeric
    output_tokens: Numeric
    batch: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextUse:
    """Results and decisions of the text chain.

    Attributes:
        use: Use of the replica.
        replica: The replica.
        is_long: Whether the prompt is longer than any measured one. [1]
        measurement: Index of the measured configuration that was used; negative if there is none. [1]
    """

    use: ReplicaUse
    replica: Replica
    is_long: Condition
    measurement: Numeric
