"""Writes table ``serving_fit``: constants, assumptions and prediction intervals."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.estimating import DIMENSIONS
from costsvc.evidence.fits import pictures as fit_pictures
from costsvc.evidence.fits import text as fit_text
from costsvc.evidence.fits.constants import Fitted
from costsvc.evidence.fits.intervals import Interval, Predict, cross_validate, interval, intervals_of, line, widening
from costsvc.evidence.fits.serving_assumptions import ASSUMED, Row
from costsvc.evidence.fits.serving_rows import ANY, Measured, picture_rows, text_rows
from costsvc.evidence.importers.rows import write
from costsvc.reference.table import describe
from costsvc.units import Array

HEAD = f"{'cross-validated by model':<34}{'rows':>6}{'median':>8}{'p90':>8}{'inside':>9}{'width':>8}"
MEDIA = ("image-chat", "video-chat")
BATCHES = (0, 16, 64, 256, 1000, np.inf)
OLD = "2024"
FEWEST_MODELS = 3
"""Fewer models are too few for an interval of their own."""
RESIDUAL = "measured over predicted energy, the model left out of the fit: root mean square over models x Student's t"
WIDENING = "what the same interval needs beyond the residual where this is not known"
UNSEEN = ("a100", "b200")
"""Chips that are predicted from others; the rest are measured against an H100."""
BETWEEN = "measured energy over what the two neighbouring batches give: root mean square over models x Student's t"
SAME_PICTURES = ("model_id", "width_px", "height_px", "frames", "steps")
SHAPE = "least squares and medians over the dimensions in table models"
SOFTWARE = "between current software and the slowest of that year in inference_measurements; 2025 halfway to 2024"
EAGER = "inference_measurements of 2023: eager PyTorch, one request at a time"
EAGER_SPREAD = 2.0
"""Factor either way within which other eager programs are taken to lie: one program was measured."""


def fit(folder: Path) -> list[str]:
    """Calibrate the serving formulas and write their table.

    Args:
        folder: The data package: measurements, models and accelerators are read, serving_fit
            is written.

    Returns:
        A report of errors, cross-validated by model, line by line.
    """
    text, text_lines = _text(folder)
    pictures, picture_lines = _pictures(folder)
    table = pd.DataFrame([*ASSUMED, *text, *pictures]).drop_duplicates(["name", "scope"])
    write(table, folder, describe(folder)["serving_fit"])
    return [HEAD, *text_lines, *picture_lines]


def _text(folder: Path) -> tuple[list[Row], list[str]]:
    rows = text_rows(folder)
    recent = rows.where(rows.frame["software_year"] > fit_text.EAGER_YEAR)
    best = fit_text.fit_text(recent)
    has_dimensions = rows.frame[list(DIMENSIONS)].notna().all(axis=1)
    eager = rows.where((rows.frame["software_year"] == fit_text.EAGER_YEAR) & has_dimensions)
    slow = fit_text.fit_eager(eager, best)
    ratio = recent.frame["j_per_output_token"] / fit_text.energy(recent, best)
    rule = fit_text.shape_rule(fit_text.known_shapes(Measured(frame=pd.read_csv(folder / "models.csv"))))
    intervals, lines = _text_intervals(recent, best, rule)
    table = [
        *_software(best, slow),
        *_fitted(best, "inference_measurements of 2024 and 2026"),
        *(Row(name, scope, value, "1", SHAPE) for (name, scope), value in rule.items()),
        _bounds("serving_residual", str(fit_text.EAGER_YEAR), _of_eager(eager, best, slow), RESIDUAL),
        _longest(best),
        _bounds("measured_residual", ANY, _of_neighbours(recent, ratio, ("model_id", "task")), BETWEEN),
        *intervals,
    ]
    return table, lines


def _of_eager(rows: Measured, best: Fitted, slow: Fitted) -> Interval:
    """The interval of software of 2023, of which one number was fitted to many models."""
    predicted = fit_text.served(rows, {**best.by_row(rows), **slow.by_row(rows)}).j_per_output_token
    return _of_all(rows.frame, rows.frame["j_per_output_token"] / predicted)


def _of_neighbours(rows: Measured, ratio: "pd.Series[float]", same: Sequence[str]) -> Interval:
    """The interval of a configuration between two measured ones: each inner batch from its neighbours."""
    machines = [*same, "accelerator_id", "accelerators", "precision", "year"]
    frame = rows.frame.assign(error=ratio.map(np.log), log_batch=rows.frame["batch_size"].map(np.log))
    # of several ways to share the work among devices the service takes the most frugal too
    frame = frame.sort_values(["batch_size", "error"]).drop_duplicates([*machines, "batch_size"])
    groups = frame.groupby(machines)
    before, after = groups[["error", "log_batch"]].shift(1), groups[["error", "log_batch"]].shift(-1)
    place = (frame["log_batch"] - before["log_batch"]) / (after["log_batch"] - before["log_batch"])
    missed = (frame["error"] - before["error"] - place * (after["error"] - before["error"])).dropna()
    return interval(missed.map(np.exp), frame.loc[missed.index, "model_id"])


def _longest(best: Fitted) -> Row:
    """The longest prompts that anything was measured with."""
    lengths = [v for c, v in zip(best.constants, best.values, strict=True) if c.name == fit_text.INPUT]
    return Row("longest_input_tokens", ANY, float(max(lengths)), "token", "longest effective prompt of the fit")


def _text_intervals(rows: Measured, best: Fitted, rule: fit_text.Rule) -> tuple[list[Row], list[str]]:
    """Intervals of text, what is not known widening them, and the report."""
    frame = rows.frame

    def by_size(some: Measured, fitted: Fitted) -> Array:
        return fit_text.energy_by_size(some, fitted, rule)

    def errors(by: str, *ways: Predict) -> list["pd.Series[float]"]:
        result = cross_validate(rows, by, best, fit_text.fit_text, ways)
        return [frame["j_per_output_token"] / predicted for predicted in result]

    known, sized = errors("model_id", fit_text.energy, by_size)
    (chips,), (tasks,) = errors("family", fit_text.energy), errors("task", fit_text.energy)
    bounds, of_sizes = _text_bounds(frame, known), _text_bounds(frame, sized)
    unseen = frame["family"].isin(UNSEEN)
    chip = widening(_of_all(frame[unseen], known), _of_all(frame[unseen], chips))
    wider = {
        **{("unknown_dimensions", scope): widening(bounds[scope], of_sizes[scope]) for scope in bounds},
        ("unknown_chip", ANY): chip,
        ("unknown_task", ANY): widening(_of_all(frame, known), _of_all(frame, tasks)),
    }
    table = [
        *(_bounds("serving_residual", scope, ends, RESIDUAL) for scope, ends in bounds.items()),
        *(_bounds(*key, ends, WIDENING) for key, ends in wider.items()),
    ]
    known_intervals = intervals_of(frame, bounds)
    return table, [
        *_lines(frame, known, known_intervals),
        *_by_era("sizes only", frame, sized, intervals_of(frame, of_sizes)),
        line("a chip left out", chips[unseen], [ends.times(chip) for ends in compress(known_intervals, unseen)]),
    ]


def _text_bounds(frame: pd.DataFrame, ratio: "pd.Series[float]") -> dict[str, Interval]:
    """Intervals by class of models, and for the tasks and software whose errors are of their own kind."""
    media, old = frame["task"].isin(MEDIA), frame["year"].eq(OLD)
    groups = {
        **{kind: frame[~media & ~old & (frame["kind"] == kind)] for kind in fit_text.KINDS},
        **{task: frame[frame["task"] == task] for task in MEDIA},
        OLD: frame[~media & old],
    }
    return _of_groups(groups, frame, ratio)


def _of_groups(
    groups: Mapping[str, pd.DataFrame], frame: pd.DataFrame, ratio: "pd.Series[float]"
) -> dict[str, Interval]:
    """The interval of each group that has models enough, and of all rows."""
    large = {scope: rows for scope, rows in groups.items() if rows["model_id"].nunique() >= FEWEST_MODELS}
    return {scope: _of_all(rows, ratio) for scope, rows in (large | {ANY: frame}).items()}


def _of_all(rows: pd.DataFrame, ratio: "pd.Series[float]") -> Interval:
    """The interval of some rows' errors."""
    return interval(ratio[rows.index], rows["model_id"])


