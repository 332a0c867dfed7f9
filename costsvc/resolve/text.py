"""Resolve requests that generate tokens."""

from dataclasses import dataclass, field, replace

from costsvc.errors import BadRequestError
from costsvc.model.chains.text_inputs import MeasuredConfiguration, TextInputs, Unexplained
from costsvc.model.inputs import Constant, FactorsOf, PowerLaw
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Precision, Serving
from costsvc.resolve.calibration import (
    TABLE,
    Calibration,
    record_unknown_chip,
    software_scope,
    warn_of_software,
)
from costsvc.resolve.chip import resolve_chip, resolve_idle_power, with_attention_peak
from costsvc.resolve.log import FactorLog, present
from costsvc.resolve.machine import ANY, PROCESSORS, ResolvedMachine
from costsvc.resolve.measurements import MeasuredCurve
from costsvc.resolve.model_size import ModelSize
from costsvc.resolve.slices import resolve_slice
from costsvc.resolve.text_load import resolve_given, resolve_load, resolve_rate, resolve_replica
from costsvc.resolve.text_measurements import resolve_measured
from costsvc.resolve.text_request import TextRequest, resolve_constants, resolve_model, scopes_of


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
    known = TextRequest(
        request=request,
        size=size,
        machine=on[0],
        count=on[1],
        precision=precision,
        calibration=Calibration(
            catalog=catalog,
            log=log,
            scopes=scopes_of(
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


def _resolved(known: TextRequest) -> ResolvedText:
    request, log, calibration = known.request, known.log, known.calibration
    model, rule = resolve_model(known.size, calibration)
    load = resolve_load(known)
    replica = resolve_replica(known)
    chip = resolve_chip(known.machine, known.precision, known.catalog, log)
    chip = with_attention_peak(chip, known.machine, known.precision, known.catalog, log)
    constants, low_bit = resolve_constants(calibration, known.precision)
    measured = resolve_measured(known)
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
        "requests_per_s": resolve_rate(known),
        "measured": tuple(
            FactorsOf(
                MeasuredConfiguration,
                {"accelerators": curve.accelerators, "slowness": factors[0], "power_ratio": factors[1]},
            )
            for curve, factors in measured
        ),
        "unexplained": unexplained,
        "given": resolve_given(known),
        "idle": idle,
        "slice": resolve_slice(known.machine, known.catalog, log),
    }
    context = None if known.size.row is None else known.size.row.get("context_length")
    return ResolvedText(inputs=FactorsOf(TextInputs, fields), alternatives=alternatives, context_length=context)


def _unexplained(
    known: TextRequest, measured: list[tuple[MeasuredCurve, tuple[PowerLaw, PowerLaw]]]
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
        log.record_all(*(law.factor for law in factors), elsewhere)
        measured_logs.append(log)
    alternatives = Alternatives(residual=residual_log, measured=tuple(measured_logs), long_prompt=long_log)
    return FactorsOf(Unexplained, fields), alternatives
