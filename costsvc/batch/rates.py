"""Rates: what one accelerator-hour or one request costs, for warehouses that join it to their own rows."""

from collections.abc import Mapping, Sequence
from itertools import product

import pyarrow as pa

from costsvc.batch.estimating import TEMPLATE, estimate
from costsvc.batch.files.sources import kind_of
from costsvc.batch.formats.format import Kind
from costsvc.batch.parts import field_names
from costsvc.batch.plan import RESULTS, plan
from costsvc.batch.rejects import Reject
from costsvc.batch.row_numbers import ACTIVITIES
from costsvc.batch.templates import Templates
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.schemas.misspelt import describe_unknown
from costsvc.schemas.reading import SCHEMAS

UNIT_OF: Mapping[Kind, str] = {"training": "accelerator_hours", "inference": "requests"}
"""The number of a request that is 1 in a rate."""
AMOUNTS: Mapping[Kind, str] = {"training": "jobs.hours * jobs.accelerators", "inference": "jobs.requests"}
"""How many units a row of the table of jobs has, in SQL."""
VIEWS = {
    "duckdb": "CREATE OR REPLACE TEMPORARY VIEW rates AS SELECT * FROM {path};",
    "spark": "CREATE OR REPLACE TEMPORARY VIEW rates USING {kind}\n"
    "OPTIONS (path {path}, header 'true', inferSchema 'true');",
}
"""How each engine reads the file of rates."""
NUMBER = "accelerators"
EQUAL = {NUMBER: f"CAST(jobs.{NUMBER} AS DOUBLE) = CAST(rates.{NUMBER} AS DOUBLE)"}
"""How a key is compared that is a number: 8 is 8.0."""
SIZES = "is required: an accelerator-hour takes more energy in a job on several machines; give each number of jobs"
FILES = ("parquet", "csv")


def rates(
    kind: Kind, names: Mapping[str, Sequence[str]], constants: Mapping[str, str], catalog: Catalog
) -> tuple[pa.Table, list[Reject]]:
    """Results of one accelerator-hour or one request for each combination of names, with 90 % intervals.

    Args:
        kind: Kind of the requests.
        names: The names of each field, such as ``accelerator`` and ``region``.
        constants: Text by field of the request, for all combinations.
        catalog: The reference tables.

    Returns:
        A row for each combination that can be estimated, and the reasons of those that cannot.

    Raises:
        BadRequestError: If a field is unknown, missing, given twice or the amount of work.
    """
    _check(kind, names, constants)
    combined = [dict(zip(names, one, strict=True)) for one in product(*(dict.fromkeys(of) for of in names.values()))]
    rows: dict[str, pa.Array] = {name: pa.array([one[name] for one in combined], pa.string()) for name in names}
    rows |= {name: pa.repeat(text, len(combined)) for name, text in constants.items()}
    batch = pa.RecordBatch.from_pydict({**rows, UNIT_OF[kind]: pa.repeat(1.0, len(combined))})
    found = estimate(batch, plan(batch.schema, kind, intervals=True), Templates(catalog))
    results = pa.Table.from_batches([found.results])
    table = pa.table({**rows, **dict(zip(results.column_names, results.columns, strict=True))})
    return table.filter(results[TEMPLATE].is_valid()).drop_columns([TEMPLATE]), found.rejects


def _check(kind: Kind, names: Mapping[str, Sequence[str]], constants: Mapping[str, str]) -> None:
    known = field_names(kind)
    wrong = {name: describe_unknown(name, SCHEMAS[kind].fields) for name in (*names, *constants) if name not in known}
    amounts = {*names, *constants} & set(ACTIVITIES[kind])
    wrong |= dict.fromkeys(amounts, f"does not fit: a rate is for 1 of {UNIT_OF[kind]}")
    wrong |= dict.fromkeys(set(names) & set(constants), "is given twice")
    if kind == "training" and not {NUMBER, "instance"} & {*names, *constants}:
        wrong[NUMBER] = SIZES
    if wrong:
        raise BadRequestError(wrong)


def join_sql(kind: Kind, keys: Sequence[str], target: str, engine: str, version: str) -> str:
    """The SQL that multiplies a table ``jobs`` with the rates.

    Args:
        kind: Kind of the requests.
        keys: Columns that identify a rate, which the jobs have too.
        target: The file of rates.
        engine: ``duckdb`` or ``spark``.
        version: Version of the reference tables.

    Raises:
        BadRequestError: If the file is neither Parquet nor CSV.
    """
    file = check_target(target)
    view = VIEWS[engine].format(path=_quoted(target), kind=file)
    ends = [f"{name}{end}" for name in RESULTS for end in ("", "_low", "_high")]
    # CSV has no types: a column without any value is read as text
    products = ",\n".join(f"  {AMOUNTS[kind]} * CAST(rates.{name} AS DOUBLE) AS {name}" for name in ends)
    equal = " AND ".join(EQUAL.get(name, f"jobs.{name} = rates.{name}") for name in keys)
    return "\n".join(
        (
            f"-- Rates of reference tables {version[:12]}, each for 1 of {UNIT_OF[kind]}.",
            "-- _low and _high are the ends of the 90 % interval of one row. Do not add them up: rows share factors,",
            "-- so intervals of sums come from `costsvc batch --totals`. Values may be added up.",
            "-- Rows without a rate have NULL: names must be written as in the file of rates.",
            view,
            f"SELECT jobs.*,\n{products}\nFROM jobs LEFT JOIN rates ON {equal};",
        )
    )


def check_target(target: str) -> str:
    """The kind of a file of rates.

    Args:
        target: Its name; ``-`` is the standard output as CSV.

    Raises:
        BadRequestError: If the file is neither Parquet nor CSV.
    """
    kind = "csv" if target == "-" else kind_of(target)[0]
    if kind not in FILES:
        raise BadRequestError({"output": f"{target}: rates are written as {' or '.join(FILES)}"})
    return kind


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
