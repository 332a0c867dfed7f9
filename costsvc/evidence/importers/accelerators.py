"""Tables ``accelerators``, ``accelerator_aliases``, ``cpus`` and ``embodied``."""

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from costsvc.evidence.importers.accelerator_names import aliases
from costsvc.evidence.importers.processors import cpus
from costsvc.evidence.importers.rows import Frame, facts

Row: TypeAlias = Mapping[Hashable, Any]

CPUS = "codecarbon/codecarbon/data/hardware/cpu_power.csv"
ANY = "*"
VARIANT = re.compile(r"-(pcie|sxm\d?|sxm|nvl|oam|\d+gb|bw-ws|bw-maxq|bw-server|bw|dgx-spark|super)(?=-|$)")
UNIT = {
    "sxm": "board",
    "pcie": "board",
    "mobile": "board",
    "oam": "package",
    "socket": "package",
    "superchip": "package",
    "som": "module",
    "desktop": "soc",
    "soc": "soc",
    "tpu": "chip",
    "asic": "chip",
    "wafer": "wafer",
}
WITH_PROCESSOR = {"gh200"}
"""Of these a unit is the whole superchip; of later ones it is one GPU, which shares its processor with another."""
DATASHEETS = {
    ("NVIDIA", "datacenter"): "nvidia-datacenter",
    ("NVIDIA", "consumer"): "nvidia-geforce",
    ("NVIDIA", "laptop"): "nvidia-geforce",
    ("NVIDIA", "board"): "nvidia-jetson",
    ("NVIDIA", ANY): "nvidia-workstation",
    ("AMD", "datacenter"): "amd-instinct",
    ("AMD", "desktop"): "amd-processors",
    ("AMD", ANY): "amd-radeon",
    ("Intel", ANY): "intel-ark",
    ("Amazon", ANY): "aws-neuron-docs",
    ("Google", ANY): "google-tpu-docs",
    ("Apple", ANY): "apple-specs",
    ("Huawei", ANY): "huawei-ascend",
    ("Meta", ANY): "meta-mtia",
    ("Qualcomm", ANY): "qualcomm-ai100",
    ("Cerebras", ANY): "cerebras-cs3",
    ("Tenstorrent", ANY): "tenstorrent-cards",
    ("Graphcore", ANY): "graphcore-bow",
}
"""Where the datasheets of a vendor's segment stand; of vendors without one the independent table is cited."""
EPOCH = "epoch-ml-hardware"
SHARED = ["tdp_w", "idle_w", "memory_gb", "memory_bandwidth_gb_s"]
"""What the devices of a board or package have in parts, besides rates."""
PART = {2: "half", 4: "quarter", 8: "eighth"}
DEVICE = re.compile(r"-(gcd|gpu|tile|die|core)$")
BEHAVES_LIKE = {
    "h100": {"h100", "h200", "h800", "h20", "gh200"},
    "b200": {"b200", "b300", "gb200", "gb300"},
    "a100": {"a100", "a800"},
    "v100": {"v100", "v100s"},
    "p100": {"p100"},
    "p40": {"p40"},
    "a40": {"a40"},
}
UTILIZED_LIKE = {
    "h100": {"h100", "h200", "h800", "gh200"},
    "a100": {"a100", "a800"},
    "v100": {"v100", "v100s", "p100"},
    "tpu-v3": {"tpu-v2", "tpu-v3"},
    "tpu-v4": {"tpu-v4", "tpu-v4i", "tpu-v5e", "tpu-v5p", "tpu-v6e", "tpu-v7", "tpu-v8i", "tpu-v8t"},
}
SMALL_A100, SMALL_A100_IDS = "a100-40gb", {"nvidia-a100-pcie-40gb", "nvidia-a100-sxm4-40gb"}
"""With half the memory they recompute and exchange more, and reach a lower utilisation."""
HOST_OF_SXM = {"hgx-h100": {"h100", "h200", "h800", "h20"}, "hgx-a100": {"a100", "a800"}, "dgx-v100": {"v100", "p100"}}
HOST_OF_FORM = {
    "tpu": "tpu",
    "som": "board",
    "oam": "oam",
    "socket": "oam",
    "desktop": "desktop",
    "mobile": "laptop-card",
    "wafer": "system",
}
EMBODIED_OF = {
    "nvidia-h100": {"h100", "h800", "h20"},
    "nvidia-h200": {"h200"},
    "nvidia-b200": {"b200"},
    "nvidia-a100": {"a100", "a800"},
    "google-tpu": UTILIZED_LIKE["tpu-v3"] | UTILIZED_LIKE["tpu-v4"],
}
EMBODIED_CLASS = {"datacenter": "class-datacenter"} | dict.fromkeys(["board", "laptop", "desktop"], "class-module")
BY_MEMORY = [(160, "class-large-memory"), (90, "class-stacked-memory")]
STACKED_GB_S = 1800
"""Memory this fast is stacked on the package, which outweighs the chip in manufacture."""


