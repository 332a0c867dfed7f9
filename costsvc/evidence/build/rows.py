"""What all builders share: how a table is written so that a rebuild is a clean diff."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from costsvc.reference.table import primary_key


def write(frame: pd.DataFrame, folder: Path, resource: Mapping[str, Any]) -> None:
    """Write a table in the order and the columns of its description.

    Args:
        frame: The rows, with every column of the description.
        folder: The data package.
        resource: The table's entry in datapackage.json.
    """
    columns = [field["name"] for field in resource["schema"]["fields"]]
    whole = {f["name"] for f in resource["schema"]["fields"] if f["type"] in ("integer", "year")}
    ordered = frame.loc[:, columns].sort_values(list(primary_key(resource)), kind="stable")
    ordered = ordered.astype(dict.fromkeys(whole, "Int64"))
    for field in resource["schema"]["fields"]:
        if "digits" in field:
            ordered[field["name"]] = ordered[field["name"]].map(f"{{:.{field['digits']}g}}".format)
    ordered.to_csv(folder / resource["path"], index=False, float_format="%.6g", lineterminator="\n")


def facts(name: str) -> pd.DataFrame:
    """A small table kept by hand beside the builders."""
    return pd.read_csv(Path(__file__).with_name(name))
