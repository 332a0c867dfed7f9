"""Tables ``accelerator_prices``, ``instances`` and ``purchase_prices``."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.build import accelerators
from costsvc.evidence.build.price_lists import ANY, LEAST_ASK, MOST_ASK, PRICE, listed
from costsvc.evidence.build.rows import facts
from costsvc.reference.names import Names
from costsvc.reference.names import accelerators as accelerator_names

KEY = ["provider", "region", "accelerator_id", "kind"]
ON_DEMAND = "on-demand"
WHOLE_HOST = 8
SPREAD = 1.15
"""Assumed 90 % spread of one list price: they move by this much within months."""
LEAST_QUANTILE, MOST_QUANTILE = 0.05, 0.95
VENDORS = {"Amazon Web Services": "aws", "Google Cloud": "gcp", "Microsoft Azure": "azure"}
COMMITMENTS = {"reserved-1y": "Price per chip-hour (1-year CUD)", "reserved-3y": "Price per chip-hour (3-year CUD)"}
QUOTES = "epoch-hardware-prices/hardware_prices.csv"
SEVERAL = "price-medians"
"""Source of a median over prices of several sources."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the three tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    offers = listed(upstream)
    offers["accelerator_id"] = offers["accelerator"].map(_ids(set(offers["accelerator"])))
    offers = offers.dropna(subset=["accelerator_id"])
    return {
        "accelerator_prices": _prices(offers, commitments(upstream)),
        "instances": _instances(offers),
        "purchase_prices": _purchases(),
    }


def _ids(upstream_names: set[str]) -> dict[str, str]:
    """Upstream names of accelerators that lead to exactly one of ours."""
    chips, aliases = accelerators.known()
    names = accelerator_names(
        chips["accelerator_id"],
        {
            alias: {"accelerator_id": id_, "kind": kind}
            for alias, id_, kind in aliases[["alias", "accelerator_id", "kind"]].to_numpy()
        },
        dict(zip(chips["accelerator_id"], chips["family"], strict=True)),
    )
    return {name: id_ for name in upstream_names if (id_ := _exact(names, name))}


def _exact(names: Names, name: str) -> str | None:
    """A name that leaves the form open is no name of the default variant: its price may be another's."""
    match = names.find(name.replace(" (form unstated)", ""))
    return match.id if match and not match.others else None


def _prices(offers: pd.DataFrame, ratios: pd.DataFrame) -> pd.DataFrame:
    """Prices by region, then medians over regions, then medians over providers."""
    by_region = _medians(_current(offers))
    regional = by_region[by_region["region"] != ANY].assign(region=ANY, preferred=True)
    listed_at = pd.concat([by_region, _medians(regional, "regions")]).drop_duplicates(KEY)
    anywhere = _anywhere(listed_at)
    every = pd.concat([listed_at, anywhere])
    return pd.concat([every, _committed(every, ratios), _spot_anywhere(listed_at, anywhere)], ignore_index=True)


def _current(offers: pd.DataFrame) -> pd.DataFrame:
    """The latest offers of each key; whole hosts are preferred, then whole accelerators.

    A small size sells many processors with its accelerator, and a fraction of one is dearer than it.
    """
    newest = offers.groupby(KEY)["observed_on"].transform("max")
    offers = offers[offers["observed_on"] == newest]
    rank = pd.Series(np.select([offers["count"] == WHOLE_HOST, offers["count"] >= 1], [2, 1]), index=offers.index)
    best = rank.groupby([offers[column] for column in KEY]).transform("max")
    return offers.assign(
        preferred=rank == best,
        low=offers[PRICE] * np.where(offers["ask"], LEAST_ASK, 1 / SPREAD),
        high=offers[PRICE] * np.where(offers["ask"], MOST_ASK, SPREAD),
    )


def _medians(rows: pd.DataFrame, over: str = "") -> pd.DataFrame:
    """The median of each key's preferred rows, and what 90 % of all its rows span."""
    preferred = rows[rows["preferred"]].groupby(KEY)
    middle, first = preferred[PRICE].median(), preferred.first()
    groups = rows.groupby(KEY)
    span = groups[PRICE].quantile(LEAST_QUANTILE), groups[PRICE].quantile(MOST_QUANTILE)
    own = preferred["low"].median(), preferred["high"].median()
    several = "median over " + groups.size().astype(str) + f" {over}, one of them "
    return pd.DataFrame(
        {
            PRICE: middle,
            "low": np.minimum(span[0], own[0]),
            "high": np.maximum(span[1], own[1]),
            "observed_on": preferred["observed_on"].max(),
            "source_id": first["source_id"].where(first["source_id"] == preferred["source_id"].last(), SEVERAL),
            "locator": several.where(bool(over) & (groups.size() > 1), "") + first["locator"],
            "quality": "derived" if over else "reported",
            "ask": preferred["ask"].all(),
        }
    ).reset_index()


