"""Tables ``accelerator_prices``, ``instances``, ``purchase_prices`` and ``api_prices``."""

import json
from pathlib import Path

import pandas as pd

from costsvc.evidence.build import accelerators
from costsvc.evidence.build.rows import facts
from costsvc.reference.names import Names
from costsvc.reference.names import accelerators as accelerator_names

ANY = "*"
KEY = ["provider", "region", "accelerator_id", "kind"]
PRICE = "usd_per_accelerator_hour"
WHOLE_HOST = 8
NETWORK_SHARE = 0.19
"""Part of a cluster's price that is its network (Cottier et al., arXiv:2405.21015, section 2.2)."""
SPOT_FAULTY = ("TPU v2", "TPU v3", "TPU v4")
KARPENTER = {
    "aws_us-east-1_2026-07-20": "2026-07-20",
    "azure_gpu_2026-06-18": "2026-06-18",
    "gcp_gpu_2026-08-03": "2026-08-03",
}
SPREAD = 1.15
"""Assumed 90 % spread where a provider has one price only: list prices move by this much within months."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the four tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    listed = pd.concat(_listed(upstream), ignore_index=True)
    listed["accelerator_id"] = listed["accelerator"].map(_resolver(upstream))
    listed = listed.dropna(subset=["accelerator_id", PRICE])
    return {
        "accelerator_prices": _prices(listed, upstream),
        "instances": _instances(listed),
        "purchase_prices": _purchases(),
        "api_prices": _apis(upstream),
    }


def _listed(upstream: Path) -> list[pd.DataFrame]:
    """Prices as the upstream files list them, one row per size and region."""
    return [
        *(_karpenter(upstream / f"karpenter-prices/{name}.csv", date) for name, date in KARPENTER.items()),
        _skypilot(upstream / "skypilot-catalog/gpu_instance_prices_subset.csv"),
        _tpu_and_hyperstack(upstream / "skypilot-catalog-2026/tpu_and_hyperstack.csv"),
        _gpuhunt(upstream / "gpuhunt/tpu_pricing.json"),
        _feed(upstream / "gpu-price-feed/cheapest_per_provider.csv"),
        _pages(upstream / "drafts/instance_prices_more.csv"),
    ]


def _karpenter(path: Path, date: str) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"pricing": "kind", "accelerator_count": "count"})
    locator = path.name + ": " + rows["instance_type"] + " in " + rows["region"]
    return rows.assign(observed_on=date, source_id="karpenter", locator=locator)


def _skypilot(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"accelerator_count": "count", "on_demand_usd_per_accelerator_hour": PRICE})
    locator = path.name + ": " + rows["instance_type"] + " in " + rows["region"].fillna("any region")
    return rows.assign(kind="on-demand", observed_on="2025-11", source_id="skypilot", locator=locator)


def _tpu_and_hyperstack(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"accelerator_count": "count"})
    kinds = {"on-demand": "on_demand_usd_per_accelerator_hour", "spot": "spot_usd_per_accelerator_hour"}
    both = pd.concat([rows.assign(kind=kind, **{PRICE: rows[column]}) for kind, column in kinds.items()])
    locator = path.name + ": " + both["accelerator"] + " in " + both["region"].fillna("any region")
    return both.assign(observed_on="2026", source_id="skypilot", locator=locator)


def _gpuhunt(path: Path) -> pd.DataFrame:
    found = []
    for name, regions in json.loads(path.read_text(encoding="utf-8")).items():
        for region, price in regions.items():
            found.append((name, region, "on-demand", price.get("On Demand (USD)")))
            if name not in SPOT_FAULTY:
                found.append((name, region, "spot", price.get("Spot (USD)")))
    rows = pd.DataFrame(found, columns=["accelerator", "region", "kind", PRICE])
    locator = path.name + ": " + rows["accelerator"] + " in " + rows["region"]
    return rows.assign(provider="gcp", count=1, observed_on="2024-12-23", source_id="gpuhunt", locator=locator)


def _feed(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path).rename(columns={"gpu": "accelerator", "pricing": "price_kind"})
    kind = rows["price_kind"].where(rows["price_kind"] == "spot", "on-demand")
    locator = rows["locator"] + ": " + rows["accelerator"] + ", " + rows["kind"]
    return rows.assign(
        kind=kind, region=ANY, count=1, source_id="gpu-price-feed", locator=locator, **{PRICE: rows["usd_per_gpu_hour"]}
    )


def _pages(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path)
    rows = rows[(rows["pricing"] == "on-demand") & ~rows["provider"].str.contains("index")]
    return pd.DataFrame(
        {
            "provider": rows["provider"],
            "accelerator": rows["accelerator"],
            "region": rows["region"].where(rows["provider"] == "gcp", ANY).str.replace(" (presumed)", "", regex=False),
            "kind": "on-demand",
            "count": rows["accelerator_count"],
            PRICE: rows["value"].astype(float),
            "observed_on": rows["year"].astype(str),
            "source_id": "price-pages",
            "locator": rows["source_title"] + ", " + rows["locator"].fillna(rows["instance_type"]),
        }
    )


def _resolver(upstream: Path) -> dict[str, str]:
    """Upstream names of accelerators that the project's own names lead to."""
    tables = accelerators.build(upstream)
    names = accelerator_names(
        tables["accelerators"]["accelerator_id"],
        {
            alias: {"accelerator_id": id_, "kind": kind}
            for alias, id_, kind in tables["accelerator_aliases"][["alias", "accelerator_id", "kind"]].to_numpy()
        },
        dict(zip(tables["accelerators"]["accelerator_id"], tables["accelerators"]["family"], strict=True)),
    )
    upstream_names = {name for frame in _listed(upstream) for name in frame["accelerator"].dropna()}
    return {name: match for name in upstream_names if (match := _id(names, name))}


