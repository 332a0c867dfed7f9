"""Fits the formulas of text generation to the measurements."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TypeAlias

import numpy as np

from costsvc.evidence.constants import Constant, Fitted, fit, fixed
from costsvc.evidence.serving_assumptions import ATTENTION_EFFICIENCY, INDEX_SHARE
from costsvc.evidence.serving_rows import ANY, CACHE_BYTES, SIZES, Measured
from costsvc.model.architecture import ServedModel, ShapeRule, completed
from costsvc.model.serving import Load, Serving, ServingConstants, serve
from costsvc.resolve.text import DIMENSIONS
from costsvc.units import PER_BILLION, Array

POWER_WEIGHT = 0.4
"""Weight of a row's power beside its energy; its time follows from the two."""
EAGER_YEAR = 2023
"""Rows of that year ran one request at a time in eager PyTorch: they only tell how slow it was."""
INPUT = "effective_input_tokens"
KINDS = ("dense", "moe-16bit", "moe-8bit")
SHARE = (0.01, 0.95)
SMALLEST_B, RECENT = 0.4, "2023"
"""Models that the usual shape is taken from: at least 0.4e9 active parameters, since 2023."""

Rule: TypeAlias = Mapping[tuple[str, str], float]

CONSTANTS = (
    *(Constant("memory_efficiency", kind, 0.7, 0.05, 0.95) for kind in KINDS),
    *(Constant("layer_overhead_s", kind, 5e-5, 1e-7, 1e-3, "s") for kind in KINDS),
    Constant("arithmetic_efficiency", "dense", 0.5, *SHARE),
    Constant("arithmetic_efficiency", ANY, 0.3, *SHARE),
    Constant("cache_efficiency", ANY, 0.7, *SHARE),
    Constant("prefill_efficiency", ANY, 0.5, *SHARE),
    fixed("attention_efficiency", ANY, ATTENTION_EFFICIENCY),
    fixed("index_share", ANY, INDEX_SHARE),
    fixed("precision_efficiency", ANY, 1),
    Constant("sequence_overhead_s", ANY, 1e-5, 1e-8, 1e-3, "s"),
    Constant("parallel_overhead", ANY, 0.1, 0.001, 3),
    Constant("media_s", "image-chat", 0.01, 1e-5, 1, "s"),
    Constant("media_s", "video-chat", 0.03, 1e-5, 5, "s"),
    fixed("media_s", ANY, 0, "s"),
    Constant("routing_exponent", ANY, 0.8, 0.2, 1),
    Constant("base_power_share", ANY, 0.35, 0.05, 0.9),
    Constant("memory_power_share", ANY, 0.3, 0.01, 0.9),
    Constant("arithmetic_power_share", ANY, 0.5, 0.01, 0.9),
    *(
        Constant(f"{part}_multiplier", family, 1, 0.3, high)
        for part, high in (("memory", 1.05), ("arithmetic", 3), ("overhead", 3))
        for family in ("a100", "b200")
    ),
    *(fixed(f"{part}_multiplier", "h100", 1) for part in ("memory", "arithmetic", "overhead")),
    *(fixed(f"{part}_multiplier", ANY, 1) for part in ("memory", "arithmetic", "overhead")),
    Constant("software_factor", "2024", 3, 0.8, 20),
    fixed("software_factor", ANY, 1),
    Constant(INPUT, "chat", 250, 30, 2000, "token"),
    Constant(INPUT, "reasoning", 250, 30, 2000, "token"),
    Constant(INPUT, "code-completion", 1500, 200, 12000, "token"),
    Constant(INPUT, "code-generation", 150, 20, 1200, "token"),
    Constant(INPUT, "image-chat", 1000, 120, 8000, "token"),
    Constant(INPUT, "video-chat", 2500, 300, 20000, "token"),
    fixed(INPUT, ANY, 350, "token"),
)
EAGER = (Constant("software_factor", "2023", 10, 0.8, 100),)