def _anywhere(prices: pd.DataFrame) -> pd.DataFrame:
    """On-demand prices of an unnamed provider: the median over list prices, asks only where there are no others."""
    each = prices[(prices["region"] == ANY) & (prices["kind"] == ON_DEMAND)]
    only_asks = each.groupby("accelerator_id")["ask"].transform("all")
    return _medians(each.assign(provider=ANY, preferred=~each["ask"] | only_asks), "providers")


def commitments(upstream: Path) -> pd.DataFrame:
    """What committed use costs as a share of on-demand, by provider and kind.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Columns provider (``*``: all that have quotes), kind, ratio, ratio_low, ratio_high and quotes.
    """
    quotes = pd.read_csv(upstream / QUOTES, encoding="utf-8-sig")
    found = []
    for kind, column in COMMITMENTS.items():
        ratio = quotes[column] / quotes["Price per chip-hour (on-demand)"]
        each = pd.DataFrame({"provider": quotes["Vendor"].map(VENDORS), "kind": kind, "ratio": ratio})
        found += [each, each.assign(provider=ANY)]
    groups = pd.concat(found).dropna().groupby(["provider", "kind"])["ratio"]
    span = {"ratio_low": groups.quantile(LEAST_QUANTILE), "ratio_high": groups.quantile(MOST_QUANTILE)}
    return pd.DataFrame({"ratio": groups.median(), **span, "quotes": groups.size()}).reset_index()


def _committed(prices: pd.DataFrame, ratios: pd.DataFrame) -> pd.DataFrame:
    """Prices of committed use: on-demand times the published ratios; nobody commits to a host's ask."""
    on_demand = prices[(prices["kind"] == ON_DEMAND) & ~prices["ask"]].drop(columns="kind")
    rows = on_demand.merge(ratios, on="provider")
    of = "median of " + rows["quotes"].astype(str) + f" quotes of {Path(QUOTES).name}"
    return scaled(rows, of)


def _spot_anywhere(prices: pd.DataFrame, anywhere: pd.DataFrame) -> pd.DataFrame:
    """Spot prices of an unnamed provider: on-demand times what providers that list both ask for spot."""
    whole = prices[prices["region"] == ANY]
    each = whole.pivot_table(index=["provider", "accelerator_id"], columns="kind", values=PRICE)
    groups = (each["spot"] / each[ON_DEMAND]).dropna().groupby("accelerator_id")
    span = {"ratio_low": groups.min() / SPREAD, "ratio_high": groups.max() * SPREAD}
    shares = pd.DataFrame({"ratio": groups.median(), **span}).reset_index()
    return scaled(anywhere.merge(shares, on="accelerator_id").assign(kind="spot"), "providers that list both")


def scaled(prices: pd.DataFrame, evidence: str | pd.Series) -> pd.DataFrame:
    """Prices times their column ratio; the widths of the two add up as those of independent factors.

    Args:
        prices: Prices with low and high, and with ratio, ratio_low and ratio_high.
        evidence: What the ratio rests on, for the locator.
    """
    price = prices[PRICE] * prices["ratio"]
    down = np.hypot(np.log(prices[PRICE] / prices["low"]), np.log(prices["ratio"] / prices["ratio_low"]))
    up = np.hypot(np.log(prices["high"] / prices[PRICE]), np.log(prices["ratio_high"] / prices["ratio"]))
    of = prices["ratio"].map("{:.3g} of on-demand, ".format) + evidence + "; "
    product = prices.assign(low=price / np.exp(down), high=price * np.exp(up), locator=of + prices["locator"])
    return product.assign(quality="derived", **{PRICE: price})


def _instances(offers: pd.DataFrame) -> pd.DataFrame:
    sold = offers.dropna(subset=["instance_type"])
    sold = sold[sold["source_id"].isin(["karpenter", "skypilot"])]
    sold = sold.rename(columns={"count": "accelerators"}).assign(quality="reported")
    rows = pd.concat([sold, facts("instance_facts.csv")], ignore_index=True)
    return rows.assign(instance_id=rows["provider"] + ":" + rows["instance_type"]).drop_duplicates("instance_id")


def _purchases() -> pd.DataFrame:
    """Server prices with the network's part of the whole (Cottier et al., arXiv:2405.21015, section 2.2)."""
    rows = facts("purchase_facts.csv")
    price = rows["server_usd_per_accelerator"] / (1 - rows["network_share"])
    network = rows["network_share"].map("; network {:.0%} of the whole (arXiv:2405.21015)".format)
    return rows.assign(
        usd_per_accelerator=price,
        low=price * rows["low_ratio"],
        high=price * rows["high_ratio"],
        locator=rows["locator"] + network.where(rows["network_share"] > 0, ""),
    )