def _pictures(folder: Path) -> tuple[list[Row], list[str]]:
    rows = picture_rows(folder)
    best = fit_pictures.fit_pictures(rows)
    measured = rows.frame["j_per_item"]
    ways = (fit_pictures.energy, fit_pictures.energy_by_size)
    known, sized = (
        measured / result for result in cross_validate(rows, "model_id", best, fit_pictures.fit_pictures, ways)
    )
    bounds, of_sizes = (_picture_bounds(rows.frame, ratio) for ratio in (known, sized))
    known_intervals = intervals_of(rows.frame, bounds)
    between = _of_neighbours(rows, measured / fit_pictures.energy(rows, best), SAME_PICTURES)
    usual = {name: getattr(fit_pictures.USUAL, name) for name in fit_pictures.NETWORK}
    table = [
        *_fitted(best, "generation_measurements"),
        *(
            Row(name, ANY, value, "1", "the usual transformer on latents", quality="assumed")
            for name, value in usual.items()
        ),
        *(_bounds("measured_residual", task, between, BETWEEN) for task in ("image", "video")),
        *(_bounds("generation_residual", scope, ends, RESIDUAL) for scope, ends in bounds.items()),
        *(_bounds("unknown_network", scope, widening(bounds[scope], of_sizes[scope]), WIDENING) for scope in bounds),
    ]
    return table, [
        line("images and video", known, known_intervals),
        line("images and video, sizes only", sized, intervals_of(rows.frame, of_sizes)),
        *_groups(rows.frame, known, known_intervals, "task"),
        *_groups(rows.frame, known, known_intervals, "family"),
    ]


