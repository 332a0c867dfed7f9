"""Sellers against one another: the price of a part anywhere, and table ``price_ratios``."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.instance_prices import HOME, LEAST, MOST, SPREAD, over_home
from costsvc.evidence.importers.price_history import ON_DEMAND, read_quotes
from costsvc.evidence.importers.price_lists import ANY, PRICE
from costsvc.evidence.importers.rows import facts

COMMITMENTS = {"reserved-1y": "Price per chip-hour (1-year CUD)", "reserved-3y": "Price per chip-hour (3-year CUD)"}
SEVERAL = "price-medians"
"""Source of what follows from prices of several sources."""
ROUNDS = 50
FEWEST_PARTS = 3
"""Number of parts below which a seller's level cannot be separated from the part's."""
ENOUGH = 5
"""Pairs from which a seller's own ratio is taken."""
NO_CONTRACTS = "marketplace"


def polished(prices: pd.DataFrame) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Parts and sellers apart: the logarithm of a price is that of its part plus the level of its seller.

    Medians over the sellers of a part mix the two: a part that only expensive sellers offer looks expensive.

    Args:
        prices: On-demand prices by provider and accelerator_id.

    Returns:
        Log price of each part at a seller of the middle, and log level of each seller against that one.

    References:
        J. W. Tukey, Exploratory Data Analysis (1977), chapter 11: median polish.
    """
    logs = prices.assign(log=np.log(prices[PRICE]))
    grid = logs.pivot_table(index="accelerator_id", columns="provider", values="log", aggfunc="median")
    level = pd.Series(0.0, index=grid.columns)
    parts = grid.notna().sum()
    several = grid.columns[parts >= min(FEWEST_PARTS, parts.max())]
    for _ in range(ROUNDS):
        part = (grid - level).median(axis=1)
        level[several] = grid[several].sub(part, axis=0).median()
    middle = level[several].median()
    anchored = (grid[several] - level[several]).median(axis=1)
    return anchored.fillna((grid - level).median(axis=1)) + middle, level[several] - middle


def anywhere(prices: pd.DataFrame) -> pd.DataFrame:
    """On-demand price of each part at an unnamed seller: that of a seller of the middle, as wide as sellers differ.

    What only large clouds have, or only marketplaces, costs what it costs there.
    """
    part, level = polished(prices)
    apart = _level_of_sellers(prices, level).reindex(part.index).fillna(0.0)
    value = np.exp(part + apart)
    groups = prices.groupby("accelerator_id")
    low = np.minimum(value * np.exp(level.quantile(LEAST)), groups[PRICE].quantile(LEAST))
    high = np.maximum(value * np.exp(level.quantile(MOST)), groups[PRICE].quantile(MOST))
    result = pd.DataFrame(
        {
            PRICE: value,
            "level": np.exp(apart),
            "low": np.minimum(low, value / SPREAD),
            "high": np.maximum(high, value * SPREAD),
            "valid_from": groups["valid_from"].max(),
            "observed_on": groups["observed_on"].max(),
            "locator": "median polish of "
            + groups.size().astype(str)
            + " providers, one of them "
            + groups["locator"].last(),
        }
    ).reset_index()
    return result.assign(provider=ANY, region=ANY, kind="on-demand", source_id=SEVERAL, quality="derived")


def _level_of_sellers(prices: pd.DataFrame, level: "pd.Series[float]") -> "pd.Series[float]":
    """Log level of those that sell a part, where all are of one kind and that is far from the middle."""
    rows = prices.merge(facts("seller_facts.csv"), on="provider").assign(level=prices["provider"].map(level).to_numpy())
    groups = rows.groupby("accelerator_id")
    kinds = groups["seller_class"].agg(["min", "max"])
    alike = (kinds["min"] == kinds["max"]) & (kinds["min"] != "cloud")
    return groups["level"].median().where(alike)


def ratios(prices: pd.DataFrame, per_machine: pd.DataFrame, pairs: pd.DataFrame, upstream: Path) -> pd.DataFrame:
    """Table ``price_ratios``: what a seller takes for a kind, in a region, or at all, against what is known.

    Args:
        prices: On-demand prices by provider and accelerator_id.
        per_machine: Table ``instance_prices``.
        pairs: Columns provider and ratio: spot over on-demand, one row per thing that has both.
        upstream: Folder with the upstream files.
    """
    sellers = facts("seller_facts.csv").set_index("provider")["seller_class"]
    part, level = polished(prices)
    told = prices[prices["provider"].isin(level.index)]
    told = told.assign(ratio=told[PRICE] / np.exp(part.reindex(told["accelerator_id"]).to_numpy()))
    levels = _by_seller(told, sellers, "parts, by median polish", FEWEST_PARTS)
    spot = _by_seller(pairs, sellers, "pairs of spot and on-demand prices")
    result = [levels.query("provider != @ANY").assign(kind="level"), spot.assign(kind="spot")]
    bound = sellers[sellers != NO_CONTRACTS]
    for kind, column in COMMITMENTS.items():
        quotes = read_quotes(upstream)
        quotes = quotes.assign(ratio=quotes[column] / quotes[ON_DEMAND]).dropna(subset=["ratio"])
        committed = _by_seller(quotes, sellers, "quotes of Epoch's Hardware prices.csv")
        committed = committed[committed["provider"].isin([ANY, *bound.index])]
        result.append(committed.assign(kind=kind, source_id="epoch-hardware-prices"))
    whole = pd.concat([*result, _regional(per_machine)], ignore_index=True)
    return whole.fillna({"source_id": SEVERAL, "region": ANY}).assign(quality="derived")


def _regional(per_machine: pd.DataFrame) -> pd.DataFrame:
    """Level of each region of a seller: on-demand prices there over those of the same machines in its home region."""
    away = over_home(per_machine)
    result = _spread(away, away["provider"] + ":" + away["region"])
    keys = result.index.to_series().str.partition(":")
    home = keys[0].map(HOME)
    locator = "machines that are sold there and in " + home + ": " + result["size"].astype(str)
    return result.assign(provider=keys[0], region=keys[2], of_region=home, kind="level", locator=locator)


def _by_seller(rows: pd.DataFrame, sellers: "pd.Series[str]", of: str, least: int = ENOUGH) -> pd.DataFrame:
    """Ratio of each seller: its own where it has enough, else that of its class, else that of all."""
    every = _spread(rows, rows["provider"])
    own = every[every["size"] >= least].reset_index()
    own = own.assign(locator=own["size"].astype(str) + f" {of}, of " + own["provider"])
    classes = _spread(own, own["provider"].map(sellers), over="low high").rename_axis("seller_class").reset_index()
    classes = classes.assign(locator="sellers of the class " + classes["seller_class"] + f": {of}")
    whole = _spread(own, pd.Series(ANY, index=own.index), over="low high")
    whole = whole.reset_index(drop=True).assign(locator=f"all sellers: {of}")
    known = sellers.reset_index()
    by_class = known.merge(classes, on="seller_class")
    by_all = pd.concat([known, pd.DataFrame({"provider": [ANY]})]).merge(whole, how="cross")
    columns = ["provider", "ratio", "low", "high", "locator"]
    return pd.concat([own[columns], by_class[columns], by_all[columns]]).drop_duplicates("provider")


def _spread(rows: pd.DataFrame, by: "pd.Series[str]", over: str = "ratio ratio") -> pd.DataFrame:
    """Median ratio and what 90 % span; of several sellers from the least of one to the most of another."""
    groups = rows.groupby(by)
    low, high = over.split()
    least, most = groups[low].quantile(LEAST), groups[high].quantile(MOST)
    middle = groups["ratio"].median()
    width = {"low": np.minimum(least, middle / SPREAD), "high": np.maximum(most, middle * SPREAD)}
    return pd.DataFrame({"ratio": middle, **width, "size": groups.size()})
