"""Quotes of former years, seller by seller: what an accelerator cost when."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.importers.price_lists import ANY, PRICE

QUOTES = "epoch-hardware-prices/hardware_prices.csv"
ON_DEMAND = "Price per chip-hour (on-demand)"
VENDORS = {
    "Amazon Web Services": "aws",
    "Google Cloud": "gcp",
    "Microsoft Azure": "azure",
    "Oracle Cloud": "oci",
    "OVHcloud": "ovh",
    "Lambda Labs": "lambda",
    "RunPod": "runpod",
    "vast.ai": "vastai",
    "Datacrunch": "datacrunch",
    "Paperspace": "paperspace",
}
MISNAMED = {("lambda", "NVIDIA A10G")}
"""Quotes of another part: the A10G is made for one seller."""
SAME = 0.005
"""Upstream rounds to the cent: what differs by less is the same price."""


def read_quotes(upstream: Path) -> pd.DataFrame:
    """All quotes of rents, as upstream has them, with our name of the seller."""
    quotes = pd.read_csv(upstream / QUOTES, encoding="utf-8-sig")
    return quotes.assign(provider=quotes["Vendor"].map(VENDORS))


def quoted(upstream: Path) -> pd.DataFrame:
    """On-demand quotes of sellers that we know, the median where a day has several.

    Upstream books some P100 as P4; what its own description contradicts stays out.
    """
    quotes = read_quotes(upstream).dropna(subset=["provider", ON_DEMAND])
    short = quotes["Hardware model"].str.extract(r"(\w+)$")[0]
    told = quotes["Cloud GPU description"].fillna("")
    quotes = quotes[~((short == "P4") & told.str.startswith("P100"))]
    named = pd.Series(list(zip(quotes["provider"], quotes["Hardware model"], strict=True)), index=quotes.index)
    quotes = quotes[~named.isin(MISNAMED)]
    days = quotes.groupby(["provider", "Hardware model", "Price date"], as_index=False)[ON_DEMAND].median()
    return pd.DataFrame(
        {
            "provider": days["provider"],
            "region": ANY,
            "accelerator": days["Hardware model"],
            "kind": "on-demand",
            PRICE: days[ON_DEMAND],
            "observed_on": days["Price date"],
            "source_id": "epoch-hardware-prices",
            "locator": "data/Hardware prices.csv: "
            + days["Hardware model"]
            + ", "
            + days["provider"]
            + ", "
            + days["Price date"],
            "quality": "reported",
        }
    )


def spans(rows: pd.DataFrame, key: list[str], price: str) -> pd.DataFrame:
    """One row for each time in which a price stood: first day, last day that it was seen.

    Args:
        rows: Sightings with ``observed_on`` and, if known, ``valid_from`` and ``valid_to``.
        key: What is priced.
        price: Column of the price.
    """
    rows = rows.assign(valid_from=rows["valid_from"].fillna(rows["observed_on"]))
    rows = rows.sort_values([*key, "valid_from", "observed_on"], kind="stable")
    before = rows.groupby(key)[price].shift()
    rows["span"] = (((rows[price] - before).abs() > SAME * before) | before.isna()).cumsum()
    groups = rows.groupby("span")
    last = groups.last()
    return last.assign(valid_from=groups["valid_from"].min(), observed_on=groups["observed_on"].max()).reset_index(
        drop=True
    )
