"""Resolve requests that generate tokens."""

from dataclasses import dataclass, field, replace

from costsvc.errors import BadRequestError
from costsvc.model import serving as formulas
from costsvc.model.architecture import ServedModel, ShapeRule, completed
from costsvc.model.chains.replica import ReplicaInputs, largest_batch
from costsvc.model.chains.text import Given, MeasuredConfiguration, Socket, TextInputs, Unexplained
from costsvc.model.inputs import Constant, FactorsOf, central
from costsvc.model.serving import Load, ServingChip, ServingConstants
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Precision, Serving
from costsvc.resolve.calibration import (
    TABLE,
    Calibration,
    model_class,
    record_unknown_chip,
    software_is_of,
    software_scope,
    warn_of_software,
)
from costsvc.resolve.chip import resolve_chip, resolve_idle_power, usual_memory, with_attention_peak
from costsvc.resolve.log import FactorLog, input_constant, present
from costsvc.resolve.machine import ANY, PROCESSORS, ResolvedMachine
from costsvc.resolve.measurements import MeasuredCurve, Ratios, measured_curve
from costsvc.resolve.model_size import ModelSize, constants_of_row, find_alike

MEASUREMENTS = "inference_measurements"
TOKENS = {"input_tokens": "effective_input_tokens", "output_tokens": "effective_output_tokens"}
SHARED: dict[str, tuple[float, float]] = {"tensor": (1.0, 1.0), "pipeline": (0.0, 1.0), "layer-split": (0.0, 0.0)}
"""Whether devices read the weights of a token in parallel, and whether all work in parallel, by layout."""
PLAIN = ("engine", "cache_precision", "speculative", "cached_input_tokens")
"""Fields that no measured configuration has; if one is given, only the formulas are used."""
DIMENSIONS = (
    "layers",
    "full_layers",
    "window_layers",
    "window_tokens",
    "picked_tokens",
    "attended_values",
    "cached_values",
    "state_values",
    "expert_share",
)
SHAPED = ("layers", "cached_values")
"""Dimensions that a model's row must have to be used."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alternatives:
    """Factors and warnings that are recorded only after the chain has run.

    Attributes:
        residual: Those of the formulas alone.
        measured: Those of each measured configuration.
        long_prompt: Those of a prompt longer than any measured one.
        idle: Those of the power of an idle device.
    """

    residual: FactorLog
    measured: tuple[FactorLog, ...]
    long_prompt: FactorLog
    idle: FactorLog = field(default_factory=FactorLog)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedText:
    """A resolved request that generates tokens, without its place.

    Attributes:
        inputs: Inputs of its chain.
        alternatives: Factors and warnings to record after the chain has run.
        context_length: Context length of the model, None if not known.
    """

    inputs: FactorsOf[TextInputs]
    alternatives: Alternatives
    context_length: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Request:
    """A request with its resolved names."""

    request: Serving
    size: ModelSize
    machine: ResolvedMachine
    count: float | None
    precision: Precision
    calibration: Calibration
    weight_bytes: Factor

    @property
    def log(self) -> FactorLog:
        """The log of the request."""
        return self.calibration.log

    @property
    def catalog(self) -> Catalog:
        """The tables."""
        return self.calibration.catalog


def resolve_text(
    request: Serving,
    size: ModelSize,
    on: tuple[ResolvedMachine, float | None],
    precision: Precision,
    catalog: Catalog,
    log: FactorLog,
) -> ResolvedText:
    """Resolve a request that generates tokens, without its place.

    Args:
        request: The request.
        size: Size of its model.
        on: The accelerator, and its number if given.
        precision: Precision of the weights.
        catalog: The tables.
        log: Receives factors and warnings.

    Raises:
        BadRequestError: If the model's size or a figure of the accelerator is not known.
    """
    if size.total_b is None:
        raise BadRequestError({"model": "model, or total_params_b and active_params_b, is required"})
    weight_bytes = present(catalog.factor(TABLE, ("weight_bytes", precision), "value", "weight_bytes"))
    warn_of_software(request, catalog, log)
    known = _Request(
        request=request,
        size=size,
        machine=on[0],
        count=on[1],
        precision=precision,
        calibration=Calibration(
            catalog=catalog,
            log=log,
            scopes=_scopes(
                request.task,
                software_scope(request.engine, request.software_year),
                size,
                (on[0], precision),
                weight_bytes,
            ),
        ),
        weight_bytes=weight_bytes,
    )
    return _resolved(known)


def _scopes(
    task: str, software: str, size: ModelSize, on: tuple[ResolvedMachine, Precision], weight_bytes: Factor
) -> tuple[str, ...]:
    machine, precision = on
    kind = model_class(size, weight_bytes.value)
    return task, machine.family, kind, machine.computes_in(precision), software


def _resolved(known: _Request) -> ResolvedText:
    request, log, calibration = known.request, known.log, known.calibration
    model, rule = _served_model(known.size, calibration)
    load = _load(known)
    replica = _replica(known)
    chip = resolve_chip(known.machine, known.precision, known.catalog, log)
    chip = with_attention_peak(chip, known.machine, known.precision, known.catalog, log)
    constants, low_bit = _constants(calibration, known.precision)
    measured = _measured(known)
    unexplained, alternatives = _unexplained(known, measured)
    idle_log = log if request.requests_per_s is not None else alternatives.idle
    idle = None
    if request.requests_per_s is not None or request.layout == "layer-split":
        idle = resolve_idle_power(known.machine, None, known.catalog, idle_log)
    fields = {
        "model": model,
        "shape_rule": rule,
        "chip": chip,
        "constants": constants,
        "low_bit_efficiency": low_bit,
        "load": load,
        "draft_is_a_block": request.speculative is not None and request.speculative.draft_params_b is None,
        "generates": request.output_tokens != 0,
        "replica": replica,
        "requests_per_s": _rate(known),
        "measured": tuple(
            FactorsOf(
                MeasuredConfiguration,
                {"accelerators": curve.accelerators, "slowness": factors[0], "power_ratio": factors[1]},
            )
            for curve, factors in measured
        ),
        "unexplained": unexplained,
        "given": _given(known),
        "idle": idle,
    }
    context = None if known.size.row is None else known.size.row.get("context_length")
    return ResolvedText(inputs=FactorsOf(TextInputs, fields), alternatives=alternatives, context_length=context)


def _served_model(size: ModelSize, calibration: Calibration) -> tuple[FactorsOf[ServedModel], FactorsOf[ShapeRule]]:
    """The dimensions of the model for the serving formulas, with a warning of assumed ones."""
    log, catalog = calibration.log, calibration.catalog
    row = size.row or find_alike(size, SHAPED, catalog)
    known = constants_of_row(catalog, "models", row["model_id"], DIMENSIONS) if row else {}
    fields = {"total_params_b": size.record_total(log), "active_params_b": size.record_active(log), **known}
    if not set(SHAPED) <= set(known):
        text = "Layers and cache size of the model are not known; those of a typical model of its size are assumed."
        log.add_warning("dimensions-assumed", text)
    elif row is not None and row is not size.row:
        text = f"Layers and cache size are assumed to be those of {row['model_id']}, which has the same parameters."
        log.add_warning("dimensions-matched", text)
    return FactorsOf(ServedModel, fields), calibration.constants(ShapeRule)


def _constants(calibration: Calibration, precision: Precision) -> tuple[FactorsOf[ServingConstants], Factor | None]:
    """The fitted constants, and the reduction of memory efficiency by unpacking low-bit weights."""
    constants = calibration.constants(ServingConstants)
    name = "low_bit_efficiency"
    scope = next((scope for scope in (*calibration.scopes, precision) if calibration.has(name, scope)), None)
    return constants, None if scope is None else calibration.within(scope).record(name)


def _load(known: _Request) -> FactorsOf[Load]:
    """Lengths, precisions, layout and drafts; the chain determines devices and batch."""
    request, log, calibration = known.request, known.log, known.calibration
    weights_shared, work_shared = SHARED[request.layout]
    cached = request.cached_input_tokens
    log.record(known.weight_bytes)
    cache = calibration if request.cache_precision is None else calibration.within(request.cache_precision)
    fields: dict[str, object] = {
        "accelerators": 1.0,
        "batch": 1.0,
        "input_tokens": _tokens(known, "input_tokens"),
        "cached_tokens": 0.0 if cached is None else log.record_input("cached_input_tokens", cached, "token"),
        "output_tokens": _tokens(known, "output_tokens"),
        "weight_bytes": known.weight_bytes,
        "cache_bytes": cache.record("cache_bytes"),
        "weights_shared": weights_shared,
        "work_shared": work_shared,
    }
    _warn_of_unmeasured(request, log)
    return FactorsOf(Load, fields | _drafts(request, log))


def _warn_of_unmeasured(request: Serving, log: FactorLog) -> None:
    for given, what in (
        (request.layout != "tensor", "layout"),
        (request.cache_precision is not None, "cache-precision"),
    ):
        if given:
            text = f"There are no measurements with this {what.replace('-', ' ')}; only the formulas are used."
            log.add_warning(f"{what}-not-measured", text)


def _drafts(request: Serving, log: FactorLog) -> dict[str, object]:
    drafts = request.speculative
    if drafts is None:
        return {}
    text = "There are no measurements of speculative decoding; only the formulas are used."
    log.add_warning("speculative-not-measured", text)
    fields: dict[str, object] = {}
    if drafts.draft_params_b is None:
        log.add_warning("draft-assumed", "draft_params_b was not given; the size of one block of the model is assumed.")
    else:
        fields["draft_params_b"] = log.record_input("draft_params_b", drafts.draft_params_b, "10^9 parameters")
    for name in ("accepted_per_step", "proposed_per_step"):
        fields[name] = log.record_input(name, getattr(drafts, name), "token")
    return fields


def _tokens(known: _Request, name: str) -> Factor:
    given: float | None = getattr(known.request, name)
    if given is None:
        text = "Tokens of a request were not given; those of a typical chat are assumed, with a wide interval."
        known.log.add_warning("tokens-assumed", text)
        return known.calibration.record(TOKENS[name], name)
    # a request without output still takes one step
    return known.log.record_input(name, max(given, 1.0) if name == "output_tokens" else given, "token")


def _rate(known: _Request) -> Factor | None:
    rate = known.request.requests_per_s
    return None if rate is None else known.log.record_input("requests_per_s", rate, "1/s")


def _replica(known: _Request) -> FactorsOf[ReplicaInputs]:
    machine, log = known.machine, known.log
    batch = _batch(known)
    memory, assumed = None, None
    if machine.row.get("memory_gb") is not None:
        memory = Constant(present(known.catalog.factor(machine.table, machine.id, "memory_gb", "memory_gb", "GB")))
    elif batch is None and machine.table == PROCESSORS:
        assumed = Constant(usual_memory(machine, known.catalog, log))
    share = known.request.concurrency_share
    concurrency = None
    if share is not None and (memory or assumed):
        concurrency = log.record_input("concurrency_share", share, "1")
    fields = {
        "accelerators": None if known.count is None else input_constant("accelerators", known.count, "1"),
        "per_host": machine.per_host,
        "batch": batch,
        "concurrency_share": concurrency,
        "memory_gb": memory,
        "assumed_memory_gb": assumed,
        "usable_share": Constant(known.calibration.find("usable_memory_share")),
    }
    return FactorsOf(ReplicaInputs, fields)


def _batch(known: _Request) -> Factor | None:
    """The batch; None if it follows from the request rate or from the memory."""
    request, log = known.request, known.log
    if request.batch_size is not None:
        return log.record_input("batch_size", request.batch_size, "1")
    if request.requests_per_s is not None or request.concurrency_share is not None:
        return None
    log.add_warning(
        "batch-assumed",
        "batch_size was not given; a typical one for the machine's segment is assumed. It has by far the largest"
        " effect on the estimate: give batch_size or requests_per_s.",
    )
    return known.calibration.within(str(known.machine.trait("segment"))).record("default_batch", "batch_size")


def _given(known: _Request) -> FactorsOf[Given]:
    """Measurements and power limit from the request; with a request rate only measured power is used."""
    request, log = known.request, known.log
    spec, fields = request.machine, dict[str, object]()
    if spec.accelerator_power_w is not None:
        fields["accelerator_power_w"] = log.record_input("accelerator_power_w", spec.accelerator_power_w, "W")
    if request.requests_per_s is not None:
        return FactorsOf(Given, fields)
    if spec.accelerator_power_limit_w is not None:
        limit = log.record_input("accelerator_power_limit_w", spec.accelerator_power_limit_w, "W")
        fields |= {
            "power_limit_w": limit,
            "power_limit_exponent": known.calibration.record("power_limit_exponent"),
        }
    if request.throughput_tokens_per_s is not None:
        speed = log.record_input("throughput_tokens_per_s", request.throughput_tokens_per_s, "tokens/s")
        fields["tokens_per_s"] = speed
    joules, name = request.accelerator_energy_j_per_output_token, "accelerator_energy_j_per_output_token"
    if joules is not None:
        fields["j_per_output_token"] = log.record_input(name, joules, "J")
    elif spec.accelerator_power_w is not None and request.throughput_tokens_per_s is None:
        text = "Power was measured but not throughput; energy is measured power times estimated time."
        log.add_warning("speed-estimated", f"{text} Give throughput_tokens_per_s.")
    return FactorsOf(Given, fields)


def _unexplained(
    known: _Request, measured: list[tuple[MeasuredCurve, tuple[Factor, Factor]]]
) -> tuple[FactorsOf[Unexplained], Alternatives]:
    """Errors of the fit; wider for configurations without measurements."""
    request, machine = known.request, known.machine
    residual_log, long_log = FactorLog(), FactorLog()
    calibration = replace(known.calibration, log=residual_log)
    software, kind = known.calibration.scopes[4], known.calibration.scopes[2]
    trust = calibration.within(request.task, software, kind)
    # measurements on processors used the usual engines, so their range includes the error of the engine
    engine = "processor_slowness" if machine.table == PROCESSORS else "engine_slowness"
    residuals = [
        trust.record_error("serving_residual", f"{known.size.key}/{machine.family}"),
        *record_unknown_chip("memory_multiplier", machine, calibration),
        calibration.within(request.engine or ANY).record(engine),
    ]
    if known.size.row is None or known.size.row.get("layers") is None:
        residuals.append(trust.record_error("unknown_dimensions", known.size.key))
    long_log.add_warning("task-not-measured", "There are no measurements of prompts this long; the interval is wider.")
    unknown_task = replace(known.calibration, log=long_log).record("unknown_task")
    elsewhere = known.calibration.within().find("engine_slowness")
    rate = request.requests_per_s
    fields = {
        "residuals": tuple(residuals),
        "unknown_task": unknown_task,
        "longest_input_tokens": Constant(known.calibration.find("longest_input_tokens")),
        "measured_engine": elsewhere,
        "load": None if rate is None else known.calibration.record("unknown_load"),
    }
    measured_logs = []
    for _, factors in measured:
        log = FactorLog()
        for factor in (*factors, elsewhere):
            log.record(factor)
        measured_logs.append(log)
    alternatives = Alternatives(residual=residual_log, measured=tuple(measured_logs), long_prompt=long_log)
    return FactorsOf(Unexplained, fields), alternatives


def _measured(known: _Request) -> list[tuple[MeasuredCurve, tuple[Factor, Factor]]]:
    """Measured configurations of the same model on the same machines at the request's batch."""
    request = known.request
    if request.batch_size is None or request.requests_per_s is not None or known.size.row is None:
        return []
    if request.layout != "tensor" or any(getattr(request, name) not in (None, "vllm") for name in PLAIN):
        return []
    keys = (known.size, known.machine, known.precision, request.task, request.software_year)
    curves: list[MeasuredCurve] = known.catalog.memos[_curves](*keys)
    found = []
    for curve in curves:
        factors = curve.at(request.batch_size) if known.count in (None, curve.accelerators) else None
        if factors is not None:
            found.append((curve, factors))
    return found


