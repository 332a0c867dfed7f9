"""Estimates of files: read, estimated and written batch by batch."""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa

from costsvc.batch.estimating import TEMPLATE, Estimates, estimate
from costsvc.batch.files import provenance
from costsvc.batch.files.reading import Chunk, Options, read
from costsvc.batch.files.sources import Source, find, located_file
from costsvc.batch.files.writing import STDOUT, Target, remove
from costsvc.batch.formats.format import Format, Kind
from costsvc.batch.groups import Codes
from costsvc.batch.persons import hashed, without_person
from costsvc.batch.plan import Plan, plan
from costsvc.batch.rejects import Reject, as_table
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Templates
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog

MOST_GROUPS = 10_000
MOST_REASONS = 1_000
"""Distinct reasons of rejected rows that are counted apart."""
OTHER = "other reasons"
GOT = re.compile(r", got .*$", re.DOTALL)
UNKNOWN = re.compile(r"^'.*?' is not known.*$", re.DOTALL)
Progress = Callable[[int, int, int], None]
"""Is told the rows and bytes that are done, and all bytes; the last is 0 if not known."""


class StrictError(Exception):
    """A row was rejected although the caller asked for none; no error of a request, so it has no HTTP status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a run does with its files.

    Attributes:
        kind: Kind of the requests in files with our own columns.
        mapping: Column of the file by field of the request.
        constants: Text by field of the request, for all rows.
        of: The format of others; None for our own columns.
        by: Columns by whose values totals are added up.
        intervals: Whether each row has the ends of its intervals.
        encoding: How a CSV writes letters.
        salt: Text with which cells that name people are hashed; random if not given, so that nobody can guess them.
        rejects: File of rejected rows; beside the output if not given.
        strict: Whether the first rejected row ends the run.
        most_groups: Groups from which on a run is refused.
    """

    kind: Kind = "training"
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    of: Format | None = None
    by: Sequence[str] = ()
    intervals: bool = False
    encoding: str = "utf-8"
    salt: str = field(default_factory=secrets.token_hex)
    rejects: str | None = None
    strict: bool = False
    most_groups: int = MOST_GROUPS

    def plan(self, schema: pa.Schema) -> Plan:
        """The plan of files with some columns; see :func:`costsvc.batch.plan.plan` for what it raises."""
        return plan(
            schema, self.kind, self.mapping, constants=self.constants, of=self.of, by=self.by, intervals=self.intervals
        )

    def check_groups(self, sums: Sums) -> None:
        """Check that sums do not have too many groups.

        Args:
            sums: Sums of rows.

        Raises:
            BadRequestError: If they have.
        """
        groups = len(sums.groups.values)
        if groups > self.most_groups:
            named, most = ", ".join(sums.by), self.most_groups
            text = f"{named} give {groups:,} groups, more than {most:,}; group by columns with fewer values"
            raise BadRequestError({"by": text})


@dataclass(slots=True, kw_only=True, eq=False)
class Summary:
    """What a run did.

    Attributes:
        rows: Rows that were read, those that cannot be read included.
        estimated: Rows with results.
        rejected: Rejected rows.
        reasons: How often each column had each fault.
        skipped: Rows that are not about computing, by reason.
        warnings: What the caller should know about the columns.
        templates: The templates of the run.
        sums: Sums, from which totals follow.
        data_version: Version of the reference tables.
        outputs: Files that were written.
    """

    templates: Templates
    sums: Sums
    data_version: str
    rows: int = 0
    estimated: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)


class Estimated(NamedTuple):
    """A batch with its results.

    Attributes:
        rows: The columns of the input with those of the results.
        rejects: Rejected rows with their number, column, value, reason and file.
        templates: Template of each row; null if it has no results.
    """

    rows: pa.RecordBatch
    rejects: pa.RecordBatch
    templates: pa.Array


