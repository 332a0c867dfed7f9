"""A request that is answered in text: what it takes of a replica."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from costsvc.errors import BadRequestError
from costsvc.estimates import hardware, served
from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import Hardware
from costsvc.estimates.measured import Correction, correction, is_of
from costsvc.estimates.served import Demand, Fit
from costsvc.estimates.shape import served_model
from costsvc.estimates.spec import Precision, Serving
from costsvc.estimates.subject import Sizes
from costsvc.model import serving as formulas
from costsvc.model.architecture import (
    ServedModel,
    cache_gb,
    fewest_accelerators,
    weights_gb,
)
from costsvc.model.serving import Load, ServingChip, ServingConstants
from costsvc.model.serving_load import idle_j_per_request, occupancy
from costsvc.model.uncertainty import middle
from costsvc.reference.table import Row
from costsvc.units import S_PER_H, Numeric

MEASUREMENTS = "inference_measurements"
TOKENS = {"input_tokens": "effective_input_tokens", "output_tokens": "effective_output_tokens"}


def demand(asked: Serving, size: Sizes, machine: Hardware, precision: Precision, facts: Facts) -> Demand:
    """Accelerator-hours, power and speed of a request that generates tokens.

    Raises:
        BadRequestError: If the model's size or a figure of the accelerator is not known.
    """
    if size.total_b is None:
        raise BadRequestError({"model": "This is missing; give model, or total_params_b and active_params_b."})
    weight_bytes = present(facts.catalog.factor(served.FIT, ("weight_bytes", precision), "value", "weight_bytes"))
    kind, software = served.kind_of(size, weight_bytes.value), served.generation_of_software(asked.software_year)
    served.say_age(asked.software_year, facts)
    fit = Fit(facts=facts, scopes=(asked.task, machine.family, kind, machine.computes_in(precision), software))
    model = served_model(size, fit)
    load = Load(
        accelerators=1.0,
        batch=1.0,
        input_tokens=_tokens(asked, "input_tokens", fit, facts),
        output_tokens=_tokens(asked, "output_tokens", fit, facts),
        weight_bytes=facts.use(weight_bytes),
        cache_bytes=fit.use("cache_bytes"),
    )
    machine, load = _placed(asked, model, load, machine, fit, facts)
    chip = served.chip(machine, precision, facts)
    run = (model, chip, load, fit.constants(ServingConstants))
    if asked.requests_per_s is not None:
        slowness = _residual(load, machine, size, fit, (asked.task, software, kind))
        return _at_rate(asked, run, slowness, machine, fit)
    measured = _measured(asked, run, size, (machine.id, machine.count, precision), fit)
    if measured is None:
        slowness = _residual(load, machine, size, fit, (asked.task, software, kind))
        measured = Correction(slowness=slowness, power_ratio=1.0)
    return _saturated(asked, run, measured, machine, facts)


Run = tuple[ServedModel, ServingChip, Load, ServingConstants]


def _tokens(asked: Serving, name: str, fit: Fit, facts: Facts) -> Numeric:
    given: float | None = getattr(asked, name)
    if given is None:
        facts.warn(
            "tokens-assumed",
            "Tokens of a request were not given; those of a usual chat are taken, with a wide interval.",
        )
        return fit.use(TOKENS[name], name)
    # a request that reads or writes nothing still takes one step
    return facts.given(name, max(given, 1.0) if name == "output_tokens" else given, "token")


def _placed(
    asked: Serving, model: ServedModel, load: Load, machine: Hardware, fit: Fit, facts: Facts
) -> tuple[Hardware, Load]:
    """Settle the number of accelerators and the batch."""
    memory = machine.row.get("memory_gb")
    usable = fit.find("usable_memory_share").value
    weights = weights_gb(model.total_params_b, load.weight_bytes)
    if machine.count is None:
        count = 1.0 if memory is None else middle(fewest_accelerators(weights, memory, usable))
        facts.warn("accelerators-assumed", f"The replica's accelerators were not given; {count:g} hold the weights.")
        machine = replace(machine, count=count)
    shown = facts.show("accelerators", machine.count or 1.0, "1")
    load = replace(load, accelerators=shown, batch=_batch(asked, fit, facts))
    if memory is not None:
        _say_memory(weights, model, load, memory * usable * (machine.count or 1.0), facts)
    return machine, load


def _batch(asked: Serving, fit: Fit, facts: Facts) -> Numeric:
    if asked.batch_size is not None:
        return facts.given("batch_size", asked.batch_size, "1")
    if asked.requests_per_s is not None:
        return 1.0
    facts.warn(
        "batch-assumed", "The batch was not given; it is by far the strongest input. Give batch_size or requests_per_s."
    )
    return fit.use("default_batch", "batch_size")


def _say_memory(weights: Numeric, model: ServedModel, load: Load, room: float, facts: Facts) -> None:
    context = load.input_tokens + load.output_tokens
    needed = middle(weights + cache_gb(model, load.batch, context, load.cache_bytes))
    if needed > room:
        text = f"Weights and cache take {needed:.3g} GB, the replica's accelerators have {room:.3g} GB to give."
        facts.warn("does-not-fit", text)


def _residual(load: Load, machine: Hardware, size: Sizes, fit: Fit, trust_scopes: Sequence[str]) -> Numeric:
    """What the fit leaves unexplained, wider for what was never measured."""
    trust = Fit(facts=fit.facts, scopes=trust_scopes)
    wide = trust.error("serving_residual", f"{size.key}/{machine.family}") * served.of_chip(
        "memory_multiplier", machine, fit
    )
    if size.row is None or size.row.get("layers") is None:
        wide = wide * trust.error("unknown_dimensions", size.key)
    if _is_long(load, fit):
        fit.facts.warn("task-not-measured", "Prompts as long as this were never measured; the interval is wider.")
        wide = wide * fit.use("unknown_task")
    return wide


def _is_long(load: Load, fit: Fit) -> bool:
    """Whether a prompt is longer than any that was measured."""
    return middle(load.input_tokens) > fit.find("longest_input_tokens").value


def _measured(
    asked: Serving, run: Run, size: Sizes, machine: tuple[str, float | None, Precision], fit: Fit
) -> Correction | None:
    """How measurements of the same model on the same machines differ from the formulas at a given batch."""
    if asked.batch_size is None or size.row is None or _is_long(run[2], fit):
        return None
    columns = ("model_id", "accelerator_id", "accelerators", "precision")
    rows = fit.facts.catalog.rows_by(MEASUREMENTS, *columns).get((size.row["model_id"], *machine), [])
    task = "chat" if asked.task == "text" else asked.task
    near = [row for row in rows if row["task"] == task and is_of(row["software_year"], asked.software_year, fit)]
    return correction(MEASUREMENTS, near, asked.batch_size, lambda row: _ratios(row, run, fit.facts), fit)


def _ratios(row: Row, run: Run, facts: Facts) -> tuple[float, float]:
    """Measured over predicted time and power of a measurement, at its own lengths."""
    model, chip, load, constants = run
    fit = Fit(facts=facts, scopes=(row["task"],))
    own = replace(
        load,
        batch=row["batch_size"],
        input_tokens=fit.find("effective_input_tokens").value,
        output_tokens=row["mean_output_tokens"],
    )
    found = formulas.serve(model, chip, own, constants)
    joules = row["j_per_output_token"] / middle(found.j_per_output_token)
    watts = row["accelerator_power_w"] / middle(found.accelerator_power_w)
    return joules / watts, watts


def _saturated(asked: Serving, run: Run, correction: Correction, machine: Hardware, facts: Facts) -> Demand:
    """A replica that is busy all the time with the batch."""
    _, _, load, _ = run
    found = formulas.serve(*run)
    speed = found.tokens_per_s / correction.slowness
    power_w = found.accelerator_power_w * correction.power_ratio
    return Demand(
        hardware=machine,
        hours=load.accelerators * load.output_tokens / speed / S_PER_H,
        accelerator_w=served.measured_power(asked, power_w, facts),
        latency_s=found.latency_s * correction.slowness,
        tokens_per_s=speed,
        output_tokens=load.output_tokens,
        chosen={"batch_size": middle(load.batch)},
    )


def _at_rate(asked: Serving, run: Run, slowness: Numeric, machine: Hardware, fit: Fit) -> Demand:
    """A replica whose batch follows from the rate of requests; waiting is charged."""
    model, chip, load, constants = run
    facts = fit.facts
    rate = facts.given("requests_per_s", asked.requests_per_s or 0.0, "1/s")

    def latency_s(batch: Numeric) -> Numeric:
        return formulas.serve(model, chip, replace(load, batch=batch), constants).latency_s * slowness

    occupied = occupancy(rate, latency_s, _largest_batch(model, load, machine, facts))
    busy = formulas.serve(model, chip, replace(load, batch=occupied.batch), constants)
    # a replica that could do more is paced by its requests: what the fit leaves open shows in its watts, not its hours
    unexplained = np.where(occupied.replicas > 1, 1.0, slowness) * fit.use("unknown_load")
    limited_w = np.minimum(busy.accelerator_power_w * facts.show("unexplained_load", unexplained, "1"), chip.tdp_w)
    busy_w = facts.show("busy_power_w", served.measured_power(asked, limited_w, facts), "W")
    idle_j = idle_j_per_request(
        occupied, rate, 1.0, hardware.idle_w(machine, replace(asked.machine, accelerator_power_w=None), facts)
    )
    hours = occupied.replicas * load.accelerators / rate / S_PER_H
    busy_j = occupied.replicas * occupied.busy_share / rate * busy_w
    return Demand(
        hardware=machine,
        hours=hours,
        accelerator_w=(busy_j + idle_j) / (occupied.replicas / rate),
        latency_s=busy.latency_s * slowness,
        tokens_per_s=rate * load.output_tokens / occupied.replicas,
        output_tokens=load.output_tokens,
        chosen={},
    )


def _largest_batch(model: ServedModel, load: Load, machine: Hardware, facts: Facts) -> Numeric:
    """Sequences that fit beside the weights, at least 1."""
    memory = served.memory(machine, facts)
    usable = present(
        facts.catalog.factor(served.FIT, ("usable_memory_share", hardware.ANY), "value", "usable_memory_share")
    )
    context = load.input_tokens + load.output_tokens
    each_gb = 0.0 if memory is None else facts.central(memory) * facts.central(usable)
    free = each_gb * load.accelerators - weights_gb(model.total_params_b, load.weight_bytes)
    each = cache_gb(model, 1.0, context, load.cache_bytes)
    return facts.show("largest_batch", np.maximum(free / each, 1.0), "1")
