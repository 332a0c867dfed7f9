"""Rents of accelerators as the upstream files list them, brought to one form."""

import json
from pathlib import Path

import pandas as pd

from costsvc.evidence.build.rows import facts

ANY = "*"
PRICE = "usd_per_accelerator_hour"
KARPENTER = {
    "aws_us-east-1_2026-07-20": "2026-07-20",
    "azure_gpu_2026-06-18": "2026-06-18",
    "gcp_gpu_2026-08-03": "2026-08-03",
}
SPOT_FAULTY = ("TPU v2", "TPU v3", "TPU v4")
"""Upstream's spot prices of these stand above on-demand."""
ASK = "marketplace ask"
LEAST_ASK, MOST_ASK = 0.9, 2.0
"""One host's ask at one moment is close to the least that is paid."""


def listed(upstream: Path) -> pd.DataFrame:
    """Every listed price, one row per size and region.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Columns provider, region, instance_type, accelerator (as upstream names it), count, kind, the price,
        observed_on, source_id, locator, and ask: whether it is one host's ask rather than a list price.
    """
    rows = pd.concat(
        [
            *(_karpenter(upstream / f"karpenter-prices/{name}.csv", date) for name, date in KARPENTER.items()),
            _skypilot(upstream / "skypilot-catalog/gpu_instance_prices_subset.csv"),
            _tpu_and_hyperstack(upstream / "skypilot-catalog-2026/tpu_and_hyperstack.csv"),
            _gpuhunt(upstream / "gpuhunt/tpu_pricing.json"),
            _feed(upstream / "gpu-price-feed/cheapest_per_provider.csv"),
            _pages(),
        ],
        ignore_index=True,
    )
    rows["provider"] = rows["provider"].str.lower()
    rows["region"] = rows["region"].where(~rows["region"].str.startswith("all", na=True), ANY)
    rows["ask"] = rows["ask"].eq(True)
    return rows.dropna(subset=[PRICE])


def _karpenter(path: Path, date: str) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"pricing": "kind", "accelerator_count": "count"})
    locator = path.name + ": " + rows["instance_type"] + " in " + rows["region"]
    return rows.assign(observed_on=date, source_id="karpenter", locator=locator)


def _skypilot(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"accelerator_count": "count", f"on_demand_{PRICE}": PRICE})
    locator = path.name + ": " + rows["instance_type"] + " in " + rows["region"]
    return rows.assign(kind="on-demand", observed_on="2025-11", source_id="skypilot", locator=locator)


def _tpu_and_hyperstack(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"accelerator_count": "count"})
    columns = {"on-demand": f"on_demand_{PRICE}", "spot": f"spot_{PRICE}"}
    both = pd.concat([rows.assign(kind=kind, **{PRICE: rows[column]}) for kind, column in columns.items()])
    locator = path.name + ": " + both["accelerator"] + " in " + both["region"]
    return both.assign(observed_on="2026", source_id="skypilot", locator=locator)


def _gpuhunt(path: Path) -> pd.DataFrame:
    found = []
    for name, regions in json.loads(path.read_text(encoding="utf-8")).items():
        chip = name.removesuffix(" pod").removesuffix(" device")
        for region, price in regions.items():
            locator = f"{path.name}: {name} in {region}"
            found.append((chip, region, "on-demand", price.get("On Demand (USD)"), locator))
            if chip not in SPOT_FAULTY:
                found.append((chip, region, "spot", price.get("Spot (USD)"), locator))
    rows = pd.DataFrame(found, columns=["accelerator", "region", "kind", PRICE, "locator"])
    return rows.assign(provider="gcp", count=1, observed_on="2024-12-23", source_id="gpuhunt")


def _feed(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"gpu": "accelerator", "usd_per_gpu_hour": PRICE, "kind": "offer"})
    locator = rows["locator"] + ": " + rows["accelerator"] + ", " + rows["offer"]
    return rows.assign(
        kind=rows["pricing"], region=ANY, count=1, source_id="gpu-price-feed", locator=locator, ask=rows["offer"] == ASK
    )


def _pages() -> pd.DataFrame:
    rows = facts("price_page_facts.csv")
    return rows.assign(kind="on-demand", source_id="price-pages")
