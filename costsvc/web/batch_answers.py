"""Batches of rows answered over HTTP by the code of ``costsvc batch``; needs the extra ``batch``.

Body and answer are files in a temporary folder: memory stays bounded, and a batch that fails midway is a problem and
never half an answer.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import IO, Any

import orjson
from pyarrow import parquet
from webargs.flaskparser import abort

from costsvc.batch.formats import FORMATS
from costsvc.batch.running import Job, Summary, run
from costsvc.batch.totals import totals
from costsvc.errors import BadRequestError
from costsvc.limits import BatchLimits
from costsvc.services import Services
from costsvc.web.start import MEMORY

GZIP = 16 + zlib.MAX_WBITS
CHUNK = 1 << 16
"""Bytes that are read or sent at once. [B]"""
SHOWN_REJECTS = 1000
COMMAND = "costsvc batch estimates files of any size"
KEY = "costsvc"
"""Key of the summary in the metadata of Parquet."""


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder; in memory where no other file system can be written, as in a read-only container."""
    try:
        parent = Path(gettempdir())
    except FileNotFoundError:
        parent = MEMORY
    with TemporaryDirectory(prefix="costsvc-", dir=parent) as name:
        yield Path(name)


def save(body: IO[bytes], path: Path, limits: BatchLimits, *, is_gzip: bool) -> None:
    """Write a body into a file, unpacked; 413 if it is too large.

    Args:
        body: The body as it arrives.
        path: The file.
        limits: Largest sizes.
        is_gzip: Whether the body is compressed.

    Raises:
        BadRequestError: If it is not what its encoding says.
    """
    unpacker = zlib.decompressobj(GZIP) if is_gzip else None
    received = size = 0
    with path.open("wb") as file:
        while part := body.read(CHUNK):
            received += len(part)
            if received > limits.body_bytes:
                abort(413, detail=too_large(limits.body_bytes))
            if unpacker is None:
                file.write(part)
                continue
            while part:
                size += file.write(_unpacked(unpacker, part))
                if size > limits.unpacked_bytes:
                    abort(413, detail=too_large(limits.unpacked_bytes, " unpacked"))
                part = unpacker.unconsumed_tail
                if unpacker.eof and unpacker.unused_data:  # files of gzip may follow each other
                    part, unpacker = unpacker.unused_data, zlib.decompressobj(GZIP)
    if unpacker is not None and not unpacker.eof:
        raise BadRequestError({"body": "is not complete gzip"})


def too_large(size: int, how: str = "") -> str:
    """What a caller is told of a body that is too large.

    Args:
        size: The largest size. [B]
        how: More about it.
    """
    return f"The body must not exceed {size} bytes{how}; {COMMAND}."


def _unpacked(unpacker: Any, part: bytes) -> bytes:
    try:
        found: bytes = unpacker.decompress(part, CHUNK)
    except zlib.error as error:
        raise BadRequestError({"body": f"is not gzip: {error}"}) from error
    return found


def estimate(source: Path, target: Path, job: Job, of: str | None, services: Services) -> dict[str, object]:
    """Estimate the rows of a file into another, and give the summary as plain data; 413 if there are too many rows.

    Args:
        source: The file of rows.
        target: The file of rows with results.
        job: What to do.
        of: Name of the format of others; None for our own columns.
        services: The tables and the largest sizes.

    Raises:
        BadRequestError: If the body cannot be read, or its columns or groups do not fit.
    """
    rejects, limits = target.with_name("rejects.ndjson"), services.settings.batch_limits
    if of is not None and of not in FORMATS:
        raise BadRequestError({"from": f"must be one of {', '.join(FORMATS)}, got {of!r}"})
    job = replace(job, of=None if of is None else FORMATS[of], rejects=str(rejects))
    try:
        summary = run([str(source)], str(target), job, services.catalog, progress=partial(_check_rows, limits.rows))
    except BadRequestError as error:
        texts = {name: text.removeprefix(f"{source}: ") for name, text in error.problems.items()}
        raise BadRequestError(
            {name: text.replace(str(target), "the answer").replace(str(source), "body") for name, text in texts.items()}
        ) from error
    if target.stat().st_size > limits.answer_bytes:
        abort(413, detail=f"The answer would exceed {limits.answer_bytes} bytes; {COMMAND}.")
    return _described(summary, job, rejects)


def _check_rows(most: int, rows: int, *_: int) -> None:
    if rows > most:
        abort(413, detail=f"The body must not exceed {most} rows; {COMMAND}.")


def _described(summary: Summary, job: Job, rejects: Path) -> dict[str, object]:
    groups = totals(summary.sums, summary.templates, job.by).to_pylist()
    return {
        "totals": [group | {"drivers": orjson.loads(group["drivers"])} for group in groups],
        "rejects": list(_rejects(rejects)) if rejects.exists() else [],
        "rows": summary.rows,
        "estimated": summary.estimated,
        "rejected": summary.rejected,
        "skipped": dict(summary.skipped.most_common()),
        "warnings": summary.warnings,
        "data_version": summary.data_version,
    }


def _rejects(path: Path) -> Iterator[dict[str, object]]:
    with path.open("rb") as file:
        for line in islice(file, SHOWN_REJECTS):
            reject = orjson.loads(line)
            del reject["file"]
            yield reject


def with_summary(path: Path, summary: dict[str, object]) -> Path:
    """Write a Parquet file anew with the summary in its metadata.

    Args:
        path: The file.
        summary: The summary.

    Returns:
        The new file.
    """
    described = path.with_name("described.parquet")
    with (
        parquet.ParquetFile(path) as whole,
        parquet.ParquetWriter(described, whole.schema_arrow, compression="zstd") as writer,
    ):
        for batch in whole.iter_batches(use_threads=False):
            writer.write_batch(batch)
        writer.add_key_value_metadata({KEY: orjson.dumps(summary).decode()})
    return described
