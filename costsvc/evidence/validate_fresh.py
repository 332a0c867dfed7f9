"""Published figures of sources that took no part in any fit, each as a request in JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from costsvc.errors import CostsvcError, TableError
from costsvc.estimates.answer import Plain
from costsvc.evidence.cases import ANOTHER, Case, Indispensable, Unanswered, mentions, number, published_rows
from costsvc.evidence.provenance import Row, fitted_sources, source_of
from costsvc.reference.catalog import Catalog
from costsvc.units import PER_BILLION

Ask: TypeAlias = Callable[[str, Plain, Catalog], Plain]
"""Answers a body posted to an address; what has no answer raises a CostsvcError."""
Without: TypeAlias = Callable[[Row, Plain], Catalog | None]
"""The tables that answer a row with a body, fitted without its source; None where that cannot be left out."""

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
"""What is compared, by the kind and the pointer of a row."""
TRACKED = ANOTHER + "energy by a tracker's model of the server, hours given"
"""A tracker measures the accelerators and assumes the rest: a figure, but no measurement of the wall."""
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
"""Columns of the other files, and the fields of a request that say the same."""
WHOLE = {"params_total": "total_params_b", "params_active": "active_params_b", "tokens": "training_tokens_b"}
"""The same, where the columns count units and the fields 10^9 of them."""


def fresh_cases(folder: Path, ask: Ask, without: Without) -> Iterator[Case | Unanswered | Indispensable]:
    """Put the requests of fresh.csv to the service as anybody would.

    Args:
        folder: Where it lies.
        ask: Answers a request.
        without: The tables without the source of a row, should a fit have seen another row of it.

    Yields:
        One case for each row, or why there is none.

    Raises:
        TableError: If the file lacks a column.
    """
    for row in published_rows(folder / FILE, COLUMNS):
        try:
            yield from compared(row, body_of(row["body_json"]), ask, without)
        except CostsvcError as error:
            yield Unanswered(kind=kind_of(row), id=row["id"], source=source_of(row), why=str(error))


def kind_of(row: Row) -> str:
    """What a row compares.

    Args:
        row: The published row.
    """
    if row["kind"] == "wall" and mentions(row["caveat"], TRACKER):
        return TRACKED
    return ANOTHER + KINDS.get((row["kind"], row["answer_pointer"]), f"{row['kind']} at {row['answer_pointer']}")


def at(answer: Any, pointer: str) -> Any:
    """What stands at a JSON pointer; None where there is nothing.

    Args:
        answer: Plain data.
        pointer: The pointer, after RFC 6901.
    """
    found = answer
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = dict(enumerate(found)).get(int(name)) if name.isdecimal() else None
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


def compared(row: Row, body: Plain, ask: Ask, without: Without) -> Iterator[Case | Indispensable]:
    """Put a request to the service and hold its answer against the figure of a row.

    Args:
        row: The published row.
        body: The request.
        ask: Answers it.
        without: The tables without the source of the row.

    Yields:
        The case, or each source that cannot be left out.

    Raises:
        CostsvcError: If there is no answer, or no figure to hold it against.
    """
    tables = without(row, body)
    if tables is None:
        yield from (Indispensable(source=name) for name in sorted(fitted_sources(row)))
    else:
        yield _case(row, body, ask(row["path"], body, tables))


def _case(row: Row, body: Plain, answer: Plain) -> Case:
    truth = number(row["truth"])
    if not truth or truth < 0:
        raise TableError(f"{row['truth']!r} is no figure that an estimate could be held against")
    found = at(answer, row["answer_pointer"])
    quantity = found if isinstance(found, dict) else dict.fromkeys(("value", "low", "high"), found)
    value, low, high = (quantity.get(name) for name in ("value", "low", "high"))
    if not value or low is None or high is None:
        raise TableError(f"the answer has nothing at {row['answer_pointer']}")
    return Case(
        kind=kind_of(row),
        id=row["id"],
        value=value,
        low=low,
        high=high,
        published=truth,
        source=source_of(row),
        row=_as_in_other_files(row, body),
    )


def body_of(text: str) -> Plain:
    """The request in a cell of ``body_json``.

    Args:
        text: The cell.

    Raises:
        TableError: If it is no JSON object.
    """
    try:
        body: Plain = json.loads(text)
    except ValueError as error:
        raise TableError(f"the request must be valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise TableError("the request must be a JSON object")
    return body


def _as_in_other_files(row: Row, body: Plain) -> Row:
    """The row with the columns of the other files, too, which other estimators read."""
    same = {column: str(body.get(field, "")) for column, field in SAME.items()}
    whole = {column: str(body[field] * PER_BILLION) for column, field in WHOLE.items() if field in body}
    return {**same, **whole, "notes": "", "scope_notes": row["caveat"], **row}
