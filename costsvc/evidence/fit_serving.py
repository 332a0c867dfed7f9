"""Writes table ``serving_fit``: constants, assumptions, and how wide an estimate has to be."""

from collections.abc import Iterable
from itertools import compress
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence import fit_pictures, fit_text
from costsvc.evidence.build.rows import write
from costsvc.evidence.constants import Fitted
from costsvc.evidence.serving_assumptions import ASSUMED, Row
from costsvc.evidence.serving_rows import ANY, Measured, picture_rows, text_rows
from costsvc.evidence.trust import Interval, Predict, interval, left_out, line, of_rows, widening
from costsvc.reference.table import describe
from costsvc.units import Array

HEAD = f"{'the model left out':<34}{'rows':>6}{'median':>8}{'p90':>8}{'inside':>9}{'width':>8}"
MEDIA = ("image-chat", "video-chat")
BATCHES = (0, 16, 64, 256, 1000, np.inf)
RESIDUAL = "ratio of measured to predicted energy, 5th and 95th percentile, the model left out of the fit"
WIDENING = "what 90 % of the errors ask for beyond serving_residual where this is not known"
UNSEEN = ("a100", "b200")
"""Chips that are predicted from others; the rest are measured against an H100."""
SHAPE = "least squares and medians over the dimensions in table models"
SOFTWARE = "geometric mean of 2024 and current software"


def fit(folder: Path) -> list[str]:
    """Calibrate the serving formulas and write their table.

    Args:
        folder: The data package: measurements, models and accelerators are read, serving_fit
            is written.

    Returns:
        A report of the errors with models left out, line by line.
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
    slow = fit_text.fit_eager(rows.where(rows.frame["software_year"] == fit_text.EAGER_YEAR), best)
    rule = fit_text.shape_rule(fit_text.known_shapes(Measured(frame=pd.read_csv(folder / "models.csv"))))
    trust, lines = _text_trust(recent, best, rule)
    table = [
        *_fitted(best, "inference_measurements of 2024 and 2026"),
        *_fitted(slow, "inference_measurements of 2023"),
        _interpolated(best),
        *(Row(name, scope, value, "1", SHAPE) for (name, scope), value in rule.items()),
        *trust,
    ]
    return table, lines


def _text_trust(rows: Measured, best: Fitted, rule: fit_text.Rule) -> tuple[list[Row], list[str]]:
    """Intervals of text, what is not known widening them, and the report."""
    frame = rows.frame

    def by_size(some: Measured, fitted: Fitted) -> Array:
        return fit_text.energy_by_size(some, fitted, rule)

    def errors(by: str, *ways: Predict) -> list["pd.Series[float]"]:
        found = left_out(rows, by, best, fit_text.fit_text, ways)
        return [frame["j_per_output_token"] / predicted for predicted in found]

    known, sized = errors("model_id", fit_text.energy, by_size)
    (chips,), (tasks,) = errors("family", fit_text.energy), errors("task", fit_text.energy)
    bounds = _text_bounds(frame, known)
    of_known = of_rows(frame, bounds)
    # what was never measured has no interval of its own
    of_class = of_rows(frame, {scope: bounds[scope] for scope in (*fit_text.KINDS, ANY)})
    unseen = frame["family"].isin(UNSEEN).to_numpy()
    wider = {
        "unknown_dimensions": widening(sized, of_known),
        "unknown_chip": widening(chips[unseen], list(compress(of_class, unseen))),
        "unknown_task": widening(tasks, of_class),
    }
    table = [
        *(_bounds("serving_residual", scope, ends, RESIDUAL) for scope, ends in bounds.items()),
        *(_bounds(name, ANY, ends, WIDENING) for name, ends in wider.items()),
    ]
    of_sized = [ends.times(wider["unknown_dimensions"]) for ends in of_known]
    return table, [*_lines(frame, known, of_known), *_by_era("sizes only", frame, sized, of_sized)]


def _text_bounds(frame: pd.DataFrame, ratio: "pd.Series[float]") -> dict[str, Interval]:
    """Intervals by class, and for the tasks and the chip whose errors are of their own kind."""
    plain = frame["year"].ne("2024") & ~frame["task"].isin(MEDIA)
    return {
        **{kind: interval(ratio[plain & (frame["kind"] == kind)]) for kind in fit_text.KINDS},
        **{task: interval(ratio[frame["task"] == task]) for task in MEDIA},
        "a100": interval(ratio[(frame["family"] == "a100") & ~frame["task"].isin(MEDIA)]),
        ANY: interval(ratio),
    }


def _pictures(folder: Path) -> tuple[list[Row], list[str]]:
    rows = picture_rows(folder)
    best = fit_pictures.fit_pictures(rows)
    measured = rows.frame["j_per_item"]
    ways = (fit_pictures.energy, fit_pictures.energy_by_size)
    known, sized = (measured / found for found in left_out(rows, "model_id", best, fit_pictures.fit_pictures, ways))
    bounds = {task: interval(known[rows.frame["task"] == task]) for task in ("image", "video")} | {ANY: interval(known)}
    of_known = of_rows(rows.frame, bounds)
    wider = widening(sized, of_known)
    usual = {name: getattr(fit_pictures.USUAL, name) for name in fit_pictures.NETWORK}
    table = [
        *_fitted(best, "generation_measurements"),
        *(
            Row(name, ANY, value, "1", "the usual transformer on latents", quality="assumed")
            for name, value in usual.items()
        ),
        *(_bounds("generation_residual", scope, ends, RESIDUAL) for scope, ends in bounds.items()),
        _bounds("unknown_network", ANY, wider, WIDENING),
    ]
    of_sized = [ends.times(wider) for ends in of_known]
    lines = [line("images and video", known, of_known), line("images and video, sizes only", sized, of_sized)]
    return table, [
        *lines,
        *_groups(rows.frame, known, of_known, "task"),
        *_groups(rows.frame, known, of_known, "family"),
    ]


def _fitted(fitted: Fitted, to: str) -> Iterable[Row]:
    for constant, value in zip(fitted.constants, fitted.values, strict=True):
        how = "fixed" if constant.is_fixed else f"fitted to {to}"
        yield Row(constant.name, constant.scope, float(value), constant.unit, how)


def _interpolated(best: Fitted) -> Row:
    """Software of the year between the two that were measured."""
    slow = next(v for c, v in zip(best.constants, best.values, strict=True) if c[:2] == ("software_factor", "2024"))
    return Row("software_factor", "2025", float(np.sqrt(slow)), "1", SOFTWARE)


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
