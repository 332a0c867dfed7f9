"""Estimates of the rows of a Spark DataFrame, by the function that also estimates batches of files.

Each process of Python loads the reference tables once. Sums leave a task as rows, so that a repeated task doubles
nothing.
"""

import secrets
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StringType, StructField, StructType

from costsvc.batch.estimating import TEMPLATE
from costsvc.batch.estimating import estimate as estimate_batch
from costsvc.batch.persons import hashed, without_person
from costsvc.batch.plan import Plan, check_columns, free_name
from costsvc.batch.rejects import SCHEMA as REJECT
from costsvc.batch.rejects import Reject, as_table
from costsvc.batch.sums import SCHEMA as SUM
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Templates
from costsvc.errors import TableError
from costsvc.reference.catalog import Catalog
from costsvc.reference.package import version
from costsvc.settings import Settings

REJECTED, SUMMED = "costsvc_rejected", "costsvc_sums"
"""Columns of all rows: why a row of the input has no estimate; sums, in rows of their own."""
REASONS = pa.list_(pa.struct([REJECT.field(name) for name in ("column", "value", "reason")]))
MOST_TEMPLATES = 2**17
"""Templates of earlier tasks from which on a process forgets them."""


class Estimated(NamedTuple):
    """What a DataFrame gives.

    Attributes:
        results: The rows with their results; ``template`` is the digest of the template's specification.
        rejects: Why rows have no estimate: the row's cells as JSON, then column, value and reason.
        sums: Sums as rows, one set for each task; :meth:`Sums.from_table` adds them up.
        rows: All of these in one DataFrame. Persist it to use more than one of them, or each computes all again.
    """

    results: DataFrame
    rejects: DataFrame
    sums: DataFrame
    rows: DataFrame


def columns(frame: DataFrame) -> pa.Schema:
    """The columns of a DataFrame, from which :func:`costsvc.batch.plan.plan` plans its estimates.

    Args:
        frame: The DataFrame.
    """
    return to_arrow_schema(frame.schema)


