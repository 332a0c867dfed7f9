"""Resolve requests with fixed work: images, video and forward passes."""

from dataclasses import dataclass, replace

from costsvc.errors import BadRequestError
from costsvc.model.chains.media import ForwardPass, MediaInputs, Pictures
from costsvc.model.chains.text_inputs import Socket
from costsvc.model.generation import (
    ForwardConstants,
    GenerationConstants,
    GenerationLoad,
    PictureModel,
    PictureRule,
    generate,
    pictured,
)
from costsvc.model.inputs import FactorsOf, PowerLaw, central
from costsvc.model.serving import ServingChip
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Precision, Serving
from costsvc.resolve.calibration import Calibration, record_unknown_chip, software_is_of, software_scope
from costsvc.resolve.chip import resolve_chip
from costsvc.resolve.log import FactorLog, input_constant, present
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.measurements import Ratios, measured_curve
from costsvc.resolve.model_size import ModelSize, constants_of_row
from costsvc.resolve.slices import resolve_slice

MEASUREMENTS = "generation_measurements"
PICTURES = ("image", "video")
NETWORK = ("pixels_per_token", "frames_per_latent", "guidance_passes")
SIZES = ("steps", "width_px", "height_px", "frames")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Request:
    """A request with its resolved names."""

    request: Serving
    size: ModelSize
    machine: ResolvedMachine
    count: float
    precision: Precision
    calibration: Calibration
    chip: FactorsOf[ServingChip] | FactorsOf[Socket]

    @property
    def on(self) -> str:
        """Key of the model on the chip, which have one error of the fit."""
        return f"{self.size.key}/{self.machine.family}"


def resolve_media(
    request: Serving,
    size: ModelSize,
    on: tuple[ResolvedMachine, float | None],
    precision: Precision,
    catalog: Catalog,
    log: FactorLog,
) -> FactorsOf[MediaInputs]:
    """Resolve a request with fixed work, without its place.

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
        raise BadRequestError({"model": "model or total_params_b is required"})
    machine, count = on
    if count is None:
        log.add_warning("accelerators-assumed", "The number of accelerators was not given; 1 is assumed.")
    scopes = (machine.family, request.task, software_scope(None, request.software_year))
    batch = log.record_input("batch_size", request.batch_size or 1.0, "1")
    if request.batch_size is None:
        log.add_warning("batch-assumed", "batch_size was not given; 1 is assumed.")
    known = _Request(
        request=request,
        size=size,
        machine=machine,
        count=count or 1.0,
        precision=precision,
        calibration=Calibration(catalog=catalog, log=log, scopes=scopes),
        chip=resolve_chip(machine, precision, catalog, log),
    )
    return _with_power(known, _pictures(known, batch) if request.task in PICTURES else _forward(known, batch), batch)


def _with_power(known: _Request, fields: dict[str, object], batch: Factor) -> FactorsOf[MediaInputs]:
    watts = known.request.machine.accelerator_power_w
    given = None if watts is None else known.calibration.log.record_input("accelerator_power_w", watts, "W")
    common = {
        "chip": known.chip,
        "accelerators": input_constant("accelerators", known.count, "1"),
        "batch": batch,
        "power_ratio": None,
        "accelerator_power_w": given,
        "slice": resolve_slice(known.machine, known.calibration.catalog, known.calibration.log),
    }
    return FactorsOf(MediaInputs, common | fields)


def _pictures(known: _Request, batch: Factor) -> dict[str, object]:
    calibration, size = known.calibration, known.size
    names = SIZES if known.request.task == "video" else SIZES[:3]
    load: dict[str, object] = {"frames": 1.0, **{name: _sized(name, known) for name in names}}
    load |= {"batch": batch, "accelerators": input_constant("accelerators", known.count, "1")}
    network = constants_of_row(calibration.catalog, "models", size.row["model_id"], NETWORK) if size.row else {}
    model = FactorsOf(PictureModel, {"params_b": size.record_total(calibration.log), **network})
    pictures = {
        "model": model,
        "rule": calibration.constants(PictureRule),
        "load": FactorsOf(GenerationLoad, load),
        "constants": calibration.constants(GenerationConstants),
    }
    task = FactorsOf(Pictures, pictures)
    measured = _measured(known, task)
    if measured is not None:
        return {"task": task, "slowness": measured[:1], "power_ratio": measured[1]}
    residuals = [
        calibration.record_error("generation_residual", known.on),
        *record_unknown_chip("generation_multiplier", known.machine, calibration),
    ]
    if len(network) < len(NETWORK):
        residuals.append(calibration.record_error("unknown_network", size.key))
    return {"task": task, "slowness": tuple(residuals)}


def _sized(name: str, known: _Request) -> Factor:
    """Steps, pixels or frames: from the request, the default of the model's pipeline, or typical ones."""
    calibration, row = known.calibration, known.size.row
    unit = "px" if name.endswith("_px") else "1"
    given: float | None = getattr(known.request, name)
    if given is not None:
        return calibration.log.record_input(name, float(given), unit)
    if row is not None and row.get(f"native_{name}") is not None:
        text = "Steps, pixels or frames were not given; the defaults of the model's pipeline are assumed."
        calibration.log.add_warning("size-native", text)
        native = calibration.catalog.factor("models", row["model_id"], f"native_{name}", name, unit)
        return calibration.log.record(present(native))
    text = "Steps, pixels or frames were not given; typical ones are assumed, with a wide interval."
    calibration.log.add_warning("size-assumed", text)
    return calibration.record(f"default_{name}", name)


