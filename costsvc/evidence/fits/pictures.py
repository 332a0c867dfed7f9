"""Fits the formulas of image and video generation to the measurements."""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from costsvc.evidence.fits.constants import Constant, Fitted, fit, fixed
from costsvc.evidence.fits.serving_rows import ANY, Measured
from costsvc.model.generation import (
    GenerationConstants,
    GenerationLoad,
    PictureModel,
    PictureRule,
    Work,
    generate,
    pictured,
)
from costsvc.units import Array

POWER_WEIGHT = 0.3
ROWS_PER_MODEL = 40.0
"""Models count alike in the fit, however many configurations were measured of each."""
NETWORK = ("pixels_per_token", "frames_per_latent", "guidance_passes")
USUAL = PictureRule(pixels_per_token=16.0, frames_per_latent=4.0, guidance_passes=2.0)
"""A transformer on latents of an 8-fold codec in patches of 2 x 2, guided without a classifier."""

CONSTANTS = (
    Constant("attention_width", ANY, 39300, 12000, 80000),
    fixed("attention_width_exponent", ANY, 0.63),
    Constant("generation_efficiency", ANY, 0.4, 0.05, 0.95),
    Constant("generation_efficiency_exponent", ANY, 0.1, 0.001, 0.6),
    Constant("generation_multiplier", "a100", 1, 0.3, 3),
    Constant("generation_multiplier", "b200", 1, 0.3, 3),
    fixed("generation_multiplier", "h100", 1),
    fixed("generation_multiplier", ANY, 1),
    Constant("codec_tflop_per_megapixel", ANY, 10, 0.1, 200, "TFLOP"),
    Constant("prompt_tflop", ANY, 5, 0.1, 200, "TFLOP"),
    Constant("step_overhead_s", ANY, 0.01, 1e-4, 0.5, "s"),
    Constant("generation_power_share", ANY, 0.9, 0.3, 0.98),
    Constant("waiting_power_share", ANY, 0.3, 0.1, 0.9),
)


def generated(rows: Measured, values: Mapping[str, Array], model: PictureModel) -> Work:
    """Evaluate the formulas for each row.

    Args:
        rows: Measurements.
        values: Constants that hold in each row.
        model: The networks, complete.

    Returns:
        Energy, time and power, row by row.
    """
    load = GenerationLoad(
        steps=rows.column("steps"),
        width_px=rows.column("width_px"),
        height_px=rows.column("height_px"),
        frames=rows.column("frames"),
        batch=rows.column("batch_size"),
        accelerators=rows.column("accelerators"),
    )
    constants = GenerationConstants(**{field.name: values[field.name] for field in fields(GenerationConstants)})
    return generate(model, rows.chip, load, constants)


def fit_pictures(rows: Measured, nearby: Fitted | None = None) -> Fitted:
    """Calibrate the constants of image and video generation.

    Args:
        rows: Measurements.
        nearby: A fit of nearly the same rows, whose constants are sought; left out, all are.

    Returns:
        The constants with their values.
    """
    of_model = rows.frame.groupby("model_id")["steps"].transform("size").to_numpy(float)
    weights = np.tile(np.sqrt(ROWS_PER_MODEL / of_model), 2)
    return fit(
        rows,
        CONSTANTS if nearby is None else nearby.constants,
        lambda values: weights * _residuals(rows, values),
        nearby,
    )


def energy(rows: Measured, fitted: Fitted) -> Array:
    """Predicted energy per image or video of each row [J]."""
    return np.asarray(generated(rows, fitted.by_row(rows), network(rows)).j_per_item)


def energy_by_size(rows: Measured, fitted: Fitted) -> Array:
    """The same for a network of which only the parameters are known [J]."""
    usual = pictured(PictureModel(params_b=rows.column("total_params_b")), USUAL)
    return np.asarray(generated(rows, fitted.by_row(rows), usual).j_per_item)


def network(rows: Measured) -> PictureModel:
    """The denoising network of each row."""
    return PictureModel(params_b=rows.column("total_params_b"), **rows.numbers(NETWORK))


def _residuals(rows: Measured, values: Mapping[str, Array]) -> Array:
    result = generated(rows, values, network(rows))
    joules = np.log(result.j_per_item / rows.column("j_per_item"))
    watts = np.log(result.accelerator_power_w / rows.column("accelerator_power_w"))
    return np.concatenate([joules, POWER_WEIGHT * watts])
