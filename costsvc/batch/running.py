"""Estimates of files: read, estimated and written batch by batch."""

import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa

from costsvc.batch.estimating import TEMPLATE, Estimates, estimate
from costsvc.batch.files import provenance
from costsvc.batch.files.reading import Chunk, Options, read
from costsvc.batch.files.sources import Source, find, located_file
from costsvc.batch.files.writing import STDOUT, Target, remove
from costsvc.batch.formats.documents import nested_text
from costsvc.batch.formats.format import Format, Kind
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
HASH = 16
"""Hexadecimal digits of the hash of a cell that names a person."""
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
    _check_apart(sources, target)
    outputs = [(_Output.beside(target, job.rejects), found)]
    if target.endswith("/"):
        outputs = [(_Output.below(target, one.relative), [one]) for one in found]
    return _Run(job, catalog, found, progress).all(outputs)


class _Run:
    """A run and how far it is."""

    def __init__(self, job: Job, catalog: Catalog, sources: Sequence[Source], progress: Progress | None) -> None:
        self.job, self.progress = job, progress
        self.size, self.before = sum(one.size for one in sources), 0
        self.templates = Templates(catalog)
        self.plans: dict[tuple[str, ...], Plan] = {}
        self.summary: Summary | None = None

    def all(self, outputs: Sequence[tuple["_Output", Sequence[Source]]]) -> Summary:
        """Write all outputs."""
        for target, sources in outputs:
            self.write(target, sources)
        if self.summary is None:
            raise TypeError("a source has a batch at least")
        return self.summary

    def write(self, output: "_Output", sources: Sequence[Source]) -> None:
        """Write an output, its rejects and its templates; all three get their names at the end."""
        used: Counter[int] = Counter()
        with ExitStack() as stack:
            results, rejects, templates = [stack.enter_context(Target(name)) if name else None for name in output]
            has_rejects = False
            for source, chunk in self.chunks(sources):
                given, found = self.estimate(source, chunk)
                if results is not None:
                    results.write(_with_results(given, found.results))
                faults = chunk.numbered(found.rejects)
                self.count(source, chunk, found, faults, used)
                if faults and rejects is not None:
                    has_rejects = True
                    rejects.write(_named(as_table(faults, chunk.first), source.name))
            if templates is not None:
                templates.write(provenance.as_batch(self.templates, used))
        if output.rejects and not has_rejects:
            remove(output.rejects)
        if self.summary is not None:
            self.summary.outputs.append(output.results)

    def chunks(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Chunk]]:
        """The batches of sources, each with at least the columns of the first."""
        options = Options(of=self.job.of, encoding=self.job.encoding)
        first: pa.Schema | None = None
        for source in sources:
            for chunk in read(source, options):
                first = first or chunk.batch.schema
                yield source, replace(chunk, batch=_completed(chunk.batch, first))
                if self.progress is not None and self.summary is not None:
                    self.progress(self.summary.rows, self.before + chunk.done, self.size)
            self.before += source.size

    def estimate(self, source: Source, chunk: Chunk) -> tuple[pa.RecordBatch, Estimates]:
        """The columns of a batch as the output has them, and its estimates."""
        names = tuple(chunk.batch.schema.names)
        planned = self.plans.get(names)
        if planned is None:
            with located_file(source.name):
                planned = self.plans[names] = self._plan(chunk.batch.schema)
        personal = () if self.job.of is None else self.job.of.personal
        hidden = _hashed(chunk.batch, personal, self.job.salt)
        found = estimate(
            _hashed(chunk.batch, [one for one in personal if one in self.job.by], self.job.salt),
            planned,
            self.templates,
        )
        if self.summary is None:
            version = self.templates.catalog.version
            self.summary = Summary(templates=self.templates, sums=found.sums, data_version=version)
        else:
            self.summary.sums.merge(found.sums)
        groups = len(self.summary.sums.groups.values)
        if groups > self.job.most_groups:
            named = ", ".join(planned.groups)
            text = f"{named} give more than {self.job.most_groups:,} groups; group by columns with fewer values"
            raise BadRequestError({"by": text})
        self.summary.warnings += [one for one in planned.warnings if one not in self.summary.warnings]
        return hidden, found._replace(rejects=[_without_person(one, personal) for one in found.rejects])

    def count(
        self, source: Source, chunk: Chunk, found: Estimates, faults: Sequence[Reject], used: Counter[int]
    ) -> None:
        """Add a batch to the summary."""
        summary = self.summary
        if summary is None:
            raise TypeError("a batch was estimated")
        if faults and self.job.strict:
            one = min(faults, key=lambda fault: fault.row)
            raise StrictError(f"{source.name}: row {one.row + chunk.first}, {one.column}: {one.reason}")
        ids = found.results.column(TEMPLATE).drop_null().to_numpy(zero_copy_only=False)
        numbers, counts = np.unique(ids, return_counts=True)
        used.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
        summary.rows += chunk.batch.num_rows + len(chunk.rejects)
        summary.estimated += len(ids)
        summary.rejected += len({one.row for one in faults})
        for one in faults:
            reason = f"{one.column}: {_general(one.reason)}"
            is_counted = reason in summary.reasons or len(summary.reasons) < MOST_REASONS
            summary.reasons[reason if is_counted else OTHER] += 1
        summary.skipped.update(found.skipped)

    def _plan(self, schema: pa.Schema) -> Plan:
        job = self.job
        return plan(
            schema, job.kind, job.mapping, constants=job.constants, of=job.of, by=job.by, intervals=job.intervals
        )


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


def _with_results(given: pa.RecordBatch, results: pa.RecordBatch) -> pa.RecordBatch:
    names = [*given.schema.names, *results.schema.names]
    return pa.RecordBatch.from_arrays([*given.columns, *results.columns], names=names)


def _named(rejects: pa.RecordBatch, name: str) -> pa.RecordBatch:
    return rejects.append_column("file", pa.repeat(name, rejects.num_rows))


def _without_person(reject: Reject, personal: Sequence[str]) -> Reject:
    return replace(reject, value=None) if reject.column in personal else reject


def _hashed(batch: pa.RecordBatch, names: Sequence[str], salt: str) -> pa.RecordBatch:
    """A batch with some columns as hashes."""
    for name in names:
        if name in batch.schema.names:
            cells = nested_text(batch.column(name)).dictionary_encode()
            texts = [hashlib.sha256(f"{salt}{one}".encode()).hexdigest()[:HASH] for one in cells.dictionary.to_pylist()]
            hashes = pa.array(texts, pa.string()).take(cells.indices)
            batch = batch.set_column(batch.schema.get_field_index(name), name, hashes)
    return batch


def _general(reason: str) -> str:
    """A reason without what differs between rows."""
    return UNKNOWN.sub("is not known", GOT.sub("", reason))


def _check_apart(sources: Sequence[str], target: str) -> None:
    """Check that a later run cannot read what this one writes."""
    for source in sources:
        if source != STDOUT and f"{target}/".startswith(f"{source.rstrip('/')}/"):
            raise BadRequestError({"target": f"{target} is in {source}, which is read; write to another folder"})
