"""Files of JSON as batches."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence

import orjson
import pyarrow as pa

from costsvc.batch.files.streams import Joined
from costsvc.batch.formats.documents import as_batch, as_text, read_documents
from costsvc.batch.formats.format import Document, Row
from costsvc.batch.rejects import Reject
from costsvc.errors import BadRequestError

ROWS = 131_072
"""Rows of a batch."""
LONGEST = 32 << 20
"""Bytes of a line. [B]"""
LARGEST = 64 << 20
"""Bytes of the lines of a batch; a batch of long lines has fewer rows. [B]"""
Part = tuple[pa.RecordBatch, Sequence[Reject]]


def read_lines(stream: Joined, *, is_flat: bool) -> Iterator[Part]:
    """Read a JSON object per line, with lines that have none as rejects.

    Args:
        stream: The file.
        is_flat: Whether objects in objects become dotted columns, else JSON text.

    Yields:
        Rows, and the rejects among them with the number of their row in the file, from 1.

    Raises:
        BadRequestError: If a line is too long, or the first lines have no row.
    """
    rows: list[Mapping[str, object]] = []
    rejects: list[Reject] = []
    size, number, has_rows = 0, 0, False
    for line in _lines(stream):
        text = line.strip()
        if not text:
            continue
        number += 1
        size += len(line)
        try:
            value = orjson.loads(text)
            reason = "must be a JSON object with fields"
        except orjson.JSONDecodeError as error:
            value, reason = None, f"is not JSON: {error}"
        if isinstance(value, dict) and value:
            rows.append(flat(value) if is_flat else value)
        else:
            shown = text[:1000].decode("utf-8", errors="replace")
            rejects.append(Reject(row=number, column="line", value=shown, reason=reason))
        if len(rows) + len(rejects) >= ROWS or size > LARGEST:
            has_rows = has_rows or _check_rows(rows, rejects)
            yield _batch(rows), rejects
            rows, rejects, size = [], [], 0
    if rows or rejects or not has_rows:
        has_rows = has_rows or _check_rows(rows, rejects)
        yield _batch(rows), rejects


def _check_rows(rows: Sequence[object], rejects: Sequence[Reject]) -> bool:
    """Check that the first lines have rows, which tell the columns of the file."""
    if not rows:
        first = f": line {rejects[0].row} {rejects[0].reason}" if rejects else ""
        raise BadRequestError({"file": f"has no line that is a JSON object{first}"})
    return True


def read_whole(stream: Joined, unfold: Callable[[Document], Sequence[Row]]) -> Iterator[Part]:
    """Read JSON documents that become rows: one per line, one per file, or a list.

    Args:
        stream: The file.
        unfold: Takes a document apart into rows.

    Yields:
        Rows; there are no rejects.

    Raises:
        BadRequestError: If the file is not JSON.
    """
    rows: list[Row] = []
    is_first = True
    for document in read_documents(_texts(stream)):
        rows += unfold(document)
        if len(rows) >= ROWS:
            yield as_batch(rows), ()
            rows, is_first = [], False
    if rows or is_first:
        yield as_batch(rows), ()


def flat(document: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """A document whose inner objects are dotted names.

    Args:
        document: The document.
        prefix: Name of the document in an outer one, with its dot.
    """
    row: dict[str, object] = {}
    for name, value in document.items():
        if isinstance(value, dict) and value:
            row |= flat(value, f"{prefix}{name}.")
        else:
            row[f"{prefix}{name}"] = value
    return row


def _lines(stream: Joined) -> Iterator[bytes]:
    buffered = io.BufferedReader(stream, 1 << 20)
    line = buffered.readline(LONGEST).removeprefix(b"\xef\xbb\xbf")
    number = 1
    while line:
        if len(line) >= LONGEST and not line.endswith(b"\n"):
            raise BadRequestError({"file": f"line {number} has more than {LONGEST >> 20} MB"})
        yield line
        line = buffered.readline(LONGEST)
        number += 1


def _texts(stream: Joined) -> Iterator[str]:
    for number, line in enumerate(_lines(stream), 1):
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise BadRequestError({"file": f"line {number} is not UTF-8: {error}"}) from error


def _batch(rows: Sequence[Mapping[str, object]]) -> pa.RecordBatch:
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.RecordBatch.from_pydict({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: Sequence[object]) -> pa.Array:
    """Values as numbers or truth values if all are such, else as text."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):  # type: ignore[operator]  # they are integers
        return pa.array(values, pa.int64())
    if kinds and kinds <= {int, float}:
        return pa.array(values, pa.float64())
    return pa.array([as_text(value) for value in values], pa.string())
