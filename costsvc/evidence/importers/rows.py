"""Shared by all importers: tables are written so that a rebuild is a clean diff."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from costsvc.reference.table import primary_key, types

Frame: TypeAlias = "pd.DataFrame | Callable[[], pd.DataFrame]"
"""A table, or what makes it: it is not made where an upstream file of it is absent."""


def shaped(frame: pd.DataFrame, resource: Mapping[str, Any]) -> pd.DataFrame:
    """A table in the order and the columns of its description, as its file will hold it.

    Args:
        frame: The rows, with every column of the description.
        resource: The table's entry in datapackage.json.
    """
    text = io.StringIO(_csv(frame, resource))
    return pd.read_csv(text, dtype=types(resource), keep_default_na=False, na_values=[""])


def write(frame: pd.DataFrame, folder: Path, resource: Mapping[str, Any]) -> None:
    """Write a table in the order and the columns of its description.

    Args:
        frame: The rows, with every column of the description.
        folder: The data package.
        resource: The table's entry in datapackage.json.
    """
    (folder / resource["path"]).write_text(_csv(frame, resource), encoding="utf-8")


def _csv(frame: pd.DataFrame, resource: Mapping[str, Any]) -> str:
    columns = [field["name"] for field in resource["schema"]["fields"]]
    whole = {f["name"] for f in resource["schema"]["fields"] if f["type"] in ("integer", "year")}
    ordered = frame.loc[:, columns].sort_values(list(primary_key(resource)), kind="stable")
    ordered = ordered.astype(dict.fromkeys(whole, "Int64"))
    for field in resource["schema"]["fields"]:
        if "digits" in field:
            ordered[field["name"]] = ordered[field["name"]].map(f"{{:.{field['digits']}g}}".format, na_action="ignore")
    return str(ordered.to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def facts(name: str) -> pd.DataFrame:
    """A small table kept by hand beside the builders."""
    return pd.read_csv(Path(__file__).with_name(name))
