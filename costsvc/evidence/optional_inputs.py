"""What optional inputs do to an interval: each row that states one, estimated with it and as though it were silent."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from costsvc.errors import CostsvcError
from costsvc.estimates.answer import Plain
from costsvc.estimates.spec import Machine, Site, Subject, TrainingRun
from costsvc.estimates.training import training
from costsvc.evidence.by_source import HOURS, TRAINING, SourcesLeftOut
from costsvc.evidence.cases import Case, published_rows
from costsvc.evidence.fit_engines import READINGS, is_current
from costsvc.evidence.leave_out import LeaveOut
from costsvc.evidence.provenance import Row
from costsvc.evidence.published import NotTested, OptionalInput
from costsvc.evidence.validate_fresh import COLUMNS, FILE, Ask, body_of, compared
from costsvc.evidence.validate_readings import reading_case
from costsvc.reference.catalog import Catalog
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H

TUNED = "tuned"
OF_READINGS = ("engine", "concurrency_share", "cache_precision")
"""Optional inputs that are columns of table serving_readings."""
INPUTS = ("engine", TUNED, "concurrency_share", "cache_precision", "accelerator_power_limit_w", "layout")
STEADY = "steady-state"
"""How fresh.csv calls a benchmark's table."""
ASKED_TOKENS_B = 1000.0
"""Tokens that are asked for where only a utilisation was measured [10^9]."""
TENTH = 0.1
"""Share of its rows that a 90 % interval may leave out."""
NOTES: Mapping[str, str] = {
    "engine": "publishers of one engine differ as much as engines do, and the interval without it, which was fitted to"
    " answers with it, is somewhat too narrow",
    "cache_precision": "a number format sets the bytes that are read and has no interval of its own; 16 bits are taken"
    " where it is not given",
}
"""Why the interval of an input is no narrower."""
WHY = "no reading, no run and no compared request states it; the formulas alone answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """A published figure and two estimates of it, its source left out of the fits of both.

    Attributes:
        input: The optional input.
        silent: The estimate without it.
        stated: The estimate with it.
    """

    input: str
    silent: Case
    stated: Case

    @property
    def left(self) -> bool:
        """Whether the figure left the interval because the input was stated."""
        return self.silent.inside and not self.stated.inside


def estimated_twice(folder: Path, left_out: SourcesLeftOut, ask: Ask) -> Iterator[Twice]:
    """Estimate every row that states an optional input with it and without it.

    Args:
        folder: Folder of the published figures, with fresh.csv.
        left_out: Fits without sources.
        ask: Answers a request.
    """
    yield from reading_pairs(left_out)
    yield from training_pairs(left_out.training)
    yield from fresh_pairs(folder, left_out, ask)


def reading_pairs(left_out: SourcesLeftOut) -> Iterator[Twice]:
    """Readings of serving, with what they say of engine, load and cache.

    Args:
        left_out: Fits without sources; those of engines are asked.
    """
    for row in left_out.engines.catalog.tables[READINGS].rows.values():
        if not is_current(row):
            continue
        tables = left_out.engines.publishers({row["source_id"]})
        stated = reading_case(row, tables)
        for name in OF_READINGS:
            if row[name] is not None:
                yield Twice(input=name, silent=reading_case({**row, name: None}, tables), stated=stated)


def training_pairs(leave_out: LeaveOut, sources: Collection[str] | None = None) -> Iterator[Twice]:
    """Runs and measured utilisations, which say whether they are a benchmark's steady state.

    Args:
        leave_out: Fits without the source of a row.
        sources: Takes only rows of these sources; left out, all rows.
    """
    evidence = leave_out.evidence
    for frame in (evidence.utilizations, evidence.runs):
        for row in frame.to_dict("records"):
            if sources is None or row["source_id"] in sources:
                yield _run_pair({str(name): value for name, value in row.items()}, leave_out)


def fresh_pairs(folder: Path, left_out: SourcesLeftOut, ask: Ask) -> Iterator[Twice]:
    """Requests of fresh.csv that say an optional input; those without an answer are told where they are compared.

    Args:
        folder: Where it lies.
        left_out: Fits without sources.
        ask: Answers a request.
    """
    for row in published_rows(folder / FILE, COLUMNS):
        try:
            yield from _request_pairs(row, left_out, ask)
        except CostsvcError:
            continue


def by_input(pairs: Iterable[Twice]) -> list[OptionalInput]:
    """One line for each optional input that a row states.

    Args:
        pairs: Rows estimated twice.
    """
    found = list(pairs)
    own = {name: [one for one in found if one.input == name] for name in INPUTS}
    return [_line(name, some) for name, some in own.items() if some]


def without_evidence(pairs: Iterable[Twice]) -> list[NotTested]:
    """Optional inputs that no row states.

    Args:
        pairs: Rows estimated twice.
    """
    stated = {one.input for one in pairs}
    return [NotTested(input=name, what="what it narrows", why=WHY) for name in INPUTS if name not in stated]


def _line(name: str, pairs: Sequence[Twice]) -> OptionalInput:
    width_without = _digits(median(one.silent.width for one in pairs))
    width_with = _digits(median(one.stated.width for one in pairs))
    narrows, left = width_with < width_without, sum(one.left for one in pairs)
    return OptionalInput(
        input=name,
        rows=len(pairs),
        sources=len({one.stated.source for one in pairs}),
        inside_without=sum(one.silent.inside for one in pairs),
        inside_with=sum(one.stated.inside for one in pairs),
        width_without=width_without,
        width_with=width_with,
        left=left,
        narrows=narrows,
        holds=left <= TENTH * len(pairs),
        note=None if narrows else NOTES.get(name),
    )


def _digits(value: float) -> float:
    """What is kept of a width: the last digits differ by machine."""
    return float(f"{value:.6g}")


def _run_pair(row: Mapping[str, Any], leave_out: LeaveOut) -> Twice:
    tables = leave_out.source({row["source_id"]})
    run, hours = _run_of(row)
    silent, stated = (
        _run_case(replace(run, tuned=tuned), hours, row, tables) for tuned in (None, row["figure"] == "steady")
    )
    return Twice(input=TUNED, silent=silent, stated=stated)


def _run_of(row: Mapping[str, Any]) -> tuple[TrainingRun, float]:
    """A row as a request, and the accelerator-hours that it tells of: of a utilisation those of a usual run."""
    total = float(row["params_b"] if "params_b" in row else row["total_params_b"])
    active, count = float(row.get("active_params_b", total)), float(row["accelerators"])
    tokens = float(row.get("tokens_b", ASKED_TOKENS_B))
    precision = row["precision"] if isinstance(row["precision"], str) else None
    run = TrainingRun(
        machine=Machine(accelerator=row["accelerator_id"], accelerators=None if math.isnan(count) else int(count)),
        subject=Subject(total_params_b=total, active_params_b=active),
        training_tokens_b=tokens,
        precision=precision,  # type: ignore[arg-type] # the table's description holds it to the words of Precision
        site=Site(region="world"),
    )
    if "accelerator_hours" in row:
        return run, float(row["accelerator_hours"])
    peak = float(row["peak_fp8_tflops"] if precision == "fp8" else row["peak_tflops"])
    return run, 6 * active * tokens * PER_BILLION**2 / (float(row["mfu"]) * peak * FLOP_PER_TFLOP * S_PER_H)


def _run_case(run: TrainingRun, hours: float, row: Mapping[str, Any], tables: Catalog) -> Case:
    found = training(run, tables)["accelerator_hours"]
    return Case(
        kind=TUNED,
        id=str(row.get("measurement_id", row.get("run_id"))),
        value=found["value"],
        low=found["low"],
        high=found["high"],
        published=hours,
        source=str(row["source_id"]),
    )


def _request_pairs(row: Row, left_out: SourcesLeftOut, ask: Ask) -> Iterator[Twice]:
    body = _stated(row)
    named = [name for name in INPUTS if name in body]
    for name in named:
        silent = {field: value for field, value in body.items() if field != name}
        cases = [one for asked in (silent, body) for one in compared(row, asked, ask, left_out.without)]
        if all(isinstance(one, Case) for one in cases):
            without, stated = (one for one in cases if isinstance(one, Case))
            yield Twice(input=name, silent=without, stated=stated)


def _stated(row: Row) -> Plain:
    """The request of a row; a benchmark's table says beside it that its runs are tuned."""
    body = body_of(row["body_json"])
    of_benchmark = row.get("file") == STEADY and row["path"] == TRAINING and row["answer_pointer"] == HOURS
    return {TUNED: True, **body} if of_benchmark else body