def served(rows: Measured, values: Mapping[str, Array], model: ServedModel | None = None) -> Serving:
    """What the formulas say of each row.

    Args:
        rows: Measurements.
        values: Constants that hold in each row.
        model: Shapes to take in place of the rows' own.

    Returns:
        Time, power and energy, row by row.
    """
    load = Load(
        accelerators=rows.column("accelerators"),
        batch=rows.column("batch_size"),
        input_tokens=values[INPUT],
        output_tokens=rows.column("mean_output_tokens"),
        weight_bytes=rows.column("weight_bytes"),
        cache_bytes=CACHE_BYTES,
    )
    constants = ServingConstants(**{field.name: values[field.name] for field in fields(ServingConstants)})
    return serve(rows.model if model is None else model, rows.chip, load, constants)


def fit_text(rows: Measured, nearby: Fitted | None = None) -> Fitted:
    """Calibrate the constants of text generation.

    Args:
        rows: Measurements.
        nearby: A fit of nearly the same rows, whose constants are sought; left out, all are.

    Returns:
        The constants with their values.
    """
    return fit(rows, CONSTANTS if nearby is None else nearby.constants, lambda values: _residuals(rows, values), nearby)


def fit_eager(rows: Measured, current: Fitted) -> Fitted:
    """Find how slow the software of 2023 was, everything else as it is today.

    Args:
        rows: Measurements of 2023: one request at a time.
        current: The fit of later rows.

    Returns:
        The factor.
    """
    held = current.by_row(rows)
    return fit(rows, EAGER, lambda values: _residuals(rows, {**held, **values}))


def energy(rows: Measured, fitted: Fitted) -> Array:
    """Predicted energy per token of each row [J/token]."""
    return np.asarray(served(rows, fitted.by_row(rows)).j_per_output_token)


def energy_by_size(rows: Measured, fitted: Fitted, rule: Rule) -> Array:
    """The same from total and active parameters alone [J/token]."""
    kinds = rows.frame["kind"]
    usual = {
        field.name: np.array([rule.get((field.name, kind), rule[field.name, ANY]) for kind in kinds])
        for field in fields(ShapeRule)
    }
    model = completed(ServedModel(**rows.numbers(SIZES)), ShapeRule(**usual))
    return np.asarray(served(rows, fitted.by_row(rows), model).j_per_output_token)


def shape_rule(rows: Measured) -> Rule:
    """How models of a size are shaped, by name and scope of table ``serving_fit``.

    Args:
        rows: One row per model, with dimensions.

    Returns:
        Fields of ShapeRule, by name and scope.
    """
    size = np.log(rows.column("active_params_b"))
    sparsity = np.log(rows.column("total_params_b")) - size
    columns = np.column_stack([np.ones_like(size), size, sparsity])
    found = np.linalg.lstsq(columns, np.log(rows.column("layers")), rcond=None)[0]
    kept = rows.column("cached_values") * rows.column("full_layers") / rows.column("layers")
    share = rows.column("expert_share") * np.exp(sparsity)
    block = np.exp(size) * PER_BILLION / rows.column("layers")
    sparse, attends = sparsity > 0, kept > 0
    return {
        ("layers_coefficient", ANY): float(np.exp(found[0])),
        ("layers_exponent", ANY): float(found[1]),
        ("layers_sparsity_exponent", ANY): float(found[2]),
        ("cached_values", ANY): float(np.median(kept[attends & ~sparse])),
        **dict.fromkeys((("cached_values", kind) for kind in KINDS[1:]), float(np.median(kept[attends & sparse]))),
        ("attended_coefficient", ANY): float(np.nanmedian(rows.column("attended_values") / np.sqrt(block))),
        ("expert_share_factor", ANY): float(np.nanmedian(share[sparse])),
    }


def known_shapes(models: Measured) -> Measured:
    """Models of the last years that generate text and whose dimensions are known."""
    frame = models.frame
    big = frame["active_params_b"].gt(SMALLEST_B) & frame["released_on"].ge(RECENT)
    return models.where(big & frame[list(DIMENSIONS[:2])].notna().all(axis=1) & frame["cached_values"].notna())


def _residuals(rows: Measured, values: Mapping[str, Array]) -> Array:
    """Logarithms of predicted over measured energy and power."""
    found = served(rows, values)
    joules = np.log(found.j_per_output_token / rows.column("j_per_output_token"))
    watts = np.log(found.accelerator_power_w / rows.column("accelerator_power_w"))
    return np.concatenate([joules, POWER_WEIGHT * watts])
