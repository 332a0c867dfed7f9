"""Tables ``api_prices`` and ``api_price_history``: what providers charge for calls to the models that they host."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from costsvc.evidence.importers import genai_prices
from costsvc.evidence.importers.rows import facts
from costsvc.evidence.importers.upstream import released

LITELLM = ("litellm", "litellm-1.109")
"""Releases, the newest first; an older one keeps the prices of models that left the list since."""
LISTED_IN = "litellm/model_prices_and_context_window_backup.json"
MODES = (
    *("chat", "completion", "responses", "embedding", "rerank", "ocr"),
    *("image_generation", "image_edit", "video_generation", "audio_transcription", "audio_speech"),
)
"""Kinds of models; those that stream audio both ways are billed by tokens of sound, which requests do not have."""
IMAGES = ("image_generation", "image_edit", "video_generation")
PER_MILLION = 1e6
USD = "usd_per_million_tokens"
PROCESSING = {"standard": "", "batch": "_batches", "flex": "_flex", "priority": "_priority"}
"""Kinds of processing and the ending of their prices in the list."""
COSTS = {
    f"input_{USD}": "input_cost_per_token",
    f"cached_input_{USD}": "cache_read_input_token_cost",
    f"cache_write_{USD}": "cache_creation_input_token_cost",
    f"output_{USD}": "output_cost_per_token",
    f"reasoning_output_{USD}": "output_cost_per_reasoning_token",
}
IMAGE_OUTPUT = "output_cost_per_image_token"
LONG = ("input", "cached_input", "cache_write", "output")
"""Prices that some sellers raise for a prompt beyond a length."""
LENGTHS = (32, 100, 128, 200, 256, 272, 512)
"""Lengths [10^3 tokens] that upstream has columns for."""
UNITS = {
    "output_cost_per_image": "image",
    "output_cost_per_second": "second",
    "input_cost_per_second": "second",
    "input_cost_per_character": "character",
    "output_cost_per_character": "character",
    "ocr_cost_per_page": "page",
    "input_cost_per_query": "query",
}
"""Prices for a unit other than the token; the first that the list has counts."""
SELLERS = {
    "google": "gemini",
    "x-ai": "xai",
    "fireworks": "fireworks_ai",
    "together": "together_ai",
}
"""What genai-prices calls a seller where it differs from our name."""
KEY = ["provider", "model", "processing"]
PRICES = [f"{kind}_{USD}" for kind in LONG]
PERIOD = ["first_seen", "last_seen", "valid_from", "valid_to"]
PROVENANCE = ["source_id", "locator", "quality"]
HIGHEST_USD = 1000.0
"""Price above which a list has another unit than it states; the dearest real one is 600 USD."""
SAME = 1e-3
"""Relative difference of equal prices: some lists round."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the two tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    current, periods = listed(upstream), seen()
    is_last = ~periods.duplicated(KEY, keep="last")
    is_listed = pd.MultiIndex.from_frame(periods[KEY]).isin(pd.MultiIndex.from_frame(current[KEY]))
    gone = periods[is_last & ~is_listed & periods["last_seen"].notna()]
    columns = [*KEY, "mode", *PRICES, "observed_on", "retired_on", *PROVENANCE]
    prices = pd.concat([current, gone.assign(observed_on=gone["last_seen"])[columns]], ignore_index=True)
    is_now = is_last & _is_same(periods, prices)
    earlier = periods[~is_now & periods["last_seen"].notna()]
    dated = _dated(upstream, prices, earlier)
    starts = pd.concat([periods[is_now], dated.assign(valid_from=dated["valid_to"])])
    starts = starts.groupby(KEY)[["first_seen", "valid_from"]].max().reset_index()
    return {
        "api_prices": prices.merge(starts, on=KEY, how="left").fillna({f"output_{USD}": 0.0}),
        "api_price_history": pd.concat([earlier, dated], ignore_index=True),
        "provider_names": providers(),
    }


def providers() -> pd.DataFrame:
    """Table ``provider_names``: how clients, gateways and people write the providers of hosted models.

    Returns:
        The columns of the table.
    """
    names = facts("provider_facts.csv")
    locator = names["written_by"] + ": " + names["locator"]
    return names.assign(source_id="provider-names", locator=locator, quality="reported")


def listed(upstream: Path) -> pd.DataFrame:
    """The prices that LiteLLM lists or listed last, one row per seller, model and kind of processing.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        The columns of ``api_prices`` but for the days on which a price began.
    """
    rows = pd.concat([_listed(upstream, release) for release in LITELLM], ignore_index=True)
    locator = "model_prices_and_context_window.json: " + rows["model"]
    kept = rows.drop_duplicates(["provider", "model", "processing"])
    # an older release keeps whole models only, not kinds of processing that a newer one dropped
    newest = kept.groupby(["provider", "model"])["observed_on"].transform("max")
    kept = kept[(kept["observed_on"] == newest) & ~(kept[[f"input_{USD}", f"output_{USD}"]] > HIGHEST_USD).any(axis=1)]
    return kept.assign(source_id="litellm", locator=locator, quality="reported")


def _listed(upstream: Path, release: str) -> pd.DataFrame:
    entries = json.loads((upstream / release / LISTED_IN).read_text(encoding="utf-8"))
    names = _names()
    rows = [row for name, entry in entries.items() if entry.get("mode") in MODES for row in _rows(name, entry, names)]
    return pd.DataFrame(rows).assign(observed_on=released(release).isoformat())