def _picture_bounds(frame: pd.DataFrame, ratio: "pd.Series[float]") -> dict[str, Interval]:
    groups = {task: frame[frame["task"] == task] for task in ("image", "video")}
    return _of_groups(groups, frame, ratio)


def _fitted(fitted: Fitted, to: str) -> Iterable[Row]:
    for constant, value in zip(fitted.constants, fitted.values, strict=True):
        how = "fixed" if constant.is_fixed else f"fitted to {to}"
        yield Row(constant.name, constant.scope, float(value), constant.unit, how)


def _software(best: Fitted, eager: Fitted) -> Iterable[Row]:
    """Overheads of other software: of an engine as measured, of a year between its slow and its fast engines.

    The slow ones of a year are those of the measurements; the fast ones cost what current software does.
    """
    of_2024 = best.value("software_factor", OLD)
    of_2023 = eager.value("software_factor", str(fit_text.EAGER_YEAR))
    yield Row("software_factor", "transformers", of_2023, "1", EAGER, of_2023 / EAGER_SPREAD, of_2023 * EAGER_SPREAD)
    for year, slowest in ((str(fit_text.EAGER_YEAR), of_2023), (OLD, of_2024), ("2025", of_2024**0.5)):
        yield Row("software_factor", year, slowest**0.5, "1", SOFTWARE, 1.0, slowest)


def _bounds(name: str, scope: str, ends: Interval, how: str) -> Row:
    return Row(name, scope, 1.0, "1", how, ends.low, ends.high)


def _lines(frame: pd.DataFrame, ratio: "pd.Series[float]", bounds: list[Interval]) -> Iterable[str]:
    """The report on text: all, then by era and chip, class, batch and task."""
    batch = pd.cut(frame["batch_size"], list(BATCHES)).astype(str)
    cut = frame.assign(batch="batch " + batch)
    yield line("text", ratio, bounds)
    yield from _by_era("", frame, ratio, bounds)
    for column in ("kind", "batch", "task"):
        yield from _groups(cut, ratio, bounds, column)


def _by_era(prefix: str, frame: pd.DataFrame, ratio: "pd.Series[float]", bounds: list[Interval]) -> Iterable[str]:
    """Errors by year of software, and by year and chip."""
    eras = frame.assign(era=(prefix + " " + frame["year"]).str.strip())
    yield from _groups(eras, ratio, bounds, "era")
    yield from _groups(eras.assign(chip=eras["era"] + " " + frame["family"]), ratio, bounds, "chip")


def _groups(frame: pd.DataFrame, ratio: "pd.Series[float]", bounds: list[Interval], by: str) -> Iterable[str]:
    ends = pd.Series(bounds, index=frame.index)
    for name, group in frame.groupby(by):
        yield line(f"  {name}", ratio[group.index], list(ends[group.index]))
