"""A data package and its overlay: load, check, describe and hash."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from costsvc.errors import TableError
from costsvc.reference.ages import span
from costsvc.reference.table import Row, Table, describe, primary_key, read

BUILD_ONLY = frozenset({"power_measurements", "mfu_measurements"})
"""Tables that only the fits use; the service does not load them."""


def load_tables(folder: Path, overlay: Path | None = None) -> dict[str, Table]:
    """Load and check every table that the service needs.

    Raises:
        TableError: If tables are invalid; the message has the faults of all tables.
    """
    resources = {name: r for name, r in describe(folder).items() if name not in BUILD_ONLY}
    sources = _sources(folder, overlay, resources["sources"])
    tables, found = {}, []
    for name, resource in resources.items():
        try:
            tables[name] = _laid_over(Table.load(folder, resource, sources), overlay, resource, sources)
        except TableError as error:
            found.append(str(error))
    found += [f"{overlay}: no table is called {name}" for name in _strangers(overlay, resources)]
    if found:
        raise TableError("\n".join(found))
    return tables


def _laid_over(table: Table, overlay: Path | None, resource: Mapping[str, Any], sources: set[str]) -> Table:
    if overlay is None or not (overlay / resource["path"]).exists():
        return table
    return table.with_rows(Table.load(overlay, resource, sources))


def _sources(folder: Path, overlay: Path | None, resource: Mapping[str, Any]) -> set[str]:
    files = [place / resource["path"] for place in (folder, overlay) if place and (place / resource["path"]).exists()]
    return {source for file in files for source in read(file, resource)["source_id"]}


def _strangers(overlay: Path | None, resources: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if overlay is None:
        return []
    if not overlay.is_dir():
        return [f"(the folder {overlay} does not exist)"]
    known = {resource["path"] for resource in resources.values()}
    return sorted(file.name for file in overlay.glob("*.csv") if file.name not in known)


def version(folder: Path, overlay: Path | None) -> str:
    """A hash of all tables and descriptions, of a package and its overlay."""
    digest = hashlib.sha256()
    for place in filter(None, (folder, overlay)):
        for file in sorted([*place.glob("*.csv"), *place.glob("datapackage.json")]):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def reference_date(folder: Path) -> date:
    """The default day of requests, from the description of a data package.

    Raises:
        TableError: If its description names no day.
    """
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    try:
        return date.fromisoformat(package["reference_date"])
    except (KeyError, TypeError, ValueError) as error:
        raise TableError(f"datapackage.json: reference_date must be a day such as 2026-11-26: {error!r}") from error


def summary(resource: Mapping[str, Any], tables: Mapping[str, Table]) -> Row:
    """A table's name, title, licence, key, columns, number of rows and age."""
    name = resource["name"]
    columns = [field["name"] for field in resource["schema"]["fields"]]
    dates = span(tables[name].rows.values(), columns) if name in tables else None
    return {
        "name": name,
        "title": resource.get("title"),
        "licence": [licence["name"] for licence in resource.get("licenses", [])],
        "key": list(primary_key(resource)),
        "columns": [{"name": f["name"], "type": f["type"]} for f in resource["schema"]["fields"]],
        "rows": len(tables[name]) if name in tables else None,
        "oldest": dates and dates["oldest"],
        "newest": dates and dates["newest"],
        "old_after_days": resource.get("old_after_days"),
    }
