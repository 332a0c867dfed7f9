"""Table ``instance_prices``: what each machine costs, by region, kind and day."""

import pandas as pd

from costsvc.evidence.importers.price_history import spans
from costsvc.evidence.importers.price_lists import ANY, PER_INSTANCE, PRICE
from costsvc.evidence.importers.rows import facts

KEY = ["provider", "region", "instance_type", "kind"]
HOME = {"aws": "us-east-1", "azure": "eastus2", "gcp": "us-central1"}
"""The region of each seller whose prices are known best; others are held against it."""
FEW = 3
"""Number of regions below which the seller's usual spread is used instead of the instance's own."""
LEAST, MOST = 0.05, 0.95
SPREAD = 1.15
COLUMNS = [
    *KEY,
    PER_INSTANCE,
    "low",
    "high",
    "valid_from",
    "valid_to",
    "observed_on",
    "source_id",
    "locator",
    "quality",
]
"""Assumed 90 % spread of a price where it was not seen."""


def instance_prices(offers: pd.DataFrame) -> pd.DataFrame:
    """Prices of machines where they were listed, and for each what it costs in a region not listed.

    Args:
        offers: Rows of :func:`price_lists.listed`.
    """
    sold = offers.dropna(subset=["instance_type"])
    sold = sold.assign(**{PER_INSTANCE: sold[PER_INSTANCE].fillna(sold[PRICE] * sold["count"])})
    known = facts("instance_price_facts.csv").assign(low=1.0, high=1.0)
    rows = spans(pd.concat([sold.assign(valid_from=None, valid_to=None), known]), KEY, PER_INSTANCE)
    sure = rows["quality"] != "assumed"
    low, high = rows["low"].where(sure, 1 / SPREAD), rows["high"].where(sure, SPREAD)
    rows = rows.assign(low=rows[PER_INSTANCE] * low, high=rows[PER_INSTANCE] * high)
    away = elsewhere(rows, "instance_type", PER_INSTANCE, regional_spread(rows))
    return pd.concat([rows[COLUMNS], away[COLUMNS]], ignore_index=True)


def elsewhere(rows: pd.DataFrame, what: str, price: str, spread: pd.DataFrame) -> pd.DataFrame:
    """For each thing that is sold its median over regions, and how far regions lie apart.

    Args:
        rows: Prices by region.
        what: Column of what is sold.
        price: Column of its price.
        spread: The usual spread of each seller, for what is known in few regions.
    """
    placed = current_and_former(rows[rows["region"] != ANY], ["provider", "region", what, "kind"])
    groups = placed.groupby(["provider", what, "kind", "valid_to"])
    prices, count = groups[price], groups.size()
    result = pd.DataFrame(
        {
            price: prices.median(),
            "low": prices.quantile(LEAST),
            "high": prices.quantile(MOST),
            "valid_from": groups["valid_from"].min(),
            "observed_on": groups["observed_on"].max(),
            "source_id": groups["source_id"].last(),
            "locator": _regions(count) + groups["locator"].last(),
            "count_of_regions": count,
        }
    ).reset_index()
    own = result["count_of_regions"] >= FEW
    spread = spread.reindex(result["provider"]).fillna(1.0).reset_index(drop=True)
    low = (result["low"] * spread["low"] / SPREAD).where(~own, result["low"])
    high = (result["high"] * spread["high"] * SPREAD).where(~own, result["high"])
    width = {"low": low.clip(upper=result[price] / SPREAD), "high": high.clip(lower=result[price] * SPREAD)}
    return result.assign(region=ANY, quality="derived", valid_to=result["valid_to"].replace("", None), **width)


def _regions(count: "pd.Series[int]") -> "pd.Series[str]":
    several = "median over " + count.astype(str) + " regions, one of them "
    return several.where(count > 1, "known in one region, ")


def regional_spread(rows: pd.DataFrame) -> pd.DataFrame:
    """By seller: on-demand prices of regions over that of its home region, least and most of 90 %."""
    away = over_home(rows)
    groups = away["ratio"].groupby(away["provider"])
    return pd.DataFrame({"low": groups.quantile(LEAST), "high": groups.quantile(MOST)})


def over_home(rows: pd.DataFrame) -> pd.DataFrame:
    """Current on-demand prices of machines outside their seller's home region, with their ratio to those inside."""
    placed = current_and_former(rows[rows["region"] != ANY], KEY)
    placed = placed[(placed["kind"] == "on-demand") & (placed["valid_to"] == "")]
    at_home = placed["region"] == placed["provider"].map(HOME)
    what = ["provider", "instance_type"]
    away = placed[~at_home].merge(placed.loc[at_home, [*what, PER_INSTANCE]], on=what, suffixes=("", "_home"))
    return away.assign(ratio=away[PER_INSTANCE] / away[f"{PER_INSTANCE}_home"])


def current_and_former(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The newest of the prices that are not known to have ended, and each that is."""
    rows = rows.assign(valid_to=rows["valid_to"].fillna("")).sort_values("observed_on", kind="stable")
    return rows.drop_duplicates([*key, "valid_to"], keep="last")