def build(upstream: Path) -> dict[str, Frame]:
    """Build the four tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    chips = accelerators(facts("accelerator_facts.csv"))
    return {
        "accelerators": chips,
        "accelerator_aliases": aliases(chips),
        "cpus": lambda: cpus(pd.read_csv(upstream / CPUS)),
        "embodied": embodied(facts("embodied_facts.csv"), chips),
    }


def known() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of accelerators and of their names, for builders whose upstream names them."""
    chips = accelerators(facts("accelerator_facts.csv"))
    return chips, aliases(chips)


def accelerators(typed: pd.DataFrame) -> pd.DataFrame:
    """One row per accelerator: datasheet figures, and the families that lead into other tables.

    Args:
        typed: The figures, as typed from datasheets.
    """
    family = typed["accelerator_id"].map(family_of)
    unit = typed["form_factor"].map(UNIT).mask(family.isin(WITH_PROCESSOR), "superchip")
    chips = typed.assign(family=family, unit_of_count=unit, quality=typed["quality"].fillna("reported"))
    chips["devices_per_unit"] = chips["devices_per_unit"].fillna(1)
    rows = chips.to_dict("records")
    chips["host_family"] = [_host(row) for row in rows]
    chips["power_family"] = [_like(BEHAVES_LIKE, f, "tpu" if "tpu" in f else ANY) for f in family]
    chips["mfu_family"] = [_utilized(row) for row in rows]
    chips["embodied_id"] = [_embodied(row) for row in rows]
    whole = _idling(_powered(_sourced(chips)))
    return pd.concat([whole, _devices(whole[whole["devices_per_unit"] > 1])], ignore_index=True)


def _devices(wholes: pd.DataFrame) -> pd.DataFrame:
    """The devices that a driver lists of a board, package or chip, each an equal part of it."""
    count = wholes["devices_per_unit"]
    rates = [column for column in wholes if str(column).startswith("peak_")]
    numbers = [f"{column}{end}" for column in SHARED for end in ("", "_low", "_high") if f"{column}{end}" in wholes]
    part, device = count.map(PART), wholes["device_id"].str.extract(DEVICE, expand=False)
    name = wholes["name"].str.replace(r" \(.*\)$", "", regex=True)
    shared: dict[str, pd.Series[float]] = {str(column): wholes[column] / count for column in (*numbers, *rates)}
    return wholes.assign(
        **shared,
        accelerator_id=wholes["device_id"],
        name=name + " (" + device.replace({"gpu": "GPU", "gcd": "GCD"}) + ", one " + part + ")",
        unit_of_count=device,
        devices_per_unit=1,
        device_id=None,
        host_family=wholes["host_family"] + "-" + part,
        embodied_id=wholes["embodied_id"] + "-" + part,
        note="one " + part + " of every figure of " + wholes["accelerator_id"],
        quality=wholes["quality"].replace("reported", "derived"),
    )


def embodied(typed: pd.DataFrame, chips: pd.DataFrame) -> pd.DataFrame:
    """Manufacture of each class, and of the parts of it that are devices of their own.

    Args:
        typed: Manufacture by class.
        chips: Table ``accelerators``.
    """
    count = chips.merge(chips, left_on="device_id", right_on="accelerator_id", suffixes=("", "_of_device"))
    parts = count[["embodied_id", "embodied_id_of_device", "devices_per_unit"]].drop_duplicates()
    whole = parts.merge(typed, on="embodied_id")
    shared = {column: whole[column] / whole["devices_per_unit"] for column in ("kg", "low", "high")}
    name = whole["name"] + ", one " + whole["devices_per_unit"].map(PART)
    halves = whole.assign(**shared, name=name, embodied_id=whole["embodied_id_of_device"], quality="derived")
    return pd.concat([typed, halves[typed.columns]], ignore_index=True)


