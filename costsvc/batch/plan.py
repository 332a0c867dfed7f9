"""How the columns of a file become requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.cells import read_text
from costsvc.batch.formats.format import Format, Kind, Part, Translated
from costsvc.batch.parts import field_names
from costsvc.batch.row_numbers import ACTIVITIES, TRAINING_TOKENS
from costsvc.errors import BadRequestError
from costsvc.schemas.misspelt import describe_unknown
from costsvc.schemas.reading import SCHEMAS

RESULTS: Mapping[str, str] = {
    "energy_kwh": "energy_kwh",
    "carbon_location_kg": "location_kg",
    "carbon_market_kg": "market_kg",
    "carbon_embodied_kg": "embodied_kg",
    "carbon_total_kg": "total_kg",
    "water_total_l": "total_l",
    "cost_total_usd": "total_usd",
}
"""The number of a footprint of each result column."""
ESTIMATED = "estimated_"
"""Prefix of a result whose name the file has already for a column of its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """How the columns of a file become requests, and which results it gets.

    Attributes:
        kind: Kind of the requests in a file with our own columns.
        format: The format of others; None for our own columns.
        columns: Column of the file by field of the request, for our own columns and for what is missing in others.
        constants: Text by field of the request, for all rows.
        by: Columns by whose values totals are added up.
        intervals: Whether each row has the ends of its intervals.
        names: Name in the output of each result.
        warnings: What the caller should know about the columns.
    """

    kind: Kind
    format: Format | None
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    intervals: bool = False
    names: Mapping[str, str] = field(default_factory=lambda: {name: name for name in RESULTS})
    warnings: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Columns by whose values sums are kept: those of the caller, then those of the format."""
        extra = () if self.format is None else self.format.groups
        return (*self.by, *(name for name in extra if name not in self.by))

    def end_names(self, name: str) -> tuple[str, str]:
        """The names of the ends of a result's interval, which end as the format's names do.

        Args:
            name: Name of the result in the output.
        """
        custom = self.format is not None and bool(self.format.results)
        return (f"{name}Low", f"{name}High") if custom else (f"{name}_low", f"{name}_high")

    def translate(self, batch: pa.RecordBatch) -> Translated:
        """The requests in a batch of the file.

        Args:
            batch: The batch.
        """
        if self.format is None:
            given = {name: batch.column(theirs) for name, theirs in self.columns.items()}
            rows = np.arange(batch.num_rows)
            part = Part(kind=self.kind, rows=rows, fields=given, columns=self.columns)
            return Translated(parts=[self._completed(part, batch)])
        read = self.format.translate(batch)
        return replace(read, parts=[self._completed(part, batch) for part in read.parts])

    def _completed(self, part: Part, batch: pa.RecordBatch) -> Part:
        """A part with constants, and with mapped columns where its format leaves a field empty."""
        fields, columns = dict(part.fields), dict(part.columns)
        if self.format is not None:
            for name, theirs in self.columns.items():
                mapped = read_text(batch.column(theirs)).take(pa.array(part.rows))
                fields[name] = pc.coalesce(read_text(fields[name]), mapped) if name in fields else mapped
                columns.setdefault(name, theirs)
        for name, text in self.constants.items():
            if name not in fields:
                fields[name] = pa.repeat(text, len(part.rows))
            elif fields[name].null_count:
                fields[name] = pc.coalesce(read_text(fields[name]), pa.scalar(text))
        return replace(part, fields=fields, columns=columns)


def plan(  # noqa: PLR0913 - each is an option of the command line
    schema: pa.Schema,
    kind: Kind = "training",
    mapping: Mapping[str, str] | None = None,
    *,
    constants: Mapping[str, str] | None = None,
    of: Format | None = None,
    by: Sequence[str] = (),
    intervals: bool = False,
) -> Plan:
    """Plan the estimates of a file from the names of its columns.

    Args:
        schema: The columns of the file.
        kind: Kind of the requests in a file with our own columns.
        mapping: Column of the file by field of the request; other columns with the name of a field are that field.
        constants: Text by field of the request, for all rows.
        of: The format of others; None for our own columns.
        by: Columns by whose values totals are added up.
        intervals: Whether each row has the ends of its intervals.

    Raises:
        BadRequestError: If a column is missing or twice in the file, or a field is unknown.
    """
    mapping, constants = mapping or {}, constants or {}
    _check_fields(kind, of, (*mapping, *constants))
    check_columns(schema.names, of, mapping, by)
    columns = dict(mapping)
    warnings: list[str] = []
    if of is None:
        columns |= {name: name for name in field_names(kind) if name in schema.names and name not in columns}
        _check_amount(kind, {*columns, *constants}, schema.names)
        warnings = _misspelt(kind, schema.names, set(columns.values()))
    results = RESULTS if of is None else {**{name: name for name in RESULTS}, **of.results}
    names = {name: results[name] if of and of.results else free_name(name, schema.names) for name in RESULTS}
    return Plan(
        kind=kind,
        format=of,
        columns=columns,
        constants=constants,
        by=tuple(by),
        intervals=intervals,
        names=names,
        warnings=tuple(warnings),
    )


def _check_fields(kind: Kind, of: Format | None, names: Sequence[str]) -> None:
    kinds: tuple[Kind, ...] = (kind,) if of is None else ("training", "inference")
    known = {name for one in kinds for name in field_names(one)}
    wrong = {name: describe_unknown(name, SCHEMAS[kind].fields) for name in names if name not in known}
    if wrong:
        raise BadRequestError(wrong)


def check_columns(names: Sequence[str], of: Format | None, mapping: Mapping[str, str], by: Sequence[str]) -> None:
    """Check that a file has the columns of a plan, once each.

    Args:
        names: Its columns.
        of: The format of others; None for our own columns.
        mapping: Column of the file by field of the request.
        by: Columns by whose values totals are added up.

    Raises:
        BadRequestError: If a column is missing or twice in the file.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRequestError(dict.fromkeys(twice, "the file has this column more than once"))
    listed = f"the file has {', '.join(names)}" if names else "the file has no columns"
    wrong = {
        ours: f"must be a column of the file, got {theirs!r}; {listed}"
        for ours, theirs in mapping.items()
        if theirs not in names
    }
    known = (*names, *(() if of is None else of.groups))
    wrong |= {
        name: f"must be a column of the file to group by, got {name!r}; {listed}" for name in by if name not in known
    }
    for alternatives in () if of is None else of.required:
        if not set(alternatives) & set(names):
            wrong[alternatives[0]] = f"is required in this format: {' or '.join(alternatives)}; {listed}"
    if wrong:
        raise BadRequestError(wrong)


def _check_amount(kind: Kind, given: set[str], names: Sequence[str]) -> None:
    amounts = (*ACTIVITIES["training"], TRAINING_TOKENS) if kind == "training" else ("model", "total_params_b")
    if not given & set(amounts):
        text = f"a column is required: {', '.join(amounts[:-1])} or {amounts[-1]}; the file has {', '.join(names)}"
        raise BadRequestError({amounts[0]: f"{text}. Name another column by --map {amounts[0]}=COLUMN"})


def _misspelt(kind: Kind, names: Sequence[str], used: set[str]) -> list[str]:
    """Warnings of columns that may be misspelt fields."""
    texts = {name: describe_unknown(name, SCHEMAS[kind].fields) for name in names if name not in used}
    return [
        f"Column {name} is not used: {text.removeprefix('unknown field; ')}"
        for name, text in texts.items()
        if "did you mean" in text
    ]


def free_name(name: str, names: Sequence[str]) -> str:
    """The name of a column of ours in the output of a file, which may have a column of that name.

    Args:
        name: Our name.
        names: The columns of the file.
    """
    return f"{ESTIMATED}{name}" if name in names else name