def _curves(
    catalog: Catalog,
    size: ModelSize,
    machine: ResolvedMachine,
    precision: Precision,
    task: str,
    software_year: int | None,
) -> list[MeasuredCurve]:
    """The curve of measurements of a model for each number of devices."""
    row = size.row or {}
    rows = catalog.rows_by(MEASUREMENTS, "model_id", "accelerator_id", "precision")
    weight_bytes = present(catalog.factor(TABLE, ("weight_bytes", precision), "value", "weight_bytes"))
    scopes = _scopes(task, software_scope(None, software_year), size, (machine, precision), weight_bytes)
    calibration = Calibration(catalog=catalog, log=FactorLog(), scopes=scopes)
    measured_task = "chat" if task == "text" else task
    near = [
        one
        for one in rows.get((row["model_id"], machine.id, precision), [])
        if one["task"] == measured_task and software_is_of(one["software_year"], software_year, calibration)
    ]
    if not near:
        return []
    run = _central_run(size, machine, precision, weight_bytes, calibration)
    residual = calibration.find("measured_residual")
    device_gb = _device_gb(machine, calibration)
    return [
        measured_curve(
            MEASUREMENTS,
            [one for one in near if one["accelerators"] == count],
            count,
            lambda one: _ratios(one, run, device_gb, calibration),
            residual,
        )
        for count in sorted({one["accelerators"] for one in near})
    ]


