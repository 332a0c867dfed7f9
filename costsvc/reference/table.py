"""A reference table: a CSV file, checked against its description, with look-up by key."""

import json
import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd

from costsvc.errors import TableError

Row = Mapping[str, Any]
Key = Hashable

DTYPES = {"string": "str", "date": "str", "number": "float64", "integer": "float64", "year": "float64"}
PLAIN: Mapping[str, Callable[[Any], Any]] = {"integer": int, "year": int, "boolean": "true".__eq__}
BOUNDS = {"minimum": pd.Series.lt, "maximum": pd.Series.gt}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure of a table with its interval and its row.

    Attributes:
        value: The figure, in the unit of its column.
        low: Lower end of its 90 % interval; equal to value if it has no width.
        high: Upper end of its 90 % interval.
        row: Its row.
    """

    value: float
    low: float
    high: float
    row: Row


class Table:
    """Rows by primary key.

    Attributes:
        name: The resource's name in datapackage.json.
        key: The columns of its key.
        rows: Key to row; a key of several columns is a tuple. Missing cells are None.
        overlaid: Keys of the rows from an overlay.
    """

    def __init__(
        self, name: str, key: Sequence[str], rows: dict[Key, Row], overlaid: frozenset[Key] = frozenset()
    ) -> None:
        self.name, self.key, self.rows, self.overlaid = name, tuple(key), rows, overlaid

    @classmethod
    def load(cls, folder: Path, resource: Mapping[str, Any], known_sources: set[str]) -> Self:
        """Read a CSV and check it against its description.

        Args:
            folder: Folder of the package.
            resource: The table's entry in datapackage.json.
            known_sources: Every source_id of sources.csv.

        Raises:
            TableError: If columns, types, keys, ranges or sources are not as described; the
                message has every fault of the table.
        """
        return cls.of_frame(resource, read(folder / resource["path"], resource), known_sources)

    @classmethod
    def of_frame(cls, resource: Mapping[str, Any], frame: pd.DataFrame, known_sources: set[str]) -> Self:
        """Check a frame against its description and index it by its key."""
        if found := faults(frame, resource, known_sources):
            raise TableError(f"{resource['path']}: {'; '.join(found)}")
        key = primary_key(resource)
        columns = {f["name"]: _plain(frame[f["name"]], f["type"]) for f in resource["schema"]["fields"]}
        records = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
        return cls(resource["name"], key, {_key(row, key): row for row in records})

    def __contains__(self, key: Key) -> bool:
        return key in self.rows

    def __iter__(self) -> Iterator[Key]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, key: Key) -> Row | None:
        """The row of a key, or None."""
        return self.rows.get(key)

    def with_rows(self, other: Self) -> Self:
        """This table, with the rows of another replacing those of equal key or added."""
        return type(self)(self.name, self.key, {**self.rows, **other.rows}, self.overlaid | frozenset(other.rows))


def cell(row: Row, column: str) -> Cell | None:
    """A figure of a row with its bounds, or None if it is missing.

    Its bounds are in ``<column>_low`` and ``<column>_high``, or in ``low`` and ``high`` directly
    after its column.
    """
    value = row[column]
    if value is None:
        return None
    columns = list(row)
    bare = "low" in row and columns.index("low") == columns.index(column) + 1
    low, high = (row.get(end if bare else f"{column}_{end}") for end in ("low", "high"))
    return Cell(value=value, low=value if low is None else low, high=value if high is None else high, row=row)


def read(path: Path, resource: Mapping[str, Any]) -> pd.DataFrame:
    """Read a CSV with the types of its description; only an empty cell is missing.

    Raises:
        TableError: If the file is absent or a cell is not of its column's type.
    """
    known = types(resource)
    try:
        return pd.read_csv(path, dtype=known, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise TableError(f"{path.name}: {'; '.join(_unreadable(path, known)) or error}") from error


def types(resource: Mapping[str, Any]) -> dict[str, str]:
    """The pandas type of each column of a resource."""
    return {f["name"]: DTYPES.get(f["type"], "str") for f in resource["schema"]["fields"]}


def _unreadable(path: Path, types: Mapping[str, str]) -> list[str]:
    """The cells of a file that do not have their column's type, if the file can be read as text."""
    try:
        texts = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    except (OSError, ValueError):
        return []
    found = []
    for name in [name for name, kind in types.items() if kind == "float64" and name in texts]:
        bad = texts[name][pd.to_numeric(texts[name], errors="coerce").isna() & texts[name].notna()]
        if bad.size:
            found.append(f"{name} must be a number, got {bad.head(3).tolist()}")
    return found