def run(
    sources: Sequence[str], target: str, job: Job, catalog: Catalog, *, progress: Progress | None = None
) -> Summary:
    """Estimate the rows of files and write them with their results.

    The files have their names only when all is complete. If the target is a folder, each file of the sources becomes
    a file of the same name in it, so that a part of a dataset can be run again.

    Args:
        sources: Files, patterns, folders, addresses or ``-``.
        target: The output: a file, an address, ``-``, or a folder, whose name ends with ``/``.
        job: What to do.
        catalog: The reference tables.
        progress: Is told how far the run is.

    Raises:
        BadRequestError: If a file cannot be read, or its columns or groups do not fit.
        StrictError: If a row is rejected although ``job.strict`` is set.
        OutputError: If an output cannot be written.
    """
    found = find(sources)
    _check_apart(found, sources, target)
    outputs = [(_Output.beside(target, job.rejects), found)]
    if target.endswith("/"):
        outputs = [(_Output.below(target, one.relative), [one]) for one in found]
    estimator = Estimator(job, catalog)
    before = dict(zip(found, accumulate((one.size for one in found), initial=0), strict=False))
    size = sum(one.size for one in found)

    def reached(source: Source, chunk: Chunk) -> None:
        if progress is not None:
            progress(estimator.summary.rows, before[source] + chunk.done, size)

    for output, some in outputs:
        _write(estimator, output, _chunks(some, job, reached))
    return estimator.summary


class Estimator:
    """Estimates batches of one run, and counts what it did.

    Attributes:
        summary: What it did so far.
    """

    def __init__(self, job: Job, catalog: Catalog) -> None:
        """Begin a run.

        Args:
            job: What to do.
            catalog: The reference tables.
        """
        self._job = job
        self._personal = () if job.of is None else job.of.personal
        self._plans: dict[tuple[str, ...], Plan] = {}
        groups = Plan(kind=job.kind, format=job.of, columns={}, by=tuple(job.by)).groups
        self.summary = Summary(templates=Templates(catalog), sums=Sums(groups), data_version=catalog.version)

    def estimate(self, chunk: Chunk, name: str) -> Estimated:
        """Estimate a batch.

        Args:
            chunk: The batch.
            name: Name of its file.

        Raises:
            BadRequestError: If its columns do not fit, or there are too many groups.
            StrictError: If a row is rejected although the job is strict.
        """
        with located_file(name):
            planned = self._planned(chunk.batch.schema)
            grouped = [one for one in self._personal if one in self._job.by]
            found = estimate(hashed(chunk.batch, grouped, self._job.salt), planned, self.summary.templates)
        rejects = [without_person(one, self._personal) for one in chunk.numbered(found.rejects)]
        if rejects and self._job.strict:
            one = min(rejects, key=lambda reject: reject.row)
            raise StrictError(f"{name}: row {one.row + chunk.first}, {one.column}: {one.reason}")
        self.summary.sums.merge(found.sums)
        self._job.check_groups(self.summary.sums)
        self._count(chunk, rejects, found)
        given = hashed(chunk.batch, self._personal, self._job.salt)
        columns = [*given.columns, *found.results.columns]
        names = [*given.schema.names, *found.results.schema.names]
        return Estimated(
            rows=pa.RecordBatch.from_arrays(columns, names=names),
            rejects=as_table(rejects, chunk.first).append_column("file", pa.repeat(name, len(rejects))),
            templates=found.results.column(TEMPLATE),
        )

    def _planned(self, schema: pa.Schema) -> Plan:
        """The plan of a batch; later files and later lines of JSON may have other columns."""
        names = tuple(schema.names)
        if names not in self._plans:
            self._plans[names] = self._job.plan(schema)
            warnings = self.summary.warnings
            warnings += [one for one in self._plans[names].warnings if one not in warnings]
        return self._plans[names]

    def _count(self, chunk: Chunk, rejects: Sequence[Reject], found: Estimates) -> None:
        summary, results = self.summary, found.results.column(TEMPLATE)
        summary.rows += chunk.batch.num_rows + len(chunk.rejects)
        summary.estimated += len(results) - results.null_count
        summary.rejected += len({one.row for one in rejects})
        for one in rejects:
            reason = f"{one.column}: {_general(one.reason)}"
            is_counted = reason in summary.reasons or len(summary.reasons) < MOST_REASONS
            summary.reasons[reason if is_counted else OTHER] += 1
        summary.skipped.update(found.skipped)


