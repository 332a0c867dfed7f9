"""Files of results, which have their names only when they are complete."""

import base64
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol, Self

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import fs, ipc, parquet

from costsvc.batch.cells import NUMBER
from costsvc.batch.files.sources import file_system, kind_of, located_file
from costsvc.batch.formats.documents import nested_text
from costsvc.errors import BadRequestError
from costsvc.report.figures.csv_table import as_plain

STDOUT = "-"
ROWS = 8_192
"""Rows that are Python objects at a time, which take more room than columns."""
PLAIN = r"^[0-9A-Za-z]"
"""Texts that begin like this are no formula in any spreadsheet."""


class OutputError(Exception):
    """A file cannot be written: the disk is full, or the folder does not allow it; it has no HTTP status."""


class Writer(Protocol):
    """Writes batches to an open file."""

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Add rows.

        Args:
            batch: The rows.
        """

    def close(self) -> None:
        """Write what ends the file."""


class Target:
    """A file that is written under another name and gets its own when it is complete.

    Attributes:
        name: Its name as the caller knows it.
    """

    def __init__(self, name: str) -> None:
        """Begin a file; no file is opened before the first batch.

        Args:
            name: Its path, address, or ``-`` for the standard output as CSV.

        Raises:
            BadRequestError: If its suffix is not known.
        """
        self.name = name
        with located_file(name):
            self._kind, self._compression = ("csv", None) if name == STDOUT else kind_of(name)
        if self._kind in ("parquet", "arrow") and self._compression is not None:
            raise BadRequestError({"target": f"{name}: this kind of file is compressed inside; leave the suffix out"})
        self._system, self._path, self._temporary = _place(name)
        self._schema: pa.Schema | None = None
        self._stream: pa.NativeFile | None = None
        self._writer: Writer | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows.

        Args:
            batch: The rows; its columns are cast to those of the first.

        Raises:
            BadRequestError: If a column is new or cannot be cast.
            OutputError: If the file cannot be written.
        """
        if self._kind == "csv":
            batch = _as_text_cells(batch)
        elif self._kind != "parquet":
            batch = _decoded(batch)
        with _output(self.name):
            if self._writer is None:
                self._begin(batch.schema)
        if self._kind != "ndjson":
            batch = self._cast(batch)
        with _output(self.name):
            if self._writer is None:
                raise TypeError("the writer is open")
            self._writer.write_batch(batch)

    def finish(self) -> None:
        """Complete the file; it keeps its temporary name until :meth:`rename`.

        Raises:
            OutputError: If the file cannot be written.
        """
        with _output(self.name):
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            if self._stream is not None and self._system is not None:
                self._stream.close()
            elif self._stream is not None:
                self._stream.flush()  # the standard output stays open

    def rename(self) -> None:
        """Give the file its name, in place of an older file.

        Raises:
            OutputError: If that is not possible.
        """
        if self._system is not None and self._stream is not None:
            with _output(self.name):
                self._system.move(self._temporary, self._path)

    def discard(self) -> None:
        """Remove what was written."""
        if self._stream is not None and self._system is not None:
            with suppress(OSError):  # a full disk fails again, and the file is removed all the same
                self._stream.close()
            with suppress(OSError):
                self._system.delete_file(self._temporary)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.finish()
                self.rename()
        except BaseException:  # also Ctrl-C: no half file stays; raised again
            self.discard()
            raise
        if kind is not None:
            self.discard()

    def _begin(self, schema: pa.Schema) -> None:
        self._schema = schema
        if self._system is None:
            raw = pa.PythonFile(sys.stdout.buffer, "w")
        else:
            folder = self._path.rpartition("/")[0]
            if folder:
                self._system.create_dir(folder)
            raw = self._system.open_output_stream(self._temporary, compression=None)
        self._stream = pa.CompressedOutputStream(raw, self._compression) if self._compression else raw
        self._writer = OPEN[self._kind](self._stream, schema)

    def _cast(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        schema = self._schema
        if schema is None:
            raise TypeError("the first batch gives the schema")
        if batch.schema.equals(schema):
            return batch
        new = [name for name in batch.schema.names if name not in schema.names]
        if new:
            text = f"appears only in later rows, and {self.name} has its columns from its first rows; write NDJSON"
            raise BadRequestError(dict.fromkeys(new, text))
        return pa.RecordBatch.from_arrays([_as_type(batch, one) for one in schema], schema=schema)


def remove(name: str) -> None:
    """Remove a file of an earlier run, if there is one.

    Args:
        name: Its path or address.
    """
    system, path = file_system(name)
    with _output(name):
        if system.get_file_info(path).type == fs.FileType.File:
            system.delete_file(path)


def _as_type(batch: pa.RecordBatch, one: pa.Field) -> pa.Array:
    if one.name not in batch.schema.names:
        return pa.nulls(batch.num_rows, one.type)
    column = batch.column(one.name)
    try:
        return column if column.type == one.type else column.cast(one.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        text = f"is {one.type} in the first rows and has other cells later; write CSV or NDJSON: {error}"
        raise BadRequestError({one.name: text}) from error


def _place(name: str) -> tuple[fs.FileSystem | None, str, str]:
    if name == STDOUT:
        return None, "", ""
    try:
        system, path = file_system(name)
    except (OSError, pa.ArrowException) as error:
        raise BadRequestError({"target": f"{name}: {error}"}) from error
    folder, slash, base = path.rpartition("/")
    return system, path, f"{folder}{slash}.{base}.{uuid.uuid4().hex[:8]}.part"


@contextmanager
def _output(name: str) -> Iterator[None]:
    """Turn errors of the disk into errors that name the file."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise OutputError(f"{name} cannot be written: {str(error).partition(chr(10))[0]}") from error


def _decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch without dictionaries, which some files cannot change between batches."""
    columns = {
        one.name: column.dictionary_decode() if pa.types.is_dictionary(one.type) else column
        for one, column in zip(batch.schema, batch.columns, strict=True)
    }
    return pa.RecordBatch.from_pydict(columns)


def _as_text_cells(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch as CSV can hold it: nested values as JSON, and texts that no spreadsheet evaluates."""
    return pa.RecordBatch.from_pydict(
        {name: _csv_cells(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    )


def _csv_cells(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = _csv_cells(column.dictionary).take(column.indices)
    if pa.types.is_nested(column.type):
        column = nested_text(column)
    if not pa.types.is_string(column.type):
        return column
    plain = pc.or_(pc.match_substring_regex(column, PLAIN), pc.match_substring_regex(column, NUMBER))
    is_safe = pc.fill_null(pc.or_(plain, pc.equal(column, "")), True)
    if pc.all(is_safe).as_py():
        return column
    suspicious = column.filter(pc.invert(is_safe))
    return pc.replace_with_mask(
        column, pc.invert(is_safe), pa.array([as_plain(text) for text in suspicious.to_pylist()], pa.string())
    )


class _Lines:
    """Writes a JSON object per row."""

    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream

    def write_batch(self, batch: pa.RecordBatch) -> None:
        for start in range(0, batch.num_rows, ROWS):
            rows = batch.slice(start, ROWS).to_pylist()
            lines = (orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
            self._stream.write(b"".join(lines))

    def close(self) -> None:
        """Nothing ends such a file."""


def _parquet(stream: pa.NativeFile, schema: pa.Schema) -> Writer:
    """A writer that takes dictionaries but does not make readers have them: the types in the file are plain."""
    plain = pa.schema([one.with_type(_value_type(one.type)) for one in schema])
    # results have hardly a number twice: without dictionaries they are written five times as fast, and smaller
    repeated = [one.name for one in schema if not pa.types.is_floating(one.type)]
    writer = parquet.ParquetWriter(stream, schema, compression="zstd", store_schema=False, use_dictionary=repeated)
    writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(plain.serialize().to_pybytes()).decode()})
    opened: Writer = writer
    return opened


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


OPEN: dict[str, Callable[[pa.NativeFile, pa.Schema], Writer]] = {
    "csv": arrow_csv.CSVWriter,
    "ndjson": lambda stream, _: _Lines(stream),
    "json": lambda stream, _: _Lines(stream),
    "parquet": _parquet,
    "arrow": ipc.new_file,
    "arrows": ipc.new_stream,
}
"""Opens the writer of each kind of file."""
