"""Rents as the upstream files list them, brought to one form."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.rows import facts

ANY = "*"
PRICE = "usd_per_accelerator_hour"
PER_INSTANCE = "usd_per_instance_hour"
KARPENTER = {
    "aws_us-east-1_2026-07-20": "pkg/providers/pricing/zz_generated.pricing_aws.go at 1d927085dd81 (2026-07-20)",
    "azure_gpu_2026-06-18": "pkg/providers/pricing/zz_generated.pricing.go at 352646f59929 (2026-06-18)",
    "gcp_gpu_2026-08-03": "pkg/providers/pricing/initial-prices.json at 417f047b1175 (2026-08-03)",
}
"""Our copies, whose names end in the day of observation, and where upstream has them."""
SKYPILOT = "catalogs/v8/{}/vms.csv (2025-11)"
TPUS = {"gcp": "catalogs/v9/gcp/vms.csv (2026)", "hyperstack": "catalogs/v8/hyperstack/vms.csv (2026)"}
SPOT_FAULTY = ("TPU v2", "TPU v3", "TPU v4")
"""Upstream's spot prices of these stand above on-demand."""
ASK = "marketplace ask"
LEAST_ASK, MOST_ASK = 0.9, 2.0
"""One host's offer at one moment is close to the lowest price paid."""
LEAST_SPOT, MOST_SPOT = 0.7, 2.0
"""The lowest spot price of a region's zones at one moment, likewise."""
LISTED_TWICE = ["provider", "region", "instance_type", "accelerator", "kind", "observed_on", PRICE]


def listed(upstream: Path) -> pd.DataFrame:
    """Every listed price, one row per size, region, kind and day.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Columns provider, region, instance_type, accelerator (as upstream names it), count, kind, the prices per
        accelerator and per instance, low and high as shares of them, observed_on, source_id, locator, quality, and
        ask: Whether it is one host's offer rather than a list price.
    """
    rows = pd.concat(
        [
            *(_karpenter(upstream / f"karpenter-prices/{name}.csv", place) for name, place in KARPENTER.items()),
            _skypilot(upstream / "skypilot-catalog/gpu_instance_prices_subset.csv"),
            _tpu_and_hyperstack(upstream / "skypilot-catalog-2026/tpu_and_hyperstack.csv"),
            _gpuhunt(upstream / "gpuhunt/tpu_pricing.json"),
            _feed(upstream / "gpu-price-feed/cheapest_per_provider.csv"),
            facts("price_page_facts.csv"),
        ],
        ignore_index=True,
    )
    rows["provider"] = rows["provider"].str.lower()
    rows["region"] = rows["region"].where(~rows["region"].str.startswith("all", na=True), ANY)
    rows["ask"] = rows["ask"].eq(True)
    rows["quality"] = rows["quality"].fillna("reported")
    rows["observed_on"] = rows["observed_on"].map(first_day)
    rows["low"] = rows["low"].fillna(1.0).where(~rows["ask"], LEAST_ASK)
    rows["high"] = rows["high"].fillna(1.0).where(~rows["ask"], MOST_ASK)
    return rows.dropna(subset=[PRICE]).drop_duplicates(LISTED_TWICE)


def first_day(date: str) -> str:
    """The first day of a day, a month or a year, since when a price is known to hold."""
    return (str(date) + "-01-01")[:10] if len(str(date)) < len("2026-01") else (str(date) + "-01")[:10]


def _karpenter(path: Path, place: str) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"pricing": "kind", "accelerator_count": "count"})
    locator = place + ": " + rows["instance_type"] + " in " + rows["region"]
    observed_on = path.stem.rpartition("_")[2]
    return rows.assign(observed_on=observed_on, source_id="karpenter-" + rows["provider"], locator=locator)


def _skypilot(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"accelerator_count": "count"})
    locator = rows["provider"].map(SKYPILOT.format) + ": " + rows["instance_type"] + " in " + rows["region"]
    rows = rows.assign(observed_on="2025-11", source_id="skypilot", locator=locator)
    listed_at = rows.assign(kind="on-demand", **{PER_INSTANCE: rows["on_demand_usd_per_hour"]})
    lowest = {
        "low": LEAST_SPOT,
        "high": np.minimum(MOST_SPOT, rows["on_demand_usd_per_hour"] / rows["min_spot_usd_per_hour"]),
        "locator": locator + ", lowest of its zones",
    }
    spot = rows.assign(kind="spot", **{PER_INSTANCE: rows["min_spot_usd_per_hour"]}, **lowest)
    both = pd.concat([listed_at, spot])
    return both.assign(**{PRICE: both[PER_INSTANCE] / both["count"]})


def _tpu_and_hyperstack(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"accelerator_count": "count"})
    columns = {"on-demand": f"on_demand_{PRICE}", "spot": f"spot_{PRICE}"}
    both = pd.concat([rows.assign(kind=kind, **{PRICE: rows[column]}) for kind, column in columns.items()])
    locator = both["provider"].map(TPUS) + ": " + both["accelerator"] + " in " + both["region"]
    return both.assign(observed_on="2026", source_id="skypilot", locator=locator)


def _gpuhunt(path: Path) -> pd.DataFrame:
    result = []
    for name, regions in json.loads(path.read_text(encoding="utf-8")).items():
        chip = name.removesuffix(" pod").removesuffix(" device")
        for region, price in regions.items():
            locator = f"src/gpuhunt/resources/tpu_pricing.json: {name} in {region}"
            result.append((chip, region, "on-demand", price.get("On Demand (USD)"), locator))
            if chip not in SPOT_FAULTY:
                result.append((chip, region, "spot", price.get("Spot (USD)"), locator))
    rows = pd.DataFrame(result, columns=["accelerator", "region", "kind", PRICE, "locator"])
    return rows.assign(provider="gcp", count=1, observed_on="2024-12-23", source_id="gpuhunt")


def _feed(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"gpu": "accelerator", "usd_per_gpu_hour": PRICE, "kind": "offer"})
    locator = rows["locator"] + ": " + rows["accelerator"] + ", " + rows["offer"]
    return rows.assign(
        kind=rows["pricing"], region=ANY, count=1, source_id="gpu-price-feed", locator=locator, ask=rows["offer"] == ASK
    )