def _id(names: Names, name: str) -> str | None:
    match = names.find(name.replace(" (form unstated)", ""))
    return match.id if match else None


def _prices(listed: pd.DataFrame, upstream: Path) -> pd.DataFrame:
    """One price per provider, region, accelerator and kind; then medians over regions and over providers."""
    listed = listed.assign(region=listed["region"].fillna(ANY), provider=listed["provider"].str.lower())
    listed["whole"] = listed["count"].eq(WHOLE_HOST)
    best = listed.sort_values(["whole", "observed_on"], ascending=False)
    by_region = _spread(best, KEY)
    regional = by_region[by_region["region"] != ANY]
    anywhere = _spread(regional.assign(region=ANY), KEY, "median over regions; ")
    by_provider = pd.concat([by_region, anywhere]).drop_duplicates(KEY)
    reserved = _reserved(by_provider, upstream)
    by_provider = pd.concat([by_provider, reserved])
    one_each = by_provider[by_provider["region"] == ANY].assign(provider=ANY)
    return pd.concat([by_provider, _spread(one_each, KEY, "median over providers; ")]).drop_duplicates(KEY)


def _spread(rows: pd.DataFrame, key: list[str], how: str = "") -> pd.DataFrame:
    """The median of each group with what 90 % of it spans, at least the assumed spread."""
    groups = rows.groupby(key, sort=True)
    price = groups[PRICE]
    first = groups.first()
    middle = price.median()
    return pd.DataFrame(
        {
            PRICE: middle,
            "low": pd.concat([price.quantile(0.05), middle / SPREAD], axis=1).min(axis=1),
            "high": pd.concat([price.quantile(0.95), middle * SPREAD], axis=1).max(axis=1),
            "observed_on": first["observed_on"],
            "source_id": first["source_id"],
            "locator": how + first["locator"],
            "quality": "derived" if how else "reported",
        }
    ).reset_index()


def _reserved(prices: pd.DataFrame, upstream: Path) -> pd.DataFrame:
    """On-demand prices times the published ratios of committed use, where a provider has them."""
    ratios = pd.read_csv(upstream / "drafts/instance_prices_more.csv")
    ratios = ratios[ratios["pricing"].str.fullmatch(r"reserved-\dy")]
    found: list[pd.DataFrame] = []
    for row in ratios.to_dict("records"):
        listed = prices[(prices["provider"] == row["provider"]) & (prices["kind"] == "on-demand")]
        ratio = float(row["value"])
        found.append(
            listed.assign(
                kind=row["pricing"],
                low=listed["low"] * ratio * 0.8,
                high=listed["high"] * ratio * 1.25,
                locator=f"{ratio:g} of on-demand ({row['source_title']}); " + listed["locator"],
                quality="derived",
                **{PRICE: listed[PRICE] * ratio},
            )
        )
    return pd.concat(found)


def _instances(listed: pd.DataFrame) -> pd.DataFrame:
    sold = listed.dropna(subset=["instance_type"])
    sold = sold[sold["provider"].isin(["aws", "azure", "gcp", "lambda", "nebius"])]
    rows = pd.DataFrame(
        {
            "instance_id": sold["provider"] + ":" + sold["instance_type"],
            "provider": sold["provider"],
            "instance_type": sold["instance_type"],
            "accelerator_id": sold["accelerator_id"],
            "accelerators": sold["count"],
            "source_id": sold["source_id"],
            "locator": sold["locator"],
            "quality": "reported",
        }
    )
    return rows.drop_duplicates("instance_id")


def _purchases() -> pd.DataFrame:
    rows = facts("purchase_facts.csv")
    price = rows["server_usd_per_accelerator"] / (1 - NETWORK_SHARE)
    return rows.assign(
        usd_per_accelerator=price,
        low=price * rows["low_ratio"],
        high=price * rows["high_ratio"],
        locator=rows["locator"] + f"; network {NETWORK_SHARE:.0%} of the whole (arXiv:2405.21015)",
    )


def _apis(upstream: Path) -> pd.DataFrame:
    name = "litellm-prices/llm_api_chat_prices.csv"
    rows = pd.read_csv(upstream / name).drop_duplicates(["provider", "model"])
    locator = Path(name).name + ": " + rows["provider"] + ", " + rows["model"]
    return rows.assign(source_id="litellm", locator=locator, quality="reported")