def _write(estimator: Estimator, output: "_Output", chunks: Iterator[tuple[Source, Chunk]]) -> None:
    """Write an output, its rejects and its templates; all three get their names at the end."""
    used = np.zeros(0, dtype=np.int64)
    has_rejects = False
    with ExitStack() as stack:
        results = stack.enter_context(Target(output.results))
        rejects = stack.enter_context(Target(output.rejects)) if output.rejects else None
        templates = stack.enter_context(Target(output.templates)) if output.templates else None
        for source, chunk in chunks:
            done = estimator.estimate(chunk, source.name)
            results.write(done.rows)
            used = _counted(used, done.templates)
            if rejects is not None and done.rejects.num_rows:
                rejects.write(done.rejects)
                has_rejects = True
        if templates is not None:
            templates.write(provenance.as_batch(estimator.summary.templates, used))
        results.finish()
        if rejects is not None:
            rejects.finish()
    if output.rejects and not has_rejects:
        remove(output.rejects)
    estimator.summary.outputs.append(output.results)


def _counted(counts: Codes, templates: pa.Array) -> Codes:
    """How many rows each template has, with those of one more batch."""
    more = np.bincount(templates.drop_null().to_numpy(), minlength=len(counts))
    more[: len(counts)] += counts
    return more


def _chunks(
    sources: Sequence[Source], job: Job, reached: Callable[[Source, Chunk], None]
) -> Iterator[tuple[Source, Chunk]]:
    """The batches of sources, each with at least the columns of the first."""
    options = Options(of=job.of, encoding=job.encoding)
    first: pa.Schema | None = None
    for source in sources:
        for chunk in read(source, options):
            first = first or chunk.batch.schema
            yield source, replace(chunk, batch=_completed(chunk.batch, first))
            reached(source, chunk)


class _Output(NamedTuple):
    """The files of an output; None if they are not written."""

    results: str
    rejects: str | None
    templates: str | None

    @classmethod
    def beside(cls, target: str, rejects: str | None) -> Self:
        """An output with its rejects and its templates in the same folder."""
        if target == STDOUT:
            return cls(target, rejects, None)
        return cls(target, rejects or f"{target}.rejects.csv", f"{target}.templates.parquet")

    @classmethod
    def below(cls, folder: str, relative: str) -> Self:
        """An output in a folder; names with ``_`` keep its rejects and templates out of the dataset."""
        rejects, templates = f"{folder}_rejects/{relative}.csv", f"{folder}_templates/{relative}.parquet"
        return cls(f"{folder}{relative}", rejects, templates)


def _completed(batch: pa.RecordBatch, first: pa.Schema) -> pa.RecordBatch:
    """A batch with empty columns where a later file or a later row has none of the first."""
    for one in first:
        if one.name not in batch.schema.names:
            batch = batch.append_column(one.name, pa.nulls(batch.num_rows, one.type))
    return batch


def _general(reason: str) -> str:
    """A reason without what differs between rows."""
    return UNKNOWN.sub("is not known", GOT.sub("", reason))


def _check_apart(found: Sequence[Source], names: Sequence[str], target: str) -> None:
    """Check that neither this run nor a later one reads what this one writes."""
    if target == STDOUT or "://" in target:
        return
    path = Path(target).resolve()
    read_too = [one.path for one in found if one.path and "://" not in one.name]
    folders = [name for name in names if Path(name).is_dir()]
    for one in (*read_too, *folders):
        if path.is_relative_to(Path(one).resolve()):
            raise BadRequestError({"target": f"{target} is in {one}, which is read; write to another place"})
