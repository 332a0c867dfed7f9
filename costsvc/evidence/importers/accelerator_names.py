"""Table ``accelerator_aliases``: what people, drivers and clouds call an accelerator."""

import pandas as pd

from costsvc.evidence.importers.rows import facts
from costsvc.reference.names import normal

VENDOR = r"^(NVIDIA|AMD|Intel|Google|AWS|Amazon|Huawei|Meta|Microsoft) "
LINE = r"^(GeForce|Tesla|Radeon Instinct|Instinct|Cloud) "
REMARK = r" \((chip|SoC|HGX|APU|per GPU|board, \d GPUs)\)$"
LOCATOR = {
    "alias": "name of the part by its maker, drivers, schedulers or clouds",
    "family": "name that leaves the variant open",
    "box": "product page of the box or rack",
}


def aliases(chips: pd.DataFrame) -> pd.DataFrame:
    """Names that people and tools write, each leading to one accelerator or to a family's default.

    Args:
        chips: Table ``accelerators``.
    """
    whole = chips[~chips["accelerator_id"].isin(chips["device_id"])]
    full = (whole["vendor"] + " " + whole["name"]).mask(whole["name"].str.contains(r"^Apple|\("))
    named = whole.assign(full_name=full).melt("accelerator_id", ["name", "epoch_name", "full_name"], value_name="alias")
    derived = named[["accelerator_id", "alias"]].dropna()
    derived = pd.concat([derived, _shorter(derived)]).assign(kind="alias")
    every = pd.concat([facts("accelerator_names.csv"), derived], ignore_index=True)
    every["alias"] = every["alias"].map(normal)
    every = every.drop_duplicates("alias")
    every = every[~every["alias"].isin(set(chips["accelerator_id"]))]
    source = every["accelerator_id"].map(chips.set_index("accelerator_id")["source_id"])
    return every.assign(
        units=every["units"].fillna(1), source_id=source, locator=every["kind"].map(LOCATOR), quality="reported"
    )


def _shorter(names: pd.DataFrame) -> pd.DataFrame:
    """Names without the vendor, the line or a remark, and laptop cards as people shorten them."""
    short = names["alias"].str.replace(VENDOR, "", regex=True)
    shorter = short.str.replace(LINE, "", regex=True)
    bare = shorter.str.replace(REMARK, "", regex=True)
    joined = bare.str.replace(r"^(RTX|GTX) (?=A?\d)", r"\1", regex=True)
    laptop = [shorter.str.replace(" Laptop GPU", end, regex=False) for end in (" Laptop", " Mobile")]
    return pd.concat([names.assign(alias=form) for form in (short, shorter, bare, joined, *laptop)])
