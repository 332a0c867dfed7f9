"""Tables ``api_prices`` and ``api_price_history``: prices of model providers per token."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from costsvc.evidence.importers import genai_prices
from costsvc.evidence.importers.upstream import released

LITELLM = ("litellm", "litellm-1.109")
"""Releases, the newest first; an older one keeps the prices of models that left the list since."""
LISTED_IN = "litellm/model_prices_and_context_window_backup.json"
MODES = ("chat", "completion", "responses", "embedding")
"""Kinds of models that are paid by the token of text."""
PER_MILLION = 1e6
USD = "usd_per_million_tokens"
COSTS = {
    f"input_{USD}": "input_cost_per_token",
    f"output_{USD}": "output_cost_per_token",
    f"cached_input_{USD}": "cache_read_input_token_cost",
    f"cache_write_{USD}": "cache_creation_input_token_cost",
    f"batch_input_{USD}": "input_cost_per_token_batches",
    f"batch_output_{USD}": "output_cost_per_token_batches",
}
LONG = ("input", "cached_input", "cache_write", "output")
"""Prices that some sellers raise for a prompt beyond a length."""
LENGTHS = (100, 128, 200, 256, 272, 512)
"""Lengths [10^3 tokens] that upstream has columns for."""
SELLERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "gemini",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "x-ai": "xai",
    "fireworks": "fireworks_ai",
    "together": "together_ai",
    "zai": "zai",
    "novita": "novita",
    "baseten": "baseten",
}
"""What genai-prices calls a seller to what LiteLLM calls it."""
ENOUGH_ALIKE = 1e-3


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the two tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    current = listed(upstream)
    periods = history(upstream, current)
    today = released("litellm").isoformat()
    holds = periods["valid_from"].fillna("").le(today) & periods["valid_to"].fillna("9999").gt(today)
    since = periods.loc[holds, ["provider", "model", "valid_from"]]
    return {
        "api_prices": current.merge(since, on=["provider", "model"], how="left"),
        "api_price_history": periods[periods["valid_to"].le(today).fillna(value=False)],
    }


def listed(upstream: Path) -> pd.DataFrame:
    """The prices that LiteLLM lists or listed last, one row per seller and model.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        The columns of ``api_prices`` but for valid_from.
    """
    rows = pd.concat([_listed(upstream, release) for release in LITELLM], ignore_index=True)
    locator = "model_prices_and_context_window.json: " + rows["model"]
    kept = rows.fillna({f"output_{USD}": 0.0}).drop_duplicates(["provider", "model"])
    return kept.assign(source_id="litellm", locator=locator, quality="reported")


def _listed(upstream: Path, release: str) -> pd.DataFrame:
    entries = json.loads((upstream / release / LISTED_IN).read_text(encoding="utf-8"))
    rows = pd.DataFrame([_row(name, entry) for name, entry in entries.items() if _is_sold(entry)])
    return rows.assign(observed_on=released(release).isoformat())


def _is_sold(entry: Mapping[str, Any]) -> bool:
    prices = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    free_output = entry.get("mode") == "embedding"
    return entry.get("mode") in MODES and bool(prices[0]) and (bool(prices[1]) or free_output)


def _row(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "provider": entry["litellm_provider"],
        "model": name,
        "mode": entry["mode"],
        **{column: _usd(entry, key) for column, key in COSTS.items()},
        **_long(entry),
        "retired_on": _day(entry.get("deprecation_date")),
    }


def _long(entry: Mapping[str, Any]) -> dict[str, float | None]:
    """The prices of a long prompt, and from which length on they hold."""
    for length in LENGTHS:
        result = {kind: _usd(entry, f"{COSTS[f'{kind}_{USD}']}_above_{length}k_tokens") for kind in LONG}
        if result["input"] is not None:
            return {"long_prompt_tokens": length * 1000} | {f"long_{kind}_{USD}": usd for kind, usd in result.items()}
    return {}


def _usd(entry: Mapping[str, Any], key: str) -> float | None:
    cost = entry.get(key)
    return None if cost is None else round(float(cost) * PER_MILLION, 9)


def _day(text: str | None) -> str | None:
    """A day that upstream writes as one."""
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return None


def history(upstream: Path, current: pd.DataFrame) -> pd.DataFrame:
    """The periods of prices that began on a known day, of models that are listed.

    Args:
        upstream: Folder with the upstream files.
        current: Today's prices.

    Returns:
        The columns of ``api_price_history``; an open period has no valid_to.
    """
    rows = genai_prices.dated(upstream)
    rows = rows[rows.groupby(["provider", "model"])["by_time"].transform("all")]
    rows = rows.assign(provider=rows["provider"].map(SELLERS)).dropna(subset=["provider", "input", "output"])
    keys = {
        (seller, name.rpartition("/")[2]): name
        for seller, name in zip(current["provider"], current["model"], strict=True)
    }
    rows["model"] = [keys.get(key) for key in zip(rows["provider"], rows["model"], strict=True)]
    rows = rows.dropna(subset=["model"]).sort_values(["provider", "model", "valid_from"], na_position="first")
    rows["valid_to"] = rows.groupby(["provider", "model"])["valid_from"].shift(-1)
    return pd.DataFrame(_periods(rows))


def _periods(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in rows.to_dict("records"):
        yield {
            "provider": row["provider"],
            "model": row["model"],
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
            **{f"{kind}_{USD}": row[kind] for kind in ("input", "cached_input", "output")},
            "source_id": "genai-prices",
            "locator": f"genai_prices/data.py: {row['provider']}, {row['model']}",
            "quality": "reported",
        }
