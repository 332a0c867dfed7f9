"""Tables of what is paid: for machines, accelerators and hardware."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers import accelerators
from costsvc.evidence.importers.instance_prices import LEAST, MOST, SPREAD, elsewhere, instance_prices, regional_spread
from costsvc.evidence.importers.instances import WHOLE_HOST, instances
from costsvc.evidence.importers.price_history import quoted, spans
from costsvc.evidence.importers.price_lists import ANY, LEAST_ASK, PER_INSTANCE, PRICE, listed
from costsvc.evidence.importers.price_ratios import anywhere, ratios
from costsvc.evidence.importers.rows import facts
from costsvc.reference.names import Names
from costsvc.reference.names import accelerators as accelerator_names

KEY = ["provider", "region", "accelerator_id", "kind"]
ON_DEMAND = "on-demand"


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the five tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    offers = listed(upstream)
    quotes = quoted(upstream)
    ids = _ids({*offers["accelerator"], *quotes["accelerator"]})
    offers, quotes = (rows.assign(accelerator_id=rows["accelerator"].map(ids)) for rows in (offers, quotes))
    offers, quotes = (rows.dropna(subset=["accelerator_id"]) for rows in (offers, quotes))
    machines, per_machine = instances(offers, upstream), instance_prices(offers)
    per_chip = accelerator_prices(offers, quotes, machines, per_machine)
    now = _current(per_chip)
    return {
        "accelerator_prices": pd.concat([per_chip, anywhere(now)], ignore_index=True),
        "instance_prices": per_machine,
        "instances": machines,
        "price_ratios": ratios(now, per_machine, _pairs(per_chip, per_machine), upstream),
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


def accelerator_prices(
    offers: pd.DataFrame, quotes: pd.DataFrame, machines: pd.DataFrame, per_machine: pd.DataFrame
) -> pd.DataFrame:
    """Prices per chip, seller by seller: of its whole hosts where it lists machines, else as it lists chips."""
    rows = pd.concat([_of_hosts(machines, per_machine), _of_chips(offers)], ignore_index=True)
    rows = pd.concat([rows, elsewhere(rows, "accelerator_id", PRICE, regional_spread(per_machine))])
    seen = pd.concat([rows, _former(quotes, rows)], ignore_index=True)
    rows = spans(seen, KEY, PRICE)
    asked = rows["low"] / rows[PRICE] == LEAST_ASK
    low, high = rows[PRICE] / SPREAD, rows[PRICE] * SPREAD
    return rows.assign(low=rows["low"].where(asked, np.minimum(rows["low"], low)), high=np.maximum(rows["high"], high))


def _former(quotes: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Quotes of the time before a seller's own list is known."""
    what = ["provider", "accelerator_id", "kind"]
    first = rows["valid_from"].fillna(rows["observed_on"]).groupby([rows[column] for column in what]).min()
    known = first.reindex(pd.MultiIndex.from_frame(quotes[what])).fillna("9999").to_numpy()
    former = quotes[quotes["observed_on"] < known]
    return former.assign(valid_from=None, valid_to=None, low=former[PRICE], high=former[PRICE])


def _of_chips(offers: pd.DataFrame) -> pd.DataFrame:
    """Prices listed by the chip; of several on one day, such as those of pods and of devices, the median."""
    loose = offers[offers["instance_type"].isna()]
    loose = loose.assign(low=loose[PRICE] * loose["low"], high=loose[PRICE] * loose["high"])
    groups = loose.groupby([*KEY, "observed_on"])
    one = groups.first().assign(
        **{PRICE: groups[PRICE].median(), "low": groups["low"].min(), "high": groups["high"].max()}
    )
    return one.reset_index().assign(valid_from=None, valid_to=None)


def _of_hosts(machines: pd.DataFrame, per_machine: pd.DataFrame) -> pd.DataFrame:
    """Per chip what a seller takes in a region for its whole host, the commonest where it has several.

    A small size sells many processors with its accelerator, and a fraction of one is dearer than it.
    """
    chips = machines[~machines["accelerator_id"].str.startswith("cpu-")]
    rows = per_machine.query("quality != 'derived'").merge(
        chips[["provider", "instance_type", "accelerator_id", "accelerators"]], on=["provider", "instance_type"]
    )
    rows[PRICE] = rows[PER_INSTANCE] / rows["accelerators"]
    regions = rows.groupby(["provider", "instance_type"])["region"].transform("nunique")
    size = rows["accelerators"].where(rows["accelerators"] <= WHOLE_HOST, 0)
    rows = rows.assign(size=size, regions=regions)
    best = rows.sort_values(["size", "regions", PRICE], ascending=[False, False, False], kind="stable")
    best = best.drop_duplicates(KEY)[[*KEY, "instance_type"]]
    each = rows[rows["valid_to"].isna()].groupby(KEY)[PRICE]
    sizes = pd.DataFrame({"least": each.quantile(LEAST), "most": each.quantile(MOST)})
    chosen = rows.merge(best, on=[*KEY, "instance_type"]).join(sizes, on=KEY)
    now = chosen["valid_to"].isna()
    width = {
        "low": np.minimum(chosen["low"] / chosen["accelerators"], chosen["least"].where(now, np.inf)),
        "high": np.maximum(chosen["high"] / chosen["accelerators"], chosen["most"].where(now, 0.0)),
    }
    return chosen.assign(**width)


def _current(rows: pd.DataFrame) -> pd.DataFrame:
    """The newest on-demand price of each seller, whatever the region."""
    rows = rows[(rows["region"] == ANY) & (rows["kind"] == ON_DEMAND)]
    return rows.sort_values("observed_on", kind="stable").drop_duplicates(KEY, keep="last")


def _pairs(per_chip: pd.DataFrame, per_machine: pd.DataFrame) -> pd.DataFrame:
    """Spot over on-demand of all that has both in one region: machines, and chips that are sold without."""
    both = pd.concat(
        [
            per_machine.assign(what=per_machine["instance_type"], price=per_machine[PER_INSTANCE]),
            per_chip.assign(what=per_chip["accelerator_id"], price=per_chip[PRICE]),
        ]
    )
    both = both[(both["quality"] != "derived") & both["valid_to"].isna()].sort_values("observed_on", kind="stable")
    keys = ["provider", "region", "what"]
    newest = both.drop_duplicates([*keys, "kind"], keep="last")
    each = newest.pivot_table(index=keys, columns="kind", values="price")
    return (each["spot"] / each[ON_DEMAND]).dropna().rename("ratio").reset_index()


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
