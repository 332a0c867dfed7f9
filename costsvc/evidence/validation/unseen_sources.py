"""Compares published figures of sources that no fit uses, each with its request in JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from costsvc.errors import CostsvcError, TableError
from costsvc.evidence.estimating import Plain
from costsvc.evidence.validation.comparisons import (
    Comparison,
    Indispensable,
    Unanswered,
    mentions,
    number,
    published_rows,
)
from costsvc.evidence.validation.provenance import Row, fitted_sources, source_of
from costsvc.reference.catalog import Catalog
from costsvc.reference.scoreboard import ANOTHER
from costsvc.units import PER_BILLION

Answerer: TypeAlias = Callable[[str, Plain, Catalog], Plain]
"""Answers a JSON body posted to a path, or raises a CostsvcError."""
Without: TypeAlias = Callable[[Row, Plain], Catalog | None]
"""The tables for a row and its body, fitted without its source; None if the fits cannot exclude it."""

FILE = "fresh.csv"
COLUMNS = ("id", "kind", "path", "body_json", "answer_pointer", "truth", "caveat", "source")
KINDS: Mapping[tuple[str, str], str] = {
    ("hours", "/accelerator_hours"): "hours from parameters and tokens",
    ("chip", "/accelerator_energy_kwh"): "chip energy, hours given",
    ("wall", "/it_energy_kwh"): "energy at the wall, hours given",
    ("facility", "/energy_kwh"): "energy at the meter from parameters and tokens",
    ("throughput", "/throughput_tokens_per_s"): "tokens per second",
    ("throughput", "/accelerator_hours"): "hours of an image or video",
    ("tokens_j", "/per_output_token/accelerator_energy_j"): "joules per token",
    ("tokens_j", "/per_output_token/it_energy_j"): "joules per token, at the wall",
    ("cost", "/cost/total_usd"): "dollars, hours given",
}
"""Kind of comparison by the kind and the pointer of a row."""
TRACKED = ANOTHER + "energy by a tracker's model of the server, hours given"
"""A tracker measures the accelerators and assumes the rest; it is no measurement at the wall."""
TRACKER = r"CodeCarbon total|CPU and RAM modelled"
SAME = {
    "hardware": "accelerator",
    "n_gpus": "accelerators",
    "gpu_hours": "accelerator_hours",
    "model": "model",
    "batch_size": "batch_size",
    "params_total_b": "total_params_b",
    "params_active_b": "active_params_b",
}
"""Columns of the other files and the equivalent fields of a request."""
WHOLE = {"params_total": "total_params_b", "params_active": "active_params_b", "tokens": "training_tokens_b"}
"""The same for columns in units and fields in 10^9."""


def unseen_comparisons(
    folder: Path, answer_request: Answerer, without: Without
) -> Iterator[Comparison | Unanswered | Indispensable]:
    """Compare the rows of fresh.csv.

    Args:
        folder: Folder of the file.
        answer_request: Answers a request.
        without: The tables, fitted without the source of a row.

    Yields:
        One comparison for each row, or why there is none.

    Raises:
        TableError: If the file lacks a column.
    """
    for row in published_rows(folder / FILE, COLUMNS):
        try:
            yield from compare_request(row, body_of(row["body_json"]), answer_request, without)
        except CostsvcError as error:
            yield Unanswered(kind=kind_of(row), id=row["id"], source=source_of(row), why=str(error))


def kind_of(row: Row) -> str:
    """The kind of comparison of a row.

    Args:
        row: The published row.
    """
    if row["kind"] == "wall" and mentions(row["caveat"], TRACKER):
        return TRACKED
    return ANOTHER + KINDS.get((row["kind"], row["answer_pointer"]), f"{row['kind']} at {row['answer_pointer']}")


def at_pointer(answer: Any, pointer: str) -> Any:
    """The value at a JSON pointer; None if there is none.

    Args:
        answer: Plain data.
        pointer: The pointer, after RFC 6901.
    """
    result = answer
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(result, list):
            result = dict(enumerate(result)).get(int(name)) if name.isdecimal() else None
        else:
            result = result.get(name) if isinstance(result, dict) else None
    return result


def compare_request(
    row: Row, body: Plain, answer_request: Answerer, without: Without
) -> Iterator[Comparison | Indispensable]:
    """Estimate a request and compare it with the figure of a row.

    Args:
        row: The published row.
        body: The request.
        answer_request: Answers it.
        without: The tables, fitted without the source of the row.

    Yields:
        The comparison, or each source that the fits cannot exclude.

    Raises:
        CostsvcError: If there is no estimate or no figure.
    """
    tables = without(row, body)
    if tables is None:
        yield from (Indispensable(source=name) for name in sorted(fitted_sources(row)))
    else:
        yield _compare(row, body, answer_request(row["path"], body, tables))


def _compare(row: Row, body: Plain, answer: Plain) -> Comparison:
    truth = number(row["truth"])
    if not truth or truth < 0:
        raise TableError(f"{row['truth']!r} is no figure that an estimate could be held against")
    result = at_pointer(answer, row["answer_pointer"])
    quantity = result if isinstance(result, dict) else dict.fromkeys(("value", "low", "high"), result)
    value, low, high = (quantity.get(name) for name in ("value", "low", "high"))
    if not value or low is None or high is None:
        raise TableError(f"the answer has nothing at {row['answer_pointer']}")
    return Comparison(
        kind=kind_of(row),
        id=row["id"],
        value=value,
        low=low,
        high=high,
        published=truth,
        source=source_of(row),
        row=_with_columns_of_other_files(row, body),
    )


def body_of(text: str) -> Plain:
    """The request in a cell of ``body_json``.

    Args:
        text: The cell.

    Raises:
        TableError: If it is not a JSON object.
    """
    try:
        body: Plain = json.loads(text)
    except ValueError as error:
        raise TableError(f"the request must be valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise TableError("the request must be a JSON object")
    return body


def _with_columns_of_other_files(row: Row, body: Plain) -> Row:
    """The row with the columns of the other files added, which other estimators read."""
    same = {column: str(body.get(field, "")) for column, field in SAME.items()}
    whole = {column: str(body[field] * PER_BILLION) for column, field in WHOLE.items() if field in body}
    return {**same, **whole, "notes": "", "scope_notes": row["caveat"], **row}