def estimate(frame: DataFrame, plan: Plan, *, by: Sequence[str] = (), salt: str | None = None) -> Estimated:
    """Estimate the rows of a DataFrame; Spark computes nothing before a result is used.

    Args:
        frame: The rows.
        plan: How its columns become requests.
        by: Columns by whose values totals are added up. Default: those of the plan.
        salt: Text with which cells that name people are hashed; random if not given, so that nobody can guess them.

    Raises:
        BadRequestError: If a column is missing.
    """
    plan = replace(plan, by=tuple(by)) if by else plan
    check_columns(frame.columns, plan.format, plan.columns, plan.by)
    templates = tables()
    empty = pa.RecordBatch.from_pylist([], schema=columns(frame))
    added = _added(estimate_batch(empty, plan, templates).results.schema, frame.columns)
    task = _Task(
        plan=plan,
        version=templates.catalog.version,
        names=tuple(frame.columns),
        salt=salt or secrets.token_hex(),
        added=added,
    )
    schema = StructType([*(_given(one, task.personal) for one in frame.schema), *from_arrow_schema(_with_marks(added))])
    with warnings.catch_warnings():  # no row becomes a pandas object
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        rows = frame.toDF(*map(str, range(len(task.names)))).mapInArrow(task, schema)  # which refuses dotted names
    of_input = sf.col(SUMMED).isNull()
    cells = sf.to_json(sf.struct(*(sf.col(_quoted(name)) for name in frame.columns))).alias("cells")
    return Estimated(
        results=rows.where(of_input).drop(REJECTED, SUMMED),
        rejects=rows.where(of_input).select(cells, sf.inline(REJECTED)),
        sums=rows.where(~of_input).select(f"{SUMMED}.*"),
        rows=rows,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What a task does with its rows.

    Attributes:
        plan: How columns become requests.
        version: The reference tables of the driver.
        names: Columns of the input.
        salt: Text with which cells that name people are hashed.
        added: Columns that results add.
    """

    plan: Plan
    version: str
    names: tuple[str, ...]
    salt: str
    added: pa.Schema

    @property
    def personal(self) -> Sequence[str]:
        """Columns that name people."""
        return () if self.plan.format is None else self.plan.format.personal

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """All rows of a partition: those of the input, then its sums."""
        known = _known_now(self.version)
        sums = Sums(self.plan.groups)
        given = pa.schema([])
        for numbered in batches:
            batch = numbered.rename_columns(self.names)
            grouped = [name for name in self.personal if name in self.plan.by]
            made = estimate_batch(hashed(batch, grouped, self.salt), self.plan, known.templates)
            sums.merge(made.sums)
            hidden = hashed(batch, self.personal, self.salt)
            given = hidden.schema
            rejects = [without_person(one, self.personal) for one in made.rejects]
            yield self._rows([*hidden.columns, *self._results(made.results, known)], given, rejects)
        for part in sums.as_table(known.templates).to_batches():
            yield self._sums(part, given)

    def _results(self, results: pa.RecordBatch, known: "_Known") -> list[pa.Array]:
        """Results with the types that Spark was told, and the digests of their templates."""
        last = known.digests().take(results.column(TEMPLATE))
        found = [results.column(place) for place in range(results.num_columns - 1)]
        return [one.cast(kind) for one, kind in zip([*found, last], self.added.types, strict=True)]

    def _rows(self, cells: Sequence[pa.Array], given: pa.Schema, rejects: Sequence[Reject]) -> pa.RecordBatch:
        rows = len(cells[0])
        listed = as_table(rejects, first_row=0)
        offsets = np.searchsorted(listed.column("row").to_numpy(), np.arange(rows + 1)).astype(np.int32)
        reasons = pa.StructArray.from_arrays(listed.columns[1:], fields=list(REASONS.value_type))
        marks = [pa.ListArray.from_arrays(pa.array(offsets), reasons).cast(REASONS), pa.nulls(rows, pa.struct(SUM))]
        return pa.RecordBatch.from_arrays([*cells, *marks], schema=self._schema(given))

    def _sums(self, sums: pa.RecordBatch, given: pa.Schema) -> pa.RecordBatch:
        schema = self._schema(given)
        cells = [pa.nulls(sums.num_rows, kind) for kind in schema.types[:-1]]
        return pa.RecordBatch.from_arrays([*cells, sums.to_struct_array()], schema=schema)

    def _schema(self, given: pa.Schema) -> pa.Schema:
        return pa.schema([*(one.with_nullable(True) for one in given), *_with_marks(self.added)])


class _Known:
    """Templates of a process, with their digests."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self._digests: list[str] = []

    def digests(self) -> pa.Array:
        """The digest of each template."""
        self._digests += [one.digest for one in self.templates.all[len(self._digests) :]]
        return pa.array(self._digests, pa.string())


@lru_cache(maxsize=1)
def _known(settings: Settings, version: str) -> _Known:
    """Templates of this process, which later tasks extend.

    Args:
        settings: Where its tables are.
        version: The tables of the driver.

    Raises:
        TableError: If the tables of this process are others.
    """
    catalog = Catalog.load(settings.data_dir, settings.data_overlay)
    if catalog.version != version:
        raise TableError(
            f"the tables of this worker have version {catalog.version}, those of the driver {version}; install the "
            "same costsvc on all machines, with the same COSTSVC_DATA_DIR and COSTSVC_DATA_OVERLAY"
        )
    return _Known(Templates(catalog))


def _known_now(version: str) -> _Known:
    settings = Settings.from_env()
    if len(_known(settings, version).templates.all) > MOST_TEMPLATES:
        _known.cache_clear()
    return _known(settings, version)


def tables() -> Templates:
    """Templates from the tables of this process, to which :meth:`Sums.from_table` adds those of tasks."""
    settings = Settings.from_env()
    return _known(settings, version(settings.data_dir, settings.data_overlay)).templates


def _added(results: pa.Schema, names: Sequence[str]) -> pa.Schema:
    """Columns of results under free names, with types that Spark has."""
    kinds = [pa.string() if one.name == TEMPLATE or pa.types.is_null(one.type) else one.type for one in results]
    plain = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in kinds]
    return pa.schema([(free_name(one.name, names), kind) for one, kind in zip(results, plain, strict=True)])


def _given(field: StructField, personal: Sequence[str]) -> StructField:
    """A column of the input in the output, empty in rows of sums."""
    return StructField(field.name, StringType() if field.name in personal else field.dataType)


def _with_marks(added: pa.Schema) -> pa.Schema:
    return pa.schema([*added, (REJECTED, REASONS), (SUMMED, pa.struct(SUM))])


def _quoted(name: str) -> str:
    """A name for Spark, for which a dot would mean a part of a column."""
    return f"`{name.replace('`', '``')}`"
