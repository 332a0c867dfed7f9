"""PUE, WUE and carbon-free share of regions and of who runs them, by year."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.importers.grid import REGIONS, google_years
from costsvc.evidence.importers.places import region_id
from costsvc.evidence.importers.rows import facts

FACTS = "site_facts.csv"
IMPLAUSIBLY_FREE = {("asia-east2", 2024), ("asia-east2", 2025)}
"""Carbon-free shares that fell to nothing in a year in which the grid of the region did not change."""
GEOGRAPHIES = "geography_facts.csv"
"""What operators report means for, and the countries it holds."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the table of what buildings add.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    curated = facts(FACTS)
    of_geography = curated["scope_id"].str.partition(":")[2].isin(facts(GEOGRAPHIES)["geography"])
    own = curated[~of_geography]
    result = pd.concat([own, inherited(curated[of_geography], own), carbon_free_shares(upstream)], ignore_index=True)
    return {"site_measures": result}


def inherited(means: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Means of a geography, for each of its operator's regions that has no figure of its own."""
    regions = facts(REGIONS)
    known = set(zip(own["scope_id"], own["metric"], strict=True))
    holds = facts(GEOGRAPHIES).groupby("geography")["country"].agg(set)
    result = []
    for mean in means.to_dict("records"):
        operator, _, name = mean["scope_id"].partition(":")
        inside = regions[(regions["provider"] == operator) & regions["country_iso3"].isin(holds[name])]
        result += [{**mean, "scope_id": id_} for id_ in region_id(inside) if (id_, mean["metric"]) not in known]
    return pd.DataFrame(result, columns=means.columns)


def carbon_free_shares(upstream: Path) -> pd.DataFrame:
    """Share of each hour's use that Google's carbon-free supply met, by region and year."""
    rows = google_years(upstream).dropna(subset=["cfe_share"])
    free = [key not in IMPLAUSIBLY_FREE for key in zip(rows["region"], rows["year"], strict=True)]
    rows = rows[free]
    share = rows["cfe_share"].astype(float)
    return rows.assign(metric="cfe_share", value=share, low=share, high=share, quality="reported")