Run = tuple[ServedModel, ServingChip, Load, ServingConstants]


def _central_run(
    size: ModelSize,
    machine: ResolvedMachine,
    precision: Precision,
    weight_bytes: Factor,
    calibration: Calibration,
) -> Run:
    """A model on a chip at central values, without lengths, batch and devices."""
    sketch, rule = _served_model(size, calibration)
    catalog, log = calibration.catalog, calibration.log
    chip = with_attention_peak(
        resolve_chip(machine, precision, catalog, log), machine, precision, catalog, log
    ).numbers(central)
    constants, low_bit = _constants(calibration, precision)
    found = constants.numbers(central)
    if low_bit is not None:
        found = replace(found, memory_efficiency=found.memory_efficiency * low_bit.value)
    load = Load(
        accelerators=1.0,
        batch=1.0,
        input_tokens=1.0,
        output_tokens=1.0,
        weight_bytes=weight_bytes.value,
        cache_bytes=calibration.find("cache_bytes").value,
    )
    model = completed(sketch.numbers(central), rule.numbers(central))
    return model, chip.as_chip() if isinstance(chip, Socket) else chip, load, found


def _device_gb(machine: ResolvedMachine, calibration: Calibration) -> float:
    memory: float | None = machine.row.get("memory_gb")
    return float("inf") if memory is None else memory * calibration.find("usable_memory_share").value


def _ratios(row: Row, run: Run, device_gb: float, calibration: Calibration) -> Ratios:
    """Measured over predicted time and power of a measurement, at its own lengths."""
    model, chip, load, constants = run
    own = replace(
        load,
        accelerators=row["accelerators"],
        batch=row["batch_size"],
        input_tokens=calibration.within(row["task"]).find("effective_input_tokens").value,
        output_tokens=row["mean_output_tokens"],
    )
    most = float(largest_batch(model, own, device_gb * row["accelerators"]))
    if most < own.batch:
        own = replace(own, batch=most)
    predicted = formulas.serve(model, chip, own, constants)
    joules = row["j_per_output_token"] / float(predicted.j_per_output_token)
    watts = row["accelerator_power_w"] / float(predicted.accelerator_power_w)
    return joules / watts, watts