def _measured(known: _Request, task: FactorsOf[Pictures]) -> tuple[PowerLaw, PowerLaw] | None:
    """Time and power relative to the formulas, from measurements of the same pictures on the same machines."""
    request, row, calibration = known.request, known.size.row, known.calibration
    if request.batch_size is None or row is None or known.machine.slice is not None:
        return None
    pictures = task.numbers(central)
    columns = ("model_id", "accelerator_id", "accelerators", "precision", *SIZES[1:])
    size = tuple(float(getattr(pictures.load, name)) for name in SIZES[1:])
    key = (row["model_id"], known.machine.id, known.count, known.precision, *size)
    rows = [
        one
        for one in calibration.catalog.rows_by(MEASUREMENTS, *columns).get(key, [])
        if software_is_of(one["software_year"], request.software_year, calibration)
    ]
    if not rows:
        return None
    chip = known.chip.numbers(central)
    as_chip = chip.as_chip() if isinstance(chip, Socket) else chip
    residual = calibration.find("measured_residual")
    curve = measured_curve(MEASUREMENTS, rows, known.count, lambda one: _ratios(one, pictures, as_chip), residual)
    laws = curve.at(request.batch_size)
    for law in laws or ():
        calibration.log.record(law.factor)
    return laws


def _ratios(row: Row, pictures: Pictures, chip: ServingChip) -> Ratios:
    """Measured over predicted time and power of a measurement."""
    load = replace(pictures.load, batch=row["batch_size"], steps=row["steps"])
    work = generate(pictured(pictures.model, pictures.rule), chip, load, pictures.constants)
    joules = row["j_per_item"] / float(work.j_per_item)
    watts = row["accelerator_power_w"] / float(work.accelerator_power_w)
    return joules / watts, watts


def _forward(known: _Request, batch: Factor) -> dict[str, object]:
    request, calibration = known.request, known.calibration
    log = calibration.log
    if request.input_tokens is None:
        log.add_warning(
            "tokens-assumed", "input_tokens were not given; a typical number is assumed, with a wide interval."
        )
        tokens = calibration.record("effective_input_tokens", "input_tokens")
    else:
        tokens = log.record_input("input_tokens", max(request.input_tokens, 1.0), "token")
    text = f"There are only two reference points of tasks such as {request.task}; the interval is wide."
    log.add_warning("task-not-measured", text)
    fields = {
        "active_params_b": known.size.record_active(log),
        "tokens": tokens,
        "batch": batch,
        "constants": calibration.constants(ForwardConstants),
    }
    residual = calibration.record_error("forward_residual", known.on)
    return {"task": FactorsOf(ForwardPass, fields), "slowness": (residual,)}
