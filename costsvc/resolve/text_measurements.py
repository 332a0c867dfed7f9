"""Measured configurations of the same model on the same machines as a request answered in text."""

from dataclasses import replace

from costsvc.model import serving as formulas
from costsvc.model.architecture import ServedModel, completed
from costsvc.model.chains.replica import largest_batch
from costsvc.model.chains.text_inputs import Socket
from costsvc.model.inputs import PowerLaw, central
from costsvc.model.serving import Load, ServingChip, ServingConstants
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Precision
from costsvc.resolve.calibration import (
    TABLE,
    Calibration,
    software_is_of,
    software_scope,
)
from costsvc.resolve.chip import resolve_chip, with_attention_peak
from costsvc.resolve.log import FactorLog, present
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.measurements import MeasuredCurve, Ratios, measured_curve
from costsvc.resolve.model_size import ModelSize
from costsvc.resolve.text_request import TextRequest, resolve_constants, resolve_model, scopes_of

MEASUREMENTS = "inference_measurements"


PLAIN = ("engine", "cache_precision", "speculative", "cached_input_tokens")
"""Fields that no measured configuration has; if one is given, only the formulas are used."""


def resolve_measured(known: TextRequest) -> list[tuple[MeasuredCurve, tuple[PowerLaw, PowerLaw]]]:
    """Measured configurations of the same model on the same machines at the request's batch."""
    request = known.request
    if request.batch_size is None or request.requests_per_s is not None or known.size.row is None:
        return []
    if known.machine.slice is not None:
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
    scopes = scopes_of(task, software_scope(None, software_year), size, (machine, precision), weight_bytes)
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
    sketch, rule = resolve_model(size, calibration)
    catalog, log = calibration.catalog, calibration.log
    chip = with_attention_peak(
        resolve_chip(machine, precision, catalog, log), machine, precision, catalog, log
    ).numbers(central)
    constants, low_bit = resolve_constants(calibration, precision)
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
