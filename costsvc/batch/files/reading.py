"""Files as batches of rows."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import ipc, parquet

from costsvc.batch.files.delimited import read_csv
from costsvc.batch.files.json_lines import flat, read_lines, read_whole
from costsvc.batch.files.sources import Source, kind_of, located_file
from costsvc.batch.files.streams import Joined
from costsvc.batch.formats.documents import flat_row
from costsvc.batch.formats.format import Format
from costsvc.batch.rejects import Reject
from costsvc.errors import BadRequestError

ROWS = 131_072
"""Rows of a batch."""
REPEATED = 4
"""Bytes of a Parquet column per value, below which its texts repeat so much that they are read as a dictionary."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chunk:
    """Rows of a file.

    Attributes:
        batch: The rows.
        first: Number of the first row in its file, from 1.
        rejects: Rows of the file that cannot be read at all; they count from ``first``, as those of an estimate do.
        numbers: Number of each row of the batch in the file; None if they follow ``first`` without gaps.
        done: Bytes of the file that were read. [B]
    """

    batch: pa.RecordBatch
    first: int
    rejects: Sequence[Reject] = ()
    numbers: npt.NDArray[np.int64] | None = None
    done: int = 0

    def numbered(self, rejects: Sequence[Reject]) -> list[Reject]:
        """Rejects of the batch and of lines that cannot be read, counted from ``first``.

        Args:
            rejects: Rejects whose rows are indexes in the batch.
        """
        numbers = self.numbers
        if numbers is None:
            return [*self.rejects, *rejects]
        return [*self.rejects, *(replace(one, row=int(numbers[one.row]) - self.first) for one in rejects)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How files are read.

    Attributes:
        of: The format of others; None for our own columns.
        encoding: How a CSV writes letters.
    """

    of: Format | None = None
    encoding: str = "utf-8"


def read(source: Source, options: Options) -> Iterator[Chunk]:
    """Read a file batch by batch.

    Args:
        source: The file.
        options: How it is read.

    Raises:
        BadRequestError: If it cannot be read, or changes meanwhile.
    """
    with located_file(source.name):
        chunks = _read_stdin(options) if source.system is None else _read_file(source, options)
        added = {name: pa.scalar(value, pa.string()) for name, value in source.values.items()}
        for chunk in chunks:
            batch = chunk.batch
            for name, value in added.items():
                if name not in batch.schema.names:
                    batch = batch.append_column(name, pa.repeat(value, batch.num_rows))
            yield replace(chunk, batch=batch)
        source.check_unchanged()


def read_stream(stream: Joined, kind: str, options: Options, done: Callable[[], int]) -> Iterator[Chunk]:
    """Read a stream of CSV or JSON.

    Args:
        stream: The bytes.
        kind: Kind of file: ``csv``, ``ndjson`` or ``json``.
        options: How it is read.
        done: Tells how many bytes were read. [B]

    Raises:
        BadRequestError: If it cannot be read.
    """
    if kind == "csv":
        return _numbered(read_csv(stream, options.encoding), done)
    if options.of is not None and options.of.unfold is not None:
        return _numbered(read_whole(stream, options.of.unfold), done)
    if kind == "json":
        return _numbered(read_whole(stream, lambda document: [flat_row(flat(document))]), done)
    return _numbered(read_lines(stream, is_flat=options.of is None), done)


def _read_stdin(options: Options) -> Iterator[Chunk]:
    stream = Joined(sys.stdin.buffer)
    kind = "ndjson" if stream.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "csv"
    return read_stream(stream, kind, options, lambda: stream.done)


def _read_file(source: Source, options: Options) -> Iterator[Chunk]:
    kind, compression = kind_of(source.path)
    system = source.system
    if system is None:
        raise TypeError("a file has a file system")
    if source.size == 0:
        raise BadRequestError({"file": "is empty"})
    if kind in ("parquet", "arrow") and compression is not None:
        raise BadRequestError({"file": f"is compressed although {kind} is compressed inside; unpack it"})
    if kind in ("parquet", "arrow"):
        with system.open_input_file(source.path) as file:
            yield from _read_parquet(file, source.size, options) if kind == "parquet" else _read_arrow(file, options)
        return
    with system.open_input_stream(source.path, compression=None) as file:
        raw = Joined(file)
        stream = pa.CompressedInputStream(raw, compression) if compression else raw
        if kind == "arrows":
            yield from _tables(ipc.open_stream(stream), options, lambda: raw.done)
        else:
            yield from read_stream(Joined(stream), kind, options, lambda: raw.done)


def _numbered(parts: Iterator[tuple[pa.RecordBatch, Sequence[Reject]]], done: Callable[[], int]) -> Iterator[Chunk]:
    """Chunks of batches between whose rows lines are missing; rows of the rejects are numbers in the file, from 1."""
    first = 1
    for whole, rejects in parts:
        bad = np.array(sorted(one.row for one in rejects), dtype=np.int64)
        numbers = None
        total = whole.num_rows + len(bad)
        if len(bad):
            numbers = np.setdiff1d(np.arange(first, first + total), bad, assume_unique=True)
        counted = [replace(one, row=one.row - first) for one in rejects]
        for start in range(0, max(whole.num_rows, 1), ROWS):
            part = whole.slice(start, ROWS)
            if numbers is None:
                yield Chunk(batch=part, first=first + start, done=done())
            else:
                lost = counted if start == 0 else ()
                yield Chunk(batch=part, first=first, rejects=lost, numbers=numbers[start : start + ROWS], done=done())
        first += total


def _read_parquet(file: pa.NativeFile, size: int, options: Options) -> Iterator[Chunk]:
    plain = parquet.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
    metadata = plain.metadata
    with parquet.ParquetFile(
        file, metadata=metadata, read_dictionary=_repeated(plain), pre_buffer=False, buffer_size=1 << 20
    ) as read:
        first, rows = 1, max(metadata.num_rows, 1)
        if metadata.num_rows == 0:
            yield Chunk(batch=_plain(read.schema_arrow.empty_table().to_batches(), read.schema_arrow, options), first=1)
        for batch in read.iter_batches(batch_size=ROWS, use_threads=False):
            yield Chunk(batch=_as_usual(batch, options), first=first, done=size * (first + batch.num_rows - 1) // rows)
            first += batch.num_rows


def _plain(batches: Sequence[pa.RecordBatch], schema: pa.Schema, options: Options) -> pa.RecordBatch:
    empty = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=schema)
    return _as_usual(empty, options)


def _repeated(file: parquet.ParquetFile) -> list[str]:
    """Columns of text with few distinct values."""
    metadata, schema = file.metadata, file.schema_arrow
    if metadata.num_row_groups == 0:
        return []
    group = metadata.row_group(0)
    texts = {one.name for one in schema if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)}
    chunks = [group.column(place) for place in range(group.num_columns)]
    return [
        one.path_in_schema
        for one in chunks
        if one.path_in_schema in texts and one.total_uncompressed_size < REPEATED * max(one.num_values, 1)
    ]


def _read_arrow(file: pa.NativeFile, options: Options) -> Iterator[Chunk]:
    is_file = file.read(6) == b"ARROW1"
    file.seek(0)
    if not is_file:
        yield from _tables(ipc.open_stream(file), options, file.tell)
        return
    reader = ipc.open_file(file)
    batches = (reader.get_batch(place) for place in range(reader.num_record_batches))
    yield from _sliced(batches, reader.schema, options, file.tell)


def _tables(reader: ipc.RecordBatchStreamReader, options: Options, done: Callable[[], int]) -> Iterator[Chunk]:
    return _sliced(reader, reader.schema, options, done)


def _sliced(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, options: Options, done: Callable[[], int]
) -> Iterator[Chunk]:
    first = 1
    for whole in batches:
        for start in range(0, whole.num_rows, ROWS):
            part = whole.slice(start, ROWS)
            yield Chunk(batch=_as_usual(part, options), first=first, done=done())
            first += part.num_rows
    if first == 1:
        yield Chunk(batch=_plain((), schema, options), first=1)


def _as_usual(batch: pa.RecordBatch, options: Options) -> pa.RecordBatch:
    """A batch with usual types of text, and for our own columns with nested fields as dotted columns."""
    columns: dict[str, pa.Array] = {}
    names = batch.schema.names
    if len(set(names)) < len(names):
        return batch
    for name in names:
        columns |= _leaves(name, batch.column(name)) if options.of is None else {name: batch.column(name)}
    return pa.RecordBatch.from_pydict({name: _usual_text(column) for name, column in columns.items()})


def _leaves(name: str, column: pa.Array) -> Mapping[str, pa.Array]:
    if not pa.types.is_struct(column.type):
        return {name: column}
    fields = (one.name for one in column.type)
    return {
        inner: leaf
        for one, values in zip(fields, column.flatten(), strict=True)
        for inner, leaf in _leaves(f"{name}.{one}", values).items()
    }


def _usual_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type):
        return column.dictionary_decode() if not pa.types.is_large_string(kind.value_type) else column.cast(pa.string())
    return column