def describe(folder: Path) -> dict[str, dict[str, Any]]:
    """The resources of a data package by name.

    Raises:
        TableError: If datapackage.json is absent, no JSON, or names no resources.
    """
    try:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(f"datapackage.json: {error}") from error
    try:
        return {resource["name"]: resource for resource in package["resources"]}
    except (KeyError, TypeError) as error:
        raise TableError("datapackage.json: it has no list of resources with names") from error


def primary_key(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of a resource's key."""
    key = resource["schema"]["primaryKey"]
    return (key,) if isinstance(key, str) else tuple(key)


def faults(frame: pd.DataFrame, resource: Mapping[str, Any], known_sources: set[str]) -> list[str]:
    """All differences between a frame and its description."""
    fields = {f["name"]: f for f in resource["schema"]["fields"]}
    if list(frame.columns) != list(fields):
        wrong = sorted(set(frame.columns) ^ set(fields)) or "their order"
        return [f"columns are not as described: {wrong}"]
    key = list(primary_key(resource))
    repeated = frame.loc[frame.duplicated(key), key].head(3).to_numpy().tolist()
    found = [f"{', '.join(key)} repeats {repeated}"] if repeated else []
    for name, field in fields.items():
        found += _column_faults(frame[name], field)
    found += _bound_faults(frame)
    if "source_id" in fields and (strange := sorted(set(frame["source_id"].dropna()) - known_sources)):
        found.append(f"source_id is not in sources.csv: {strange[:3]}")
    return found


def _column_faults(column: pd.Series, field: Mapping[str, Any]) -> list[str]:
    rules = field.get("constraints", {})
    found = (
        [f"{column.name} is no {field['type']}: {bad.head(3).tolist()}"]
        if (bad := _strange(column, field)).size
        else []
    )
    if rules.get("required") and column.isna().any():
        found.append(f"{column.name} is missing in {int(column.isna().sum())} rows")
    for rule, breaks in BOUNDS.items():
        if rule in rules and (bad := column[breaks(column, rules[rule])]).size:
            found.append(f"{column.name} breaks {rule} {rules[rule]}: {bad.head(3).tolist()}")
    if "enum" in rules and (strange := sorted(set(column.dropna()) - set(rules["enum"]))):
        found.append(f"{column.name} has {strange[:3]}, allowed are {rules['enum']}")
    return found


def _strange(column: pd.Series, field: Mapping[str, Any]) -> pd.Series:
    """The cells that pandas can read but that do not have the described type."""
    present = column.dropna()
    if field["type"] == "boolean":
        return present[~present.isin(["true", "false"])]
    if field["type"] in ("integer", "year"):
        return present[present % 1 != 0]
    if field["type"] == "number":
        return present[present.abs() == math.inf]
    return present.head(0)


def _bound_faults(frame: pd.DataFrame) -> list[str]:
    """Intervals that do not contain their value."""
    found = []
    for low in [name for name in frame.columns if name == "low" or name.endswith("_low")]:
        high = low.removesuffix("low") + "high"
        if (frame[low] > frame[high]).any() or (frame[low].isna() != frame[high].isna()).any():
            found.append(f"{low} and {high} are not an interval in some row")
        value = low.removesuffix("_low")
        if value in frame and ((frame[value] < frame[low]) | (frame[value] > frame[high])).any():
            found.append(f"{value} lies outside {low} to {high} in some row")
    return found


def _plain(column: pd.Series, kind: str) -> list[Any]:
    """A column as Python values with None for missing."""
    plain: Callable[[Any], Any] = PLAIN.get(kind, lambda value: value)
    return [None if missing else plain(value) for value, missing in zip(column, column.isna(), strict=True)]


def _key(row: Row, key: Sequence[str]) -> Key:
    return row[key[0]] if len(key) == 1 else tuple(row[name] for name in key)
