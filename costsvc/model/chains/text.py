"""A request that is answered in text: what it takes of a replica."""

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
"""Place among the measured configurations of a request that the formulas alone answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Socket:
    """A processor, by the figures that its generation has.

    Attributes:
        tdp_w: Thermal design power. [W]
        power_ratio: The power limit over it. [1]
        cores: Cores. [1]
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
        """The processor as the serving formulas see it."""
        peak = peak_tflops(self.cores, self.flop_per_cycle, self.clock_ghz)
        return ServingChip(
            tdp_w=power_limit_w(self.tdp_w, self.power_ratio),
            memory_bandwidth_gb_s=self.memory_bandwidth_gb_s,
            peak_tflops=peak,
            attention_tflops=peak,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredConfiguration:
    """How a measurement of the same model on the same machines differs from the formulas.

    Attributes:
        accelerators: Devices of the measured replica. [1]
        slowness: Measured time over that of the formulas. [1]
        power_ratio: Measured power over that of the formulas. [1]
    """

    accelerators: Numeric
    slowness: Numeric
    power_ratio: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unexplained:
    """What the fit leaves open, wider for what was never measured.

    Attributes:
        residuals: Errors of the fit; time is their product. [1]
        unknown_task: What prompts longer than any measured add. [1]
        longest_input_tokens: The longest prompt that was measured. [token]
        measured_engine: Error of the engine where the configuration was measured. [1]
        load: What a replica that is not always busy adds; None where no rate was given. [1]
    """

    residuals: tuple[Numeric, ...]
    unknown_task: Numeric
    longest_input_tokens: Numeric
    measured_engine: Numeric
    load: Numeric | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """What the caller measured or set; None is what was not given.

    Attributes:
        accelerator_power_w: Mean power of one accelerator. [W]
        power_limit_w: Power limit that the accelerators are set to. [W]
        power_limit_exponent: How time grows with what the limit cuts off. [1]
        tokens_per_s: Tokens that the replica generates. [token/s]
        j_per_output_token: Energy of its chips per token generated. [J]
    """

    accelerator_power_w: Numeric | None = None
    power_limit_w: Numeric | None = None
    power_limit_exponent: Numeric = 0.0
    tokens_per_s: Numeric | None = None
    j_per_output_token: Numeric | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextInputs:
    """A request that is answered in text, resolved.

    Attributes:
        model: The model; NaN where a dimension is not known.
        shape_rule: How the usual model of a size is shaped; None for a model that is complete.
        chip: The accelerator or processor.
        constants: What the fit found.
        low_bit_efficiency: What unpacking weights of few bits leaves of the memory's efficiency; None where
            there is nothing to unpack. [1]
        load: Lengths, widths, layout and drafts; devices and batch are settled by the chain.
        draft_is_a_block: Whether drafts are taken to come from a model of the size of one block.
        generates: Whether a request generates tokens. [1]
        replica: What is known of the replica.
        requests_per_s: Rate of requests; None where the batch decides. [1/s]
        measured: Measured configurations at the request's batch.
        unexplained: What the fit leaves open.
        given: What the caller measured or set.
        idle: Power of a device that waits; None where none does.
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
    """What one request takes of a replica.

    Attributes:
        accelerators: Devices of the replica. [1]
        hours: Accelerator-hours of a request, waiting included where a rate was given. [h]
        accelerator_w: Mean power of one accelerator over those hours. [W]
        latency_s: From a request's arrival to its end. [s]
        tokens_per_s: Tokens that the replica generates; NaN where it generates none. [token/s]
        output_tokens: Tokens generated for a request; NaN where there are none. [token]
        batch: Requests answered together. [1]
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
    """What a request answered in text takes, and what was decided on the way.

    Attributes:
        use: What it takes of the replica.
        replica: The replica.
        is_long: Whether its prompt is longer than any that was measured. [1]
        measurement: Place of the measured configuration that was used; below 0 where there is none. [1]
    """

    use: ReplicaUse
    replica: Replica
    is_long: Condition
    measurement: Numeric


Run = tuple[ServedModel, ServingChip, Load, ServingConstants]


def answer_in_text(inputs: TextInputs) -> TextUse:
    """Accelerator-hours, power and speed of a request that generates tokens.

    Args:
        inputs: The request.

    Returns:
        What it takes. NaN gives NaN.
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
    """Time over that of the formulas, as far as the fit leaves it open."""
    unexplained = inputs.unexplained
    slowness = unexplained.residuals[0]
    for residual in unexplained.residuals[1:]:
        slowness = slowness * residual
    return choose(is_long, slowness * unexplained.unknown_task, slowness)


def _corrections(inputs: TextInputs, accelerators: Numeric, is_long: Condition) -> tuple[Numeric, Numeric, Numeric]:
    """Time and power over those of the formulas, and the place of the measurement that says so."""
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
    """A replica that is busy all the time with the batch."""
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
    """Power of one accelerator that works, and how much longer it takes, under a power limit."""
    if given.power_limit_w is None:
        return busy_w, 1.0
    slowness = formulas.limit_slowness(busy_w, given.power_limit_w, given.power_limit_exponent)
    return label(np.minimum(busy_w, given.power_limit_w), "limited_power_w", "W"), slowness


def _mean_w(busy_w: Numeric, load: Load, idle: IdlePower | None) -> Numeric:
    """Mean power of one accelerator: where devices work one after the other, the rest wait [W]."""
    if idle is None:
        return busy_w
    waiting = load.accelerators - 1
    alone = decisive(load.accelerators) == 1
    return choose(alone, busy_w, (busy_w + waiting * idle.power_w()) / load.accelerators)


def _with_measured(given: Given, speed: Numeric, chip_w: Numeric, load: Load) -> tuple[Numeric, Numeric]:
    """Speed and mean power of one accelerator, what the caller measured in place of what the formulas give."""
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
    """A replica whose batch follows from the rate of requests; waiting is charged."""
    model, chip, load, constants = run

    def busy_at(batch: Numeric) -> Serving:
        return formulas.serve(model, chip, replace(load, batch=batch), constants)

    occupied = occupancy(rate, lambda batch: busy_at(batch).latency_s * slowness, load.batch)
    busy = busy_at(occupied.batch)
    if inputs.idle is None or inputs.unexplained.load is None:
        raise TypeError("a rate of requests needs an idle power and the error of a load")
    # a replica that could do more is paced by its requests: what the fit leaves open shows in its watts, not its hours
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
