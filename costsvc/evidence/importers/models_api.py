"""Models behind an API with unpublished size: ranges that EcoLogits assumes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from costsvc.evidence.importers.model_names import unversioned

ECOLOGITS = ("ecologits/ecologits/data/models.json", "ecologits-0.10/ecologits/data/models.json")
"""The newest release, and the last one that holds models which were withdrawn since."""
UNDISCLOSED = "model-arch-not-released"
TOTAL_SPREAD = 2.0
"""An unpublished total is assumed to be known within a factor of two either way."""
ORGANIZATIONS = {"anthropic": "Anthropic", "google_genai": "Google", "mistralai": "Mistral AI", "openai": "OpenAI"}


def api_models(upstream: Path) -> pd.DataFrame:
    """Closed models with assumed sizes, one row per model whatever its dated versions.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Rows with the columns of table ``models`` that are known, and ``names``.
    """
    releases = [json.loads((upstream / path).read_text(encoding="utf-8")) for path in ECOLOGITS]
    listed = {(entry["provider"], entry["name"]): entry for result in reversed(releases) for entry in result["models"]}
    rows = pd.DataFrame([_row(entry) for entry in listed.values() if _is_guessed(entry)])
    names = rows.groupby("model_id")["api_name"].agg(";".join).rename("names")
    aliases = _aliases([alias for result in releases for alias in result["aliases"]])
    first = rows.drop_duplicates("model_id").drop(columns="api_name").set_index("model_id")
    table = first.join(names).reset_index()
    return table.assign(names=[_with_aliases(names, aliases) for names in table["names"]])


def _is_guessed(entry: Mapping[str, Any]) -> bool:
    """Whether a size is a range for a model of which nothing was published."""
    size = entry["architecture"]["parameters"]
    ranged = isinstance(size, dict) and ("min" in size or isinstance(size.get("active"), dict))
    return entry["provider"] in ORGANIZATIONS and UNDISCLOSED in (entry["warnings"] or ()) and ranged


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    size, kind = entry["architecture"]["parameters"], entry["architecture"]["type"]
    active = size["active"] if kind == "moe" else size
    low, high = float(active["min"]), float(active["max"])
    row: dict[str, Any] = {
        "model_id": unversioned(entry["name"]),
        "api_name": entry["name"],
        "name": unversioned(entry["name"]),
        "organization": ORGANIZATIONS[entry["provider"]],
        "architecture": kind,
        "active_params_b": (low * high) ** 0.5,
        "active_params_b_low": low,
        "active_params_b_high": high,
        "expert_share": 1.0 if kind == "dense" else None,
        "params_disclosed": "false",
        "source_id": "ecologits-models",
        "locator": f"models.json: {entry['provider']}/{entry['name']}; total within a factor of 2 is our assumption",
        "quality": "assumed",
    }
    return row | _total(size, row)


def _total(size: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, float]:
    """The total with bounds, never below the active parameters."""
    if row["architecture"] == "dense":
        return {f"total_params_b{end}": row[f"active_params_b{end}"] for end in ("", "_low", "_high")}
    total = max(float(size["total"]), row["active_params_b"])
    return {
        "total_params_b": total,
        "total_params_b_low": max(total / TOTAL_SPREAD, min(row["active_params_b_low"], total)),
        "total_params_b_high": max(total * TOTAL_SPREAD, row["active_params_b_high"]),
    }


def _aliases(listed: list[Mapping[str, str]]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for entry in listed:
        result.setdefault(entry["alias"], []).append(entry["name"])
        result.setdefault(entry["name"], []).append(entry["alias"])
    return result


def _with_aliases(names: str, aliases: Mapping[str, list[str]]) -> str:
    known = names.split(";")
    return ";".join(dict.fromkeys([*known, *(alias for name in known for alias in aliases.get(name, []))]))
