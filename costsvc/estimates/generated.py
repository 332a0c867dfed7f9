"""Requests of fixed work: images, video, and small tasks such as classification or embedding."""

from dataclasses import replace

from costsvc.errors import BadRequestError
from costsvc.estimates import served
from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import Hardware
from costsvc.estimates.measured import Correction, correction, is_of
from costsvc.estimates.served import Demand, Fit
from costsvc.estimates.spec import Precision, Serving
from costsvc.estimates.subject import Sizes
from costsvc.model.generation import (
    ForwardConstants,
    GenerationConstants,
    GenerationLoad,
    PictureModel,
    PictureRule,
    Work,
    forward,
    generate,
    pictured,
)
from costsvc.model.serving import ServingChip
from costsvc.model.uncertainty import middle
from costsvc.reference.table import Row
from costsvc.units import S_PER_H, Numeric

MEASUREMENTS = "generation_measurements"
PICTURES = ("image", "video")
NETWORK = ("pixels_per_token", "frames_per_latent", "guidance_passes")

Run = tuple[PictureModel, ServingChip, GenerationLoad, GenerationConstants]


def demand(asked: Serving, size: Sizes, machine: Hardware, precision: Precision, facts: Facts) -> Demand:
    """Accelerator-hours and power of a request whose work does not depend on what it generates.

    Raises:
        BadRequestError: If the model's size or a figure of the accelerator is not known.
    """
    if size.total_b is None:
        raise BadRequestError({"model": "This is missing; give model or total_params_b."})
    if machine.count is None:
        facts.warn("accelerators-assumed", "The accelerators of a replica were not given; 1 is taken.")
        machine = replace(machine, count=1.0)
    fit = Fit(facts=facts, scopes=(machine.family, asked.task, served.software(None, asked.software_year)))
    batch = facts.given("batch_size", asked.batch_size or 1.0, "1")
    if asked.batch_size is None:
        facts.warn("batch-assumed", "The batch was not given; 1 is taken.")
    if asked.task in PICTURES:
        work, slowness = _picture(asked, size, machine, precision, fit, batch)
    else:
        work, slowness = _forward(asked, size, machine, precision, fit, batch)
    hours = facts.show("accelerators", machine.count or 1.0, "1") * work.latency_s * slowness / S_PER_H
    return Demand(
        hardware=machine,
        hours=hours / batch,
        accelerator_w=served.measured_power(asked, work.accelerator_power_w, facts),
        latency_s=work.latency_s * slowness,
        tokens_per_s=None,
        output_tokens=None,
        chosen={"batch_size": asked.batch_size or 1.0},
    )


def _picture(
    asked: Serving, size: Sizes, machine: Hardware, precision: Precision, fit: Fit, batch: Numeric
) -> tuple[Work, Numeric]:
    load = GenerationLoad(
        steps=_sized(asked, "steps", size, fit),
        width_px=_sized(asked, "width_px", size, fit),
        height_px=_sized(asked, "height_px", size, fit),
        frames=_sized(asked, "frames", size, fit) if asked.task == "video" else 1.0,
        batch=batch,
        accelerators=fit.facts.show("accelerators", machine.count or 1.0, "1"),
    )
    chip = served.chip(machine, precision, fit.facts)
    known = fit.facts.row("models", size.row["model_id"], NETWORK) if size.row else {}
    model = pictured(PictureModel(params_b=size.total(fit.facts), **known), fit.constants(PictureRule))
    run = (model, chip, load, fit.constants(GenerationConstants))
    work = generate(*run)
    measured = _measured(asked, run, size, (machine.id, machine.count, precision), fit)
    if measured is not None:
        return replace(work, accelerator_power_w=work.accelerator_power_w * measured.power_ratio), measured.slowness
    wide = fit.error("generation_residual", _on(size, machine)) * served.of_chip("generation_multiplier", machine, fit)
    return work, wide if len(known) == len(NETWORK) else wide * fit.error("unknown_network", size.key)


def _measured(
    asked: Serving, run: Run, size: Sizes, machine: tuple[str, float | None, Precision], fit: Fit
) -> Correction | None:
    """How measurements of the same pictures on the same machines differ from the formulas at a given batch."""
    if asked.batch_size is None or size.row is None:
        return None
    load = run[2]
    columns = ("model_id", "accelerator_id", "accelerators", "precision", "width_px", "height_px", "frames")
    same = (size.row["model_id"], *machine, *(middle(getattr(load, name)) for name in columns[4:]))
    rows = fit.facts.catalog.rows_by(MEASUREMENTS, *columns).get(same, [])
    near = [row for row in rows if is_of(row["software_year"], asked.software_year, fit)]
    return correction(MEASUREMENTS, near, asked.batch_size, lambda row: _ratios(row, run), fit)


def _ratios(row: Row, run: Run) -> tuple[float, float]:
    """Measured over predicted time and power of a measurement."""
    model, chip, load, constants = run
    found = generate(model, chip, replace(load, batch=row["batch_size"], steps=row["steps"]), constants)
    joules = row["j_per_item"] / middle(found.j_per_item)
    watts = row["accelerator_power_w"] / middle(found.accelerator_power_w)
    return joules / watts, watts


def _sized(asked: Serving, name: str, size: Sizes, fit: Fit) -> Numeric:
    """Steps, pixels or frames: the caller's, what the model's pipeline makes unasked, or usual ones."""
    unit = "px" if name.endswith("_px") else "1"
    given: float | None = getattr(asked, name)
    if given is not None:
        return fit.facts.given(name, float(given), unit)
    if size.row is not None and size.row.get(f"native_{name}") is not None:
        fit.facts.warn(
            "size-native", "Steps, pixels or frames were not given; those of the model's pipeline are taken."
        )
        native = fit.facts.catalog.factor("models", size.row["model_id"], f"native_{name}", name, unit)
        return fit.facts.use(present(native))
    fit.facts.warn(
        "size-assumed", "Steps, pixels or frames were not given; usual ones are taken, with a wide interval."
    )
    return fit.use(f"default_{name}", name)


def _on(size: Sizes, machine: Hardware) -> str:
    """A model on a chip, of which an error is one."""
    return f"{size.key}/{machine.family}"


def _forward(
    asked: Serving, size: Sizes, machine: Hardware, precision: Precision, fit: Fit, batch: Numeric
) -> tuple[Work, Numeric]:
    if asked.input_tokens is None:
        fit.facts.warn(
            "tokens-assumed", "Tokens of a request were not given; usual ones are taken, with a wide interval."
        )
        tokens = fit.use("effective_input_tokens", "input_tokens")
    else:
        tokens = fit.facts.given("input_tokens", max(asked.input_tokens, 1.0), "token")
    fit.facts.warn(
        "task-not-measured",
        f"Tasks like {asked.task} were measured at two reference points only; the interval is wide.",
    )
    chip = served.chip(machine, precision, fit.facts)
    work = forward(size.active(fit.facts), tokens, batch, chip, fit.constants(ForwardConstants))
    return work, fit.error("forward_residual", _on(size, machine))
