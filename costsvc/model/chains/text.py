"""The text chain: use of a replica by a request that generates tokens."""

from dataclasses import dataclass, replace

import numpy as np

from costsvc.model import serving as formulas
from costsvc.model.architecture import ServedModel, ShapeRule, completed
from costsvc.model.chains.replica import Replica, ReplicaInputs, replica
from costsvc.model.chains.standby import IdlePower
from costsvc.model.inputs import choose, decisive, label
from costsvc.model.processor import peak_tflops, power_limit_w
from costsvc.model.serving import Load, Serving, ServingChip, ServingConstants
from costsvc.model.serving_load import idle_j_per_request, occupancy
from costsvc.units import S_PER_H, Condition, Numeric

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


Run = tuple[ServedModel, ServingChip, Load, ServingConstants]


def answer_in_text(inputs: TextInputs) -> TextUse:
    """Accelerator-hours, power and speed of a request that generates tokens.

    Args:
        inputs: The resolved request.

    Returns:
        Its use of the replica. NaN gives NaN.
    """
    model = complete_model(inputs).model
    settled = replica(model, _drafted(inputs, model), inputs.replica)
    chip = inputs.chip.as_chip() if isinstance(inputs.chip, Socket) else inputs.chip
    run = (model, chip, settled.load, _constants(inputs))
    is_long = decisive(settled.load.input_tokens) > decisive(inputs.unexplained.longest_input_tokens)
    if inputs.requests_per_s is not None:
        use = _at_rate(inputs, run, inputs.requests_per_s, _slowness(inputs, is_long))
        return TextUse(use=use, replica=settled, is_long=is_long, measurement=UNMEASURED)
    slowness, power_ratio, measurement = _corrections(inputs, settled.load.accelerators, is_long)
    use = _saturated(inputs, run, slowness, power_ratio)
    return TextUse(use=use, replica=settled, is_long=is_long, measurement=measurement)


def complete_model(inputs: TextInputs) -> TextInputs:
    """The request with a complete model; of many rows this is done once for each template.

    Args:
        inputs: The request.

    Returns:
        The same request, whose model has no missing dimension.
    """
    if inputs.shape_rule is None:
        return inputs
    return replace(inputs, model=completed(inputs.model, inputs.shape_rule), shape_rule=None)


def _drafted(inputs: TextInputs, model: ServedModel) -> Load:
    if not inputs.draft_is_a_block:
        return inputs.load
    draft = label(model.active_params_b / model.layers, "draft_params_b", "10^9 parameters")
    return replace(inputs.load, draft_params_b=draft)


def _constants(inputs: TextInputs) -> ServingConstants:
    if inputs.low_bit_efficiency is None:
        return inputs.constants
    efficiency = inputs.constants.memory_efficiency * inputs.low_bit_efficiency
    return replace(inputs.constants, memory_efficiency=efficiency)


def _slowness(inputs: TextInputs, is_long: Condition) -> Numeric:
    """Time relative to the formulas: the product of the errors of the fit."""
    unexplained = inputs.unexplained
    slowness = unexplained.residuals[0]
    for residual in unexplained.residuals[1:]:
        slowness = slowness * residual
    return choose(is_long, slowness * unexplained.unknown_task, slowness)


def _corrections(inputs: TextInputs, accelerators: Numeric, is_long: Condition) -> tuple[Numeric, Numeric, Numeric]:
    """Time and power relative to the formulas, and the index of the measured configuration."""
    slowness = _slowness(inputs, is_long)
    power_ratio: Numeric = 1.0
    place: Numeric = UNMEASURED
    for i, measured in enumerate(inputs.measured):
        same = np.logical_and(decisive(accelerators) == decisive(measured.accelerators), np.logical_not(is_long))
        slowness = choose(same, measured.slowness * inputs.unexplained.measured_engine, slowness)
        power_ratio = choose(same, measured.power_ratio, power_ratio)
        place = choose(same, float(i), place)
    return slowness, power_ratio, place


