"""A request that is answered in text: what it takes of a replica."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from costsvc.errors import BadRequestError
from costsvc.estimates import hardware, replica, served
from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import ANY, PROCESSORS, Hardware
from costsvc.estimates.measured import Correction, correction, is_of
from costsvc.estimates.served import Demand, Fit
from costsvc.estimates.shape import served_model
from costsvc.estimates.spec import Machine, Precision, Serving
from costsvc.estimates.subject import Sizes
from costsvc.model import serving as formulas
from costsvc.model.architecture import ServedModel
from costsvc.model.serving import Load, ServingChip, ServingConstants
from costsvc.model.serving_load import idle_j_per_request, occupancy
from costsvc.model.uncertainty import middle
from costsvc.reference.table import Row
from costsvc.units import S_PER_H, Numeric

MEASUREMENTS = "inference_measurements"
TOKENS = {"input_tokens": "effective_input_tokens", "output_tokens": "effective_output_tokens"}
SHARED: dict[str, tuple[float, float]] = {"tensor": (1.0, 1.0), "pipeline": (0.0, 1.0), "layer-split": (0.0, 0.0)}
"""Whether devices read the weights of a token at once, and whether all work at once, by layout."""
PLAIN = ("engine", "cache_precision", "speculative", "cached_input_tokens")
"""What no measured configuration has: where one is given, the formulas answer."""


def demand(asked: Serving, size: Sizes, machine: Hardware, precision: Precision, facts: Facts) -> Demand:
    """Accelerator-hours, power and speed of a request that generates tokens.

    Raises:
        BadRequestError: If the model's size or a figure of the accelerator is not known.
    """
    if size.total_b is None:
        raise BadRequestError({"model": "This is missing; give model, or total_params_b and active_params_b."})
    weight_bytes = present(facts.catalog.factor(served.FIT, ("weight_bytes", precision), "value", "weight_bytes"))
    kind, software = served.kind_of(size, weight_bytes.value), served.software(asked.engine, asked.software_year)
    served.say_software(asked, facts)
    fit = Fit(facts=facts, scopes=(asked.task, machine.family, kind, machine.computes_in(precision), software))
    model = served_model(size, fit)
    load = _load(asked, model, facts.use(weight_bytes), fit)
    _say_beyond_context(size, load, facts)
    machine, load = replica.placed(asked, model, load, machine, fit)
    chip = served.with_attention(served.chip(machine, precision, facts), machine, precision, facts)
    run = (model, chip, load, _constants(fit, precision))
    if asked.requests_per_s is not None:
        slowness = _residual(asked, load, machine, size, fit, (asked.task, software, kind))
        return _at_rate(asked, run, slowness, machine, fit)
    measured = _measured(asked, run, size, machine, precision, fit)
    if measured is None:
        slowness = _residual(asked, load, machine, size, fit, (asked.task, software, kind))
        measured = Correction(slowness=slowness, power_ratio=1.0)
    else:
        elsewhere = Fit(facts=facts, scopes=()).use("engine_slowness")
        measured = replace(measured, slowness=measured.slowness * elsewhere)
    return _saturated(asked, run, measured, machine, fit)


Run = tuple[ServedModel, ServingChip, Load, ServingConstants]


def _constants(fit: Fit, precision: Precision) -> ServingConstants:
    """What the fit found; weights of few bits are unpacked on their way, where the table has a row for them."""
    constants = fit.constants(ServingConstants)
    unpacked = "low_bit_efficiency"
    scope = next((scope for scope in (*fit.scopes, precision) if fit.has(unpacked, scope)), None)
    if scope is None:
        return constants
    efficiency = Fit(facts=fit.facts, scopes=(scope,)).use(unpacked)
    return replace(constants, memory_efficiency=constants.memory_efficiency * efficiency)


def _load(asked: Serving, model: ServedModel, weight_bytes: Numeric, fit: Fit) -> Load:
    """What is known of the load before its replica is: lengths, widths, layout and drafts."""
    facts = fit.facts
    weights_shared, work_shared = SHARED[asked.layout]
    cached = asked.cached_input_tokens
    load = Load(
        accelerators=1.0,
        batch=1.0,
        input_tokens=_tokens(asked, "input_tokens", fit),
        cached_tokens=0.0 if cached is None else facts.given("cached_input_tokens", cached, "token"),
        output_tokens=_tokens(asked, "output_tokens", fit),
        weight_bytes=weight_bytes,
        cache_bytes=(fit if asked.cache_precision is None else Fit(facts=facts, scopes=(asked.cache_precision,))).use(
            "cache_bytes"
        ),
        weights_shared=weights_shared,
        work_shared=work_shared,
    )
    for given, what in ((asked.layout != "tensor", "layout"), (asked.cache_precision is not None, "cache-precision")):
        if given:
            text = f"No measurement with this {what.replace('-', ' ')} is in the tables; the formulas alone answer."
            facts.warn(f"{what}-not-measured", text)
    drafts = asked.speculative
    if drafts is None:
        return load
    facts.warn("speculative-not-measured", "No measurement of drafts is in the tables; the formulas alone answer.")
    if drafts.draft_params_b is None:
        facts.warn("draft-assumed", "The size of the model that drafts was not given; one block of the model is taken.")
        draft = facts.show("draft_params_b", model.active_params_b / model.layers, "10^9 parameters")
    else:
        draft = facts.given("draft_params_b", drafts.draft_params_b, "10^9 parameters")
    return replace(
        load,
        accepted_per_step=facts.given("accepted_per_step", drafts.accepted_per_step, "token"),
        proposed_per_step=facts.given("proposed_per_step", drafts.proposed_per_step, "token"),
        draft_params_b=draft,
    )


def _tokens(asked: Serving, name: str, fit: Fit) -> Numeric:
    given: float | None = getattr(asked, name)
    if given is None:
        fit.facts.warn(
            "tokens-assumed",
            "Tokens of a request were not given; those of a usual chat are taken, with a wide interval.",
        )
        return fit.use(TOKENS[name], name)
    # a request that reads or writes nothing still takes one step
    return fit.facts.given(name, max(given, 1.0) if name == "output_tokens" else given, "token")


def _say_beyond_context(size: Sizes, load: Load, facts: Facts) -> None:
    longest = None if size.row is None else size.row.get("context_length")
    tokens = middle(load.input_tokens) + middle(load.output_tokens)
    if size.row is not None and longest is not None and tokens > longest:
        text = f"{tokens:g} tokens are more than the {longest:g} that {size.row['model_id']} was made for"
        facts.warn("beyond-context", f"{text}; the figures are those of a model that takes them.")


def _residual(
    asked: Serving, load: Load, machine: Hardware, size: Sizes, fit: Fit, trust_scopes: Sequence[str]
) -> Numeric:
    """What the fit leaves unexplained, wider for what was never measured."""
    trust = Fit(facts=fit.facts, scopes=trust_scopes)
    wide = trust.error("serving_residual", f"{size.key}/{machine.family}") * served.of_chip(
        "memory_multiplier", machine, fit
    )
    # what was read on processors was read with their usual engines, so that their range holds those
    engine = "processor_slowness" if machine.table == PROCESSORS else "engine_slowness"
    wide = wide * Fit(facts=fit.facts, scopes=(asked.engine or ANY,)).use(engine)
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
    asked: Serving, run: Run, size: Sizes, machine: Hardware, precision: Precision, fit: Fit
) -> Correction | None:
    """How measurements of the same model on the same machines differ from the formulas at a given batch."""
    if asked.batch_size is None or size.row is None or _is_long(run[2], fit) or not _is_plain(asked):
        return None
    columns = ("model_id", "accelerator_id", "accelerators", "precision")
    key = (size.row["model_id"], machine.id, machine.count, precision)
    rows = fit.facts.catalog.rows_by(MEASUREMENTS, *columns).get(key, [])
    task = "chat" if asked.task == "text" else asked.task
    near = [row for row in rows if row["task"] == task and is_of(row["software_year"], asked.software_year, fit)]
    device = replica.device_gb(machine, fit)
    return correction(MEASUREMENTS, near, asked.batch_size, lambda row: _ratios(row, run, device, fit.facts), fit)


def _is_plain(asked: Serving) -> bool:
    """Whether a request is of the kind that was measured."""
    return asked.layout == "tensor" and all(getattr(asked, name) in (None, "vllm") for name in PLAIN)


def _ratios(row: Row, run: Run, device_gb: Numeric, facts: Facts) -> tuple[float, float]:
    """Measured over predicted time and power of a measurement, at its own lengths."""
    model, chip, load, constants = run
    fit = Fit(facts=facts, scopes=(row["task"],))
    own = replace(
        load,
        batch=row["batch_size"],
        input_tokens=fit.find("effective_input_tokens").value,
        output_tokens=row["mean_output_tokens"],
    )
    most = middle(replica.largest_batch(model, own, device_gb * load.accelerators))
    if most < own.batch:
        own = replace(own, batch=most)
    found = formulas.serve(model, chip, own, constants)
    joules = row["j_per_output_token"] / middle(found.j_per_output_token)
    watts = row["accelerator_power_w"] / middle(found.accelerator_power_w)
    return joules / watts, watts


def _saturated(asked: Serving, run: Run, correction: Correction, machine: Hardware, fit: Fit) -> Demand:
    """A replica that is busy all the time with the batch."""
    _, _, load, _ = run
    facts, found = fit.facts, formulas.serve(*run)
    busy_w, slowness = _limited(asked, found.accelerator_power_w * correction.power_ratio, fit)
    formula_speed = found.tokens_per_s / (correction.slowness * slowness)
    speed, chip_w = _with_measured(asked, formula_speed, _mean_w(busy_w, load, machine, facts), load, facts)
    return Demand(
        hardware=machine,
        hours=load.accelerators * load.output_tokens / speed / S_PER_H,
        accelerator_w=chip_w,
        latency_s=found.latency_s * (found.tokens_per_s / speed),
        tokens_per_s=None if asked.output_tokens == 0 else speed,
        output_tokens=None if asked.output_tokens == 0 else load.output_tokens,
        chosen={"batch_size": middle(load.batch)},
    )


def _limited(asked: Serving, busy_w: Numeric, fit: Fit) -> tuple[Numeric, Numeric]:
    """Watts of one accelerator that works, and how much longer it takes, under the power limit that it is set to."""
    limit = asked.machine.accelerator_power_limit_w
    if limit is None:
        return busy_w, 1.0
    limit_w = fit.facts.given("accelerator_power_limit_w", limit, "W")
    slowness = formulas.limit_slowness(busy_w, limit_w, fit.use("power_limit_exponent"))
    return fit.facts.show("limited_power_w", np.minimum(busy_w, limit_w), "W"), slowness


def _mean_w(busy_w: Numeric, load: Load, machine: Hardware, facts: Facts) -> Numeric:
    """Mean power of one accelerator: where devices work one after the other the rest wait [W]."""
    if middle(load.work_shared) == 1 or middle(load.accelerators) == 1:
        return busy_w
    return (busy_w + (load.accelerators - 1) * hardware.idle_w(machine, Machine(), facts)) / load.accelerators


def _with_measured(
    asked: Serving, speed: Numeric, chip_w: Numeric, load: Load, facts: Facts
) -> tuple[Numeric, Numeric]:
    """Speed and mean power of one accelerator, what the caller measured in place of what the formulas give."""
    tokens_per_s, joules = asked.throughput_tokens_per_s, asked.accelerator_energy_j_per_output_token
    if tokens_per_s is not None:
        speed = facts.given("throughput_tokens_per_s", tokens_per_s, "tokens/s")
    if joules is None:
        if asked.machine.accelerator_power_w is not None and tokens_per_s is None:
            text = "Watts were measured and speed was not; energy is measured watts times estimated time."
            facts.warn("speed-estimated", f"{text} Give throughput_tokens_per_s.")
        return speed, served.measured_power(asked, chip_w, facts)
    each = facts.given("accelerator_energy_j_per_output_token", joules, "J")
    if asked.machine.accelerator_power_w is not None:
        chip_w = served.measured_power(asked, chip_w, facts)
        return load.accelerators * chip_w / each, chip_w
    return speed, each * speed / load.accelerators


def _at_rate(asked: Serving, run: Run, slowness: Numeric, machine: Hardware, fit: Fit) -> Demand:
    """A replica whose batch follows from the rate of requests; waiting is charged."""
    model, chip, load, constants = run
    facts = fit.facts
    rate = facts.given("requests_per_s", asked.requests_per_s or 0.0, "1/s")

    def latency_s(batch: Numeric) -> Numeric:
        return formulas.serve(model, chip, replace(load, batch=batch), constants).latency_s * slowness

    occupied = occupancy(rate, latency_s, load.batch)
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
        tokens_per_s=None if asked.output_tokens == 0 else rate * load.output_tokens / occupied.replicas,
        output_tokens=None if asked.output_tokens == 0 else load.output_tokens,
        chosen={},
    )
