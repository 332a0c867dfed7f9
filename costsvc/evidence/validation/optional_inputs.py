"""Effect of optional inputs on intervals: each row that states one is estimated with and without it."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from costsvc.errors import CostsvcError
from costsvc.evidence.estimating import Machine, Plain, Site, Subject, TrainingRun, estimate_training
from costsvc.evidence.fits.engines import READINGS, is_current
from costsvc.evidence.validation.by_source import HOURS, TRAINING, SourceCrossValidation
from costsvc.evidence.validation.comparisons import Comparison, published_rows
from costsvc.evidence.validation.cross_validation.training import TrainingCrossValidation
from costsvc.evidence.validation.provenance import Row
from costsvc.evidence.validation.readings import compare_reading
from costsvc.evidence.validation.unseen_sources import COLUMNS, FILE, Answerer, body_of, compare_request
from costsvc.reference.catalog import Catalog
from costsvc.reference.scoreboard import OptionalInput, UntestedInput
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H

TUNED = "tuned"
OF_READINGS = ("engine", "concurrency_share", "cache_precision")
"""Optional inputs that are columns of table serving_readings."""
INPUTS = ("engine", TUNED, "concurrency_share", "cache_precision", "accelerator_power_limit_w", "layout")
STEADY = "steady-state"
"""Name of benchmark tables in fresh.csv."""
DEFAULT_TOKENS_B = 1000.0
"""Tokens of the request if only a utilisation was measured [10^9]."""
TENTH = 0.1
"""Share of the rows that may lie outside a 90 % interval."""
NOTES: Mapping[str, str] = {
    "engine": "publishers of one engine differ as much as engines do",
    "cache_precision": "a number format sets the bytes that are read and has no interval of its own; where it is not"
    " given, the format in which the chip computes is taken",
}
"""Reasons why an input does not narrow the interval."""
UNTESTED = "no reading, no run and no compared request states it; the formulas alone answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPair:
    """A published figure and two estimates, both cross-validated by source.

    Attributes:
        input: The optional input.
        without_input: The estimate without it.
        with_input: The estimate with it.
    """

    input: str
    without_input: Comparison
    with_input: Comparison

    @property
    def left(self) -> bool:
        """Whether the figure leaves the interval because of the input."""
        return self.without_input.inside and not self.with_input.inside


def input_pairs(folder: Path, cross_validation: SourceCrossValidation, answer_request: Answerer) -> Iterator[InputPair]:
    """Estimate every row that states an optional input with it and without it.

    Args:
        folder: Folder of the published figures, with fresh.csv.
        cross_validation: Fits without sources.
        answer_request: Answers a request.
    """
    yield from reading_pairs(cross_validation)
    yield from training_pairs(cross_validation.training)
    yield from request_pairs(folder, cross_validation, answer_request)


def reading_pairs(cross_validation: SourceCrossValidation) -> Iterator[InputPair]:
    """Pairs of serving readings, by engine, load and cache precision.

    Args:
        cross_validation: Fits without sources, of which engines are used.
    """
    for row in cross_validation.engines.catalog.tables[READINGS].rows.values():
        if not is_current(row):
            continue
        tables = cross_validation.engines.publishers({row["source_id"]})
        with_input = compare_reading(row, tables)
        for name in OF_READINGS:
            if row[name] is not None:
                yield InputPair(
                    input=name, without_input=compare_reading({**row, name: None}, tables), with_input=with_input
                )


def training_pairs(
    cross_validation: TrainingCrossValidation, sources: Collection[str] | None = None
) -> Iterator[InputPair]:
    """Pairs of runs and utilisations, which are or are not a benchmark's steady state.

    Args:
        cross_validation: Fits without the source of a row.
        sources: Only rows of these sources; by default all rows.
    """
    evidence = cross_validation.evidence
    for frame in (evidence.utilizations, evidence.runs):
        for row in frame.to_dict("records"):
            if sources is None or row["source_id"] in sources:
                yield _run_pair({str(name): value for name, value in row.items()}, cross_validation)


def request_pairs(
    folder: Path, cross_validation: SourceCrossValidation, answer_request: Answerer
) -> Iterator[InputPair]:
    """Pairs of requests of fresh.csv; unanswered ones are reported by the comparison by source.

    Args:
        folder: Folder of the file.
        cross_validation: Fits without sources.
        answer_request: Answers a request.
    """
    for row in published_rows(folder / FILE, COLUMNS):
        try:
            yield from _request_pairs(row, cross_validation, answer_request)
        except CostsvcError:
            continue


def by_input(pairs: Iterable[InputPair]) -> list[OptionalInput]:
    """Summarise each optional input that a row states.

    Args:
        pairs: Rows, estimated with and without an input.
    """
    result = list(pairs)
    own = {name: [one for one in result if one.input == name] for name in INPUTS}
    return [_line(name, some) for name, some in own.items() if some]


def without_evidence(pairs: Iterable[InputPair]) -> list[UntestedInput]:
    """Optional inputs that no row states.

    Args:
        pairs: Rows, estimated with and without an input.
    """
    with_input = {one.input for one in pairs}
    return [
        UntestedInput(input=name, what="what it narrows", why=UNTESTED) for name in INPUTS if name not in with_input
    ]


def _line(name: str, pairs: Sequence[InputPair]) -> OptionalInput:
    width_without = _digits(median(one.without_input.width for one in pairs))
    width_with = _digits(median(one.with_input.width for one in pairs))
    narrows, left = width_with < width_without, sum(one.left for one in pairs)
    return OptionalInput(
        input=name,
        rows=len(pairs),
        sources=len({one.with_input.source for one in pairs}),
        inside_without=sum(one.without_input.inside for one in pairs),
        inside_with=sum(one.with_input.inside for one in pairs),
        width_without=width_without,
        width_with=width_with,
        left=left,
        narrows=narrows,
        holds=left <= TENTH * len(pairs),
        note=None if narrows else NOTES.get(name),
    )


def _digits(value: float) -> float:
    """Stored digits of a width; further ones differ by machine."""
    return float(f"{value:.6g}")


def _run_pair(row: Mapping[str, Any], cross_validation: TrainingCrossValidation) -> InputPair:
    tables = cross_validation.source({row["source_id"]})
    run, hours = _run_of(row)
    without_input, with_input = (
        _compare_run(replace(run, tuned=tuned), hours, row, tables) for tuned in (None, row["figure"] == "steady")
    )
    return InputPair(input=TUNED, without_input=without_input, with_input=with_input)


def _run_of(row: Mapping[str, Any]) -> tuple[TrainingRun, float]:
    """A row as a request, and its accelerator-hours; for a utilisation those of a usual run."""
    total = float(row["params_b"] if "params_b" in row else row["total_params_b"])
    active, count = float(row.get("active_params_b", total)), float(row["accelerators"])
    tokens = float(row.get("tokens_b", DEFAULT_TOKENS_B))
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


def _compare_run(run: TrainingRun, hours: float, row: Mapping[str, Any], tables: Catalog) -> Comparison:
    result = estimate_training(run, tables)["accelerator_hours"]
    return Comparison(
        kind=TUNED,
        id=str(row.get("measurement_id", row.get("run_id"))),
        value=result["value"],
        low=result["low"],
        high=result["high"],
        published=hours,
        source=str(row["source_id"]),
    )


def _request_pairs(row: Row, cross_validation: SourceCrossValidation, answer_request: Answerer) -> Iterator[InputPair]:
    body = _stated(row)
    named = [name for name in INPUTS if name in body]
    for name in named:
        without_input = {field: value for field, value in body.items() if field != name}
        comparisons = [
            one
            for request in (without_input, body)
            for one in compare_request(row, request, answer_request, cross_validation.without)
        ]
        if all(isinstance(one, Comparison) for one in comparisons):
            without, with_input = (one for one in comparisons if isinstance(one, Comparison))
            yield InputPair(input=name, without_input=without, with_input=with_input)


def _stated(row: Row) -> Plain:
    """The request of a row; runs of a benchmark's table are tuned."""
    body = body_of(row["body_json"])
    of_benchmark = row.get("file") == STEADY and row["path"] == TRAINING and row["answer_pointer"] == HOURS
    return {TUNED: True, **body} if of_benchmark else body