def family_of(accelerator_id: str) -> str:
    """The name that groups variants: an id without vendor, form factor and memory."""
    return VARIANT.sub("", accelerator_id.partition("-")[2])


def _host(row: Row) -> str:
    if row["form_factor"] == "sxm":
        return _like(HOST_OF_SXM, row["family"], "hgx-b200")
    if row["form_factor"] == "superchip":
        return "gh200" if row["family"] == "gh200" else "nvl72"
    if row["form_factor"] == "asic":
        return "trainium" if row["vendor"] == "Amazon" else "pcie-server"
    if row["form_factor"] == "soc":
        return str(row["segment"])
    otherwise = "pcie-server" if row["segment"] == "datacenter" else "workstation"
    return HOST_OF_FORM.get(row["form_factor"], otherwise)


def _utilized(row: Row) -> str:
    return SMALL_A100 if row["accelerator_id"] in SMALL_A100_IDS else _like(UTILIZED_LIKE, row["family"], ANY)


def _embodied(row: Row) -> str:
    """A study of the part, or else the class of its segment; stacked memory outweighs the chip."""
    stacked = row["memory_bandwidth_gb_s"] >= STACKED_GB_S and row["segment"] == "datacenter"
    by_memory = next((name for least, name in BY_MEMORY if stacked and row["memory_gb"] >= least), None)
    return _like(EMBODIED_OF, row["family"], by_memory or EMBODIED_CLASS.get(row["segment"], "class-consumer"))


def _like(groups: dict[str, set[str]], family: str, otherwise: str) -> str:
    return next((name for name, members in groups.items() if family in members), otherwise)


def _sourced(chips: pd.DataFrame) -> pd.DataFrame:
    """Cite the independent table where it agrees, and the maker where it has other figures or none."""
    agrees = chips["epoch_name"].notna() & chips["epoch_apart"].isna()
    pairs = zip(chips["vendor"], chips["segment"], strict=True)
    maker = pd.Series([DATASHEETS.get(pair, DATASHEETS.get((pair[0], ANY), EPOCH)) for pair in pairs], chips.index)
    sheet = "specifications of " + chips["name"]
    other = sheet + "; row " + chips["epoch_name"] + " of " + EPOCH + " differs in " + chips["epoch_apart"]
    row = "row " + chips["epoch_name"] + "; what it lacks: " + sheet
    locator = row.where(agrees, other.fillna(sheet))
    return chips.assign(
        source_id=chips["source_id"].fillna(maker.mask(agrees, EPOCH)), locator=chips["locator"].fillna(locator)
    )


def _powered(chips: pd.DataFrame) -> pd.DataFrame:
    """Power limits of the datasheets, and what stands in for them where there is none."""
    picked = _picked("accelerator_power.csv", chips)
    return chips.assign(
        tdp_w=picked["tdp_w"].fillna(chips["tdp_w"]),
        tdp_w_low=picked["tdp_w_low"],
        tdp_w_high=picked["tdp_w_high"],
        tdp_basis=picked["tdp_basis"].fillna("vendor"),
        tdp_w_source_id=picked["source_id"],
        tdp_w_locator=picked["locator"],
        quality=chips["quality"].mask(picked["tdp_basis"] == "estimate", "assumed"),
    )


def _idling(chips: pd.DataFrame) -> pd.DataFrame:
    picked = _picked("accelerator_idle.csv", chips)
    columns = {column: picked[column] for column in ("idle_w", "idle_w_low", "idle_w_high")}
    return chips.assign(**columns, idle_w_source_id=picked["source_id"], idle_w_locator=picked["locator"])


def _picked(name: str, chips: pd.DataFrame) -> pd.DataFrame:
    """The rows of a small table beside the accelerators that they are of."""
    return facts(name).set_index("accelerator_id").reindex(chips["accelerator_id"]).set_index(chips.index)
