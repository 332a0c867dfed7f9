"""CSV as batches of text."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyarrow import csv as arrow_csv

from costsvc.batch.files.streams import Joined
from costsvc.batch.rejects import Reject
from costsvc.errors import BadRequestError

BLOCK = 8 << 20
"""Bytes that are read at a time; a row may have as many. [B]"""
DELIMITERS = (",", ";", "\t", "|")
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_8 = "utf-8"


def read_csv(stream: Joined, encoding: str) -> Iterator[tuple[pa.RecordBatch, Sequence[Reject]]]:
    """Read CSV with a header, with rows that have too few or too many cells as rejects.

    Args:
        stream: The file.
        encoding: How it writes letters.

    Yields:
        Rows as text, and the rejects among them with the number of their row in the file, from 1.

    Raises:
        BadRequestError: If it has no header, letters in another encoding, or a cell beyond the block.
    """
    encoding = _known(encoding, stream.head)
    names, delimiter = _header(stream.head, encoding)
    counted = _Quotes(stream)
    rejects: list[Reject] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        reason = f"has {row.actual_columns} cells, the header has {row.expected_columns}"
        rejects.append(Reject(row=row.number - 1, column=names[0], value=row.text, reason=reason))
        return "skip"

    try:
        with arrow_csv.open_csv(
            counted,
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=BLOCK, encoding="utf8" if encoding == UTF_8 else encoding
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=arrow_csv.ConvertOptions(default_column_type=pa.string()),
        ) as reader:
            after, last = 1, list[object]()
            for batch in reader:
                # The reader parses a block ahead, so that some rejects belong to the next batch.
                after += batch.num_rows
                last = [column[-1].as_py() for column in batch.columns] if batch.num_rows else last
                taken = 0
                while taken < len(rejects) and rejects[taken].row < after:
                    taken, after = taken + 1, after + 1
                yield batch, rejects[:taken]
                del rejects[:taken]
            if rejects or after == 1:
                yield _empty(names), rejects
                last = [one.value for one in rejects[-1:]]
            if counted.is_open and any("\n" in str(cell) for cell in last):
                raise BadRequestError({"file": f"has a quote that is not closed, before: {str(last)[:100]}"})
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise BadRequestError({"file": _explained(str(error), encoding)}) from error


class _Quotes(io.RawIOBase):
    """Bytes of a CSV; tells whether a quote is open after them, since the reader takes the end of the file for one.

    Attributes:
        is_open: Whether the number of quotes is odd.
    """

    def __init__(self, stream: Joined) -> None:
        self._stream = stream
        self.is_open = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self.is_open ^= bool(part.count(b'"') % 2)
        return part


def _empty(names: Sequence[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], pa.string())] * len(names), names=list(names))


def _known(encoding: str, head: bytes) -> str:
    try:
        known = codecs.lookup(encoding).name
    except LookupError:
        raise BadRequestError({"encoding": f"{encoding!r} is not known; latin-1 and cp1252 are common"}) from None
    if known == UTF_8 and head.startswith(WIDE):
        raise BadRequestError({"file": "is UTF-16, not UTF-8; name its encoding by --encoding utf-16"})
    return known


def _header(head: bytes, encoding: str) -> tuple[list[str], str]:
    """Names of the columns and the delimiter, which is the one that gives most names."""
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    found = [(next(csv.reader(io.StringIO(text.lstrip("\r\n")), delimiter=one), []), one) for one in DELIMITERS]
    names, delimiter = max(found, key=lambda one: len(one[0]))
    if not any(name.strip() for name in names):
        raise BadRequestError({"file": "is empty; a CSV begins with the names of its columns"})
    return names, delimiter


def _explained(text: str, encoding: str) -> str:
    """An error of the reader in words that tell what to do."""
    if "UTF8" in text or "codec" in text:
        return f"is not {encoding}; name its encoding by --encoding, for example --encoding latin-1"
    if "straddling" in text or "block" in text:
        return f"has a row of more than {BLOCK >> 20} MB, or a quote that is not closed"
    if "Empty CSV" in text:
        return "is empty; a CSV begins with the names of its columns"
    return f"is no valid CSV: {text}"
