"""Files of JSON documents as rows: one document per line, one per file, or a list of them."""

import json
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from costsvc.batch.cells import read_text
from costsvc.batch.formats.format import Document, Row
from costsvc.errors import BadRequestError

LIST = "data"
"""Key under which the answer of an API has the list of its documents."""


def read_documents(lines: Iterable[str]) -> Iterator[Document]:
    """The documents of a file, one by one if they are lines.

    Args:
        lines: The lines of the file.

    Raises:
        BadRequestError: If a line, or the whole file, is not JSON.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    is_first = True
    for number, line in numbered:
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            if not is_first:
                raise BadRequestError({"file": f"line {number} is not JSON: {error}"}) from None
            value = _load_all([line, *(text for _, text in numbered)])
        is_first = False
        yield from _list(value)


def _load_all(lines: Iterable[str]) -> object:
    try:
        return json.loads("".join(lines))
    except json.JSONDecodeError as error:
        raise BadRequestError({"file": f"neither its first line nor the whole is JSON: {error}"}) from None


def _list(value: object) -> list[Document]:
    if isinstance(value, list):
        return [document for one in value for document in _list(one)]
    if not isinstance(value, dict):
        raise BadRequestError({"file": f"must have JSON objects, got {json.dumps(value)[:50]}"})
    return _list(value[LIST]) if isinstance(value.get(LIST), list) else [value]


def flat_row(document: Document) -> Row:
    """A document as one row; nested values are JSON text.

    Args:
        document: The document.
    """
    return {name: as_text(value) for name, value in document.items()}


def as_text(value: object) -> str | None:
    """A value of a document as the text of a cell.

    Args:
        value: The value.
    """
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def as_batch(rows: Sequence[Row], names: Iterable[str] = ()) -> pa.RecordBatch:
    """Rows of documents as columns of text.

    Args:
        rows: The rows.
        names: Columns that the batch has in any case.
    """
    columns = dict.fromkeys((*names, *(name for row in rows for name in row)))
    cells = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns}
    return pa.RecordBatch.from_pydict(cells)


def nested_text(column: pa.Array) -> pa.Array:
    """A column of nested values as JSON text, whether the file has JSON text or nested columns.

    Args:
        column: The column.
    """
    if pa.types.is_nested(column.type):
        return pa.array([as_text(value) for value in column.to_pylist()], pa.string())
    return read_text(column)