def _saturated(inputs: TextInputs, run: Run, slowness: Numeric, power_ratio: Numeric) -> ReplicaUse:
    """Use of a saturated replica with the given batch."""
    load, found = run[2], formulas.serve(*run)
    busy_w, limited = _limited(inputs.given, found.accelerator_power_w * power_ratio)
    mean_w = _mean_w(busy_w, load, inputs.idle)
    speed, chip_w = _with_measured(inputs.given, found.tokens_per_s / (slowness * limited), mean_w, load)
    return ReplicaUse(
        accelerators=load.accelerators,
        hours=load.accelerators * load.output_tokens / speed / S_PER_H,
        accelerator_w=chip_w,
        latency_s=found.latency_s * (found.tokens_per_s / speed),
        tokens_per_s=choose(inputs.generates, speed, np.nan),
        output_tokens=choose(inputs.generates, load.output_tokens, np.nan),
        batch=load.batch,
    )


def _limited(given: Given, busy_w: Numeric) -> tuple[Numeric, Numeric]:
    """Power of a busy accelerator under a power limit, and its slow-down."""
    if given.power_limit_w is None:
        return busy_w, 1.0
    slowness = formulas.limit_slowness(busy_w, given.power_limit_w, given.power_limit_exponent)
    return label(np.minimum(busy_w, given.power_limit_w), "limited_power_w", "W"), slowness


def _mean_w(busy_w: Numeric, load: Load, idle: IdlePower | None) -> Numeric:
    """Mean power of one accelerator; if devices work one after the other, the others are idle [W]."""
    if idle is None:
        return busy_w
    waiting = load.accelerators - 1
    alone = decisive(load.accelerators) == 1
    return choose(alone, busy_w, (busy_w + waiting * idle.power_w()) / load.accelerators)


def _with_measured(given: Given, speed: Numeric, chip_w: Numeric, load: Load) -> tuple[Numeric, Numeric]:
    """Throughput and mean power of one accelerator, with the caller's measurements in place of the formulas."""
    if given.tokens_per_s is not None:
        speed = given.tokens_per_s
    if given.accelerator_power_w is not None:
        chip_w = given.accelerator_power_w
    joules = given.j_per_output_token
    if joules is None:
        return speed, chip_w
    if given.accelerator_power_w is not None:
        return load.accelerators * chip_w / joules, chip_w
    return speed, joules * speed / load.accelerators


def _at_rate(inputs: TextInputs, run: Run, rate: Numeric, slowness: Numeric) -> ReplicaUse:
    """Use of a replica whose batch follows from the request rate, including its idle time."""
    model, chip, load, constants = run

    def busy_at(batch: Numeric) -> Serving:
        return formulas.serve(model, chip, replace(load, batch=batch), constants)

    occupied = occupancy(rate, lambda batch: busy_at(batch).latency_s * slowness, load.batch)
    busy = busy_at(occupied.batch)
    if inputs.idle is None or inputs.unexplained.load is None:
        raise TypeError("a request rate needs an idle power and the error of a load")
    # below saturation the request rate determines the hours, so the errors of the fit affect the power only
    unexplained = np.where(occupied.replicas > 1, 1.0, slowness) * inputs.unexplained.load
    busy_w = np.minimum(busy.accelerator_power_w * label(unexplained, "unexplained_load", "1"), chip.tdp_w)
    if inputs.given.accelerator_power_w is not None:
        busy_w = inputs.given.accelerator_power_w
    busy_w = label(busy_w, "busy_power_w", "W")
    idle_j = idle_j_per_request(occupied, rate, 1.0, inputs.idle.power_w())
    busy_j = occupied.replicas * occupied.busy_share / rate * busy_w
    return ReplicaUse(
        accelerators=load.accelerators,
        hours=occupied.replicas * load.accelerators / rate / S_PER_H,
        accelerator_w=(busy_j + idle_j) / (occupied.replicas / rate),
        latency_s=busy.latency_s * slowness,
        tokens_per_s=choose(inputs.generates, rate * load.output_tokens / occupied.replicas, np.nan),
        output_tokens=choose(inputs.generates, load.output_tokens, np.nan),
        batch=occupied.batch,
    )