def _names() -> dict[str, str]:
    """Our name of a provider by that in the list."""
    table = facts("provider_facts.csv")
    return dict(zip(table["name"].str.casefold(), table["provider"], strict=True))


def _rows(name: str, entry: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The price of each kind of processing of a model, of those that the list has."""
    seller, output = str(entry["litellm_provider"]), f"output_{USD}"
    for processing, ending in PROCESSING.items():
        prices = {column: _usd(entry, key + ending) for column, key in COSTS.items()}
        image_output = _usd(entry, IMAGE_OUTPUT + ending)
        if not prices[output] and image_output is not None:
            prices[output] = image_output
        if prices[output] is None and (_usd(entry, COSTS[output]) or _usd(entry, IMAGE_OUTPUT)):
            continue  # half a price is none
        unit, unit_usd = _unit(entry) if processing == "standard" else (None, None)
        if not prices[f"input_{USD}"]:
            if not (unit_usd or prices[output]):
                continue
            prices[f"input_{USD}"] = 0.0
        yield {
            "provider": names.get(seller.casefold(), seller),
            "model": name,
            "processing": processing,
            "mode": entry["mode"],
            **prices,
            **_long(entry, ending),
            "unit": unit,
            "unit_usd": unit_usd,
            "retired_on": _day(entry.get("deprecation_date")),
        }


def _unit(entry: Mapping[str, Any]) -> tuple[str | None, float | None]:
    """A unit other than the token by which a model is billed, and its price [USD]."""
    for key, unit in UNITS.items():
        if entry.get(key):
            is_call = unit == "image" and entry["mode"] not in IMAGES  # upstream writes songs as images
            return "query" if is_call else unit, float(entry[key])
    return None, None


def _long(entry: Mapping[str, Any], ending: str) -> dict[str, float | None]:
    """The prices of a long prompt, and from which length on they hold."""
    for length in LENGTHS:
        keys = {kind: f"{COSTS[f'{kind}_{USD}']}_above_{length}k_tokens{ending}" for kind in LONG}
        result = {kind: _usd(entry, key) for kind, key in keys.items()}
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


def seen() -> pd.DataFrame:
    """The periods in which a price stood in releases of a price list, from the first release read in 2023.

    A price held at ``first_seen`` and at ``last_seen``; it changed at some time between the ``last_seen`` of one period
    and the ``first_seen`` of the next. A period without ``last_seen`` lasts.

    Returns:
        The columns of ``api_price_history``, and mode and retired_on of the model.
    """
    rows = facts("api_price_facts.csv").rename(columns={kind: f"{kind}_{USD}" for kind in LONG})
    rows = rows[~(rows[[f"input_{USD}", f"output_{USD}"]] > HIGHEST_USD).any(axis=1)]
    rows = rows.assign(locator="releases of the price list: " + rows["model"], quality="reported")
    return rows.sort_values([*KEY, "first_seen"]).reset_index(drop=True)


def _is_same(periods: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    """Whether a period has the prices of input and output that are in force now."""
    both = [f"input_{USD}", f"output_{USD}"]
    now = periods[KEY].merge(prices[[*KEY, *both]].drop_duplicates(KEY), on=KEY, how="left")[both].fillna(0.0)
    then = periods[both].fillna(0.0)
    close = abs(then.to_numpy() - now.to_numpy()) <= SAME * now.to_numpy() + SAME * SAME
    return pd.Series(close.all(axis=1), index=periods.index)


def _dated(upstream: Path, prices: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """The earlier periods that ended on a known day, of models that no release of the list has with another price.

    Args:
        upstream: Folder with the upstream files.
        prices: Today's prices.
        earlier: Periods from releases of the list.

    Returns:
        The columns of ``api_price_history``.
    """
    rows = genai_prices.dated(upstream)
    rows = rows[rows.groupby(["provider", "model"])["by_time"].transform("all")]
    rows = rows.assign(provider=rows["provider"].replace(SELLERS)).dropna(subset=["provider", "input", "output"])
    keys = {
        (seller, name.rpartition("/")[2]): name
        for seller, name in zip(prices["provider"], prices["model"], strict=True)
    }
    rows["model"] = [keys.get(key) for key in zip(rows["provider"], rows["model"], strict=True)]
    rows = rows.dropna(subset=["model"]).sort_values(["provider", "model", "valid_from"], na_position="first")
    rows["valid_to"] = rows.groupby(["provider", "model"])["valid_from"].shift(-1)
    rows = rows[rows["valid_to"].le(released("litellm").isoformat()).fillna(value=False)]
    known = set(zip(earlier["provider"], earlier["model"], strict=True))
    is_new = [key not in known for key in zip(rows["provider"], rows["model"], strict=True)]
    return pd.DataFrame(_periods(rows[is_new]), columns=[*KEY, *PERIOD, *PRICES, *PROVENANCE])


def _periods(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        last = (date.fromisoformat(row["valid_to"]) - timedelta(days=1)).isoformat()
        yield {
            "provider": row["provider"],
            "model": row["model"],
            "processing": "standard",
            "first_seen": row["valid_from"] or last,
            "last_seen": last,
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
            **{f"{kind}_{USD}": row[kind] for kind in ("input", "cached_input", "output")},
            "source_id": "genai-prices",
            "locator": f"genai_prices/data.py: {row['provider']}, {row['model']}",
            "quality": "reported",
        }
