"""The text chain: use of a replica by a request that generates tokens."""

from dataclasses import replace

import numpy as np

from costsvc.model import serving as formulas
from costsvc.model.architecture import ServedModel, completed
from costsvc.model.chains.replica import replica
from costsvc.model.chains.standby import IdlePower
from costsvc.model.chains.text_inputs import UNMEASURED, Given, ReplicaUse, Socket, TextInputs, TextUse
from costsvc.model.inputs import choose, decisive, label
from costsvc.model.power import limit_slowness, time_share
from costsvc.model.serving import Load, Serving, ServingChip, ServingConstants
from costsvc.model.serving_load import idle_j_per_request, occupancy
from costsvc.units import S_PER_H, Condition, Numeric

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
    if inputs.slice is not None:
        chip = inputs.slice.chip(chip)
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
    model, chip, load, constants = run
    share = time_share(load.accelerators)
    found = formulas.serve(model, chip, _on_whole(load, share), constants)
    busy_w, limited = _limited(inputs.given, found.accelerator_power_w * power_ratio)
    busy_w = _of_device(inputs, busy_w)
    mean_w = _mean_w(busy_w, load, inputs.idle)
    estimated = found.tokens_per_s / (slowness * limited)
    if share is not None:
        estimated = estimated * share
    speed, chip_w = _with_measured(inputs.given, estimated, mean_w, load)
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
    slowness = limit_slowness(busy_w, given.power_limit_w, given.power_limit_exponent)
    return label(np.minimum(busy_w, given.power_limit_w), "limited_power_w", "W"), slowness


def _on_whole(load: Load, share: Numeric | None) -> Load:
    """The load during its turn on an accelerator that it shares by time slicing."""
    return load if share is None else replace(load, accelerators=np.maximum(load.accelerators, 1.0))


def _of_device(inputs: TextInputs, whole_w: Numeric) -> Numeric:
    """Power of a device of the replica, which may be a slice, for that of a whole accelerator [W]."""
    return whole_w if inputs.slice is None else inputs.slice.power_w(whole_w)


def _mean_w(busy_w: Numeric, load: Load, idle: IdlePower | None) -> Numeric:
    """Mean power of one accelerator; if devices work one after the other, the others are idle [W]."""
    if idle is None:
        return busy_w
    waiting = load.accelerators - 1
    alone = decisive(load.accelerators) <= 1
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
    share = time_share(load.accelerators)
    waiting = slowness if share is None else slowness / share

    def busy_at(batch: Numeric) -> Serving:
        return formulas.serve(model, chip, replace(_on_whole(load, share), batch=batch), constants)

    occupied = occupancy(rate, lambda batch: busy_at(batch).latency_s * waiting, load.batch)
    busy = busy_at(occupied.batch)
    if inputs.idle is None or inputs.unexplained.load is None:
        raise TypeError("a request rate needs an idle power and the error of a load")
    # below saturation the request rate determines the hours, so the errors of the fit affect the power only
    unexplained = np.where(occupied.replicas > 1, 1.0, slowness) * inputs.unexplained.load
    busy_w = np.minimum(busy.accelerator_power_w * label(unexplained, "unexplained_load", "1"), chip.tdp_w)
    busy_w = _of_device(inputs, busy_w)
    if inputs.given.accelerator_power_w is not None:
        busy_w = inputs.given.accelerator_power_w
    busy_w = label(busy_w, "busy_power_w", "W")
    idle_j = idle_j_per_request(occupied, rate, 1.0, inputs.idle.power_w())
    busy_j = occupied.replicas * occupied.busy_share / rate * busy_w
    return ReplicaUse(
        accelerators=load.accelerators,
        hours=occupied.replicas * load.accelerators / rate / S_PER_H,
        accelerator_w=(busy_j + idle_j) / (occupied.replicas / rate),
        latency_s=busy.latency_s * waiting,
        tokens_per_s=choose(inputs.generates, rate * load.output_tokens / occupied.replicas, np.nan),
        output_tokens=choose(inputs.generates, load.output_tokens, np.nan),
        batch=occupied.batch,
    )
