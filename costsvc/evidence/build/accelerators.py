"""Tables ``accelerators``, ``accelerator_aliases``, ``cpus`` and ``embodied``."""

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from costsvc.evidence.build.rows import facts
from costsvc.reference.names import normal

Row: TypeAlias = Mapping[Hashable, Any]

ANY = "*"
VARIANT = re.compile(r"-(pcie|sxm\d?|sxm|nvl|oam|\d+gb|bw-ws|bw-maxq|bw-server|dgx-spark|super)(?=-|$)")
UNIT = {"sxm": "board", "pcie": "board", "oam": "package", "socket": "package", "som": "module"} | {
    "superchip": "superchip", "desktop": "soc", "soc": "soc", "tpu": "chip", "asic": "chip"
}  # fmt: skip # a table reads best in few lines
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
    "tpu-v4": {"tpu-v4", "tpu-v4i", "tpu-v5e", "tpu-v5p", "tpu-v6e", "tpu-v7"},
}
SMALL_A100, SMALL_A100_IDS = "a100-40gb", {"nvidia-a100-pcie-40gb", "nvidia-a100-sxm4-40gb"}
"""With half the memory they recompute and exchange more, and reach a lower utilisation."""
HOST_OF_SXM = {"hgx-h100": {"h100", "h200", "h800", "h20"}, "hgx-a100": {"a100", "a800"}, "dgx-v100": {"v100", "p100"}}
HOST_OF_FORM = {"tpu": "tpu", "som": "edge", "oam": "oam", "socket": "oam", "desktop": "desktop"}
EMBODIED_OF = {
    "nvidia-h100": {"h100", "h800", "h20"},
    "nvidia-h200": {"h200"},
    "nvidia-b200": {"b200"},
    "nvidia-a100": {"a100", "a800"},
    "google-tpu": UTILIZED_LIKE["tpu-v3"] | UTILIZED_LIKE["tpu-v4"],
}
EMBODIED_CLASS = {"datacenter": "class-datacenter"} | dict.fromkeys(["edge", "laptop", "desktop"], "class-module")
BY_MEMORY = [(160, "class-large-memory"), (90, "class-stacked-memory")]
STACKED_GB_S = 1800
"""Memory this fast is stacked on the package, which outweighs the chip in manufacture."""
SMALLEST_CPU_W, LARGEST_CPU_W = 3, 600


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the four tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    typed = facts("accelerator_facts.csv")
    return {
        "accelerators": accelerators(typed),
        "accelerator_aliases": aliases(typed),
        "cpus": pd.concat([cpus(pd.read_csv(upstream / "codecarbon/cpu_power.csv")), facts("cpu_facts.csv")]),
        "embodied": facts("embodied_facts.csv"),
    }


def accelerators(typed: pd.DataFrame) -> pd.DataFrame:
    """One row per accelerator: datasheet figures, and the families that lead into other tables.

    Args:
        typed: The figures, as typed from datasheets.
    """
    family = typed["accelerator_id"].map(family_of)
    chips = typed.assign(family=family, unit_of_count=typed["form_factor"].map(UNIT), quality="reported")
    rows = chips.to_dict("records")
    chips["host_family"] = [_host(row) for row in rows]
    chips["power_family"] = [_like(BEHAVES_LIKE, f, "tpu" if "tpu" in f else ANY) for f in family]
    chips["mfu_family"] = [_utilized(row) for row in rows]
    chips["embodied_id"] = [_embodied(row) for row in rows]
    return _idling(_powered(_sourced(chips)))


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
    known = chips["epoch_name"].notna()
    checked = "; checked against ml_hardware.csv: " + chips["epoch_name"]
    locator = "datasheet of " + chips["name"] + checked.where(known, "")
    return chips.assign(source_id=known.map({True: "epoch-ml-hardware", False: "vendor-datasheets"}), locator=locator)


def _powered(chips: pd.DataFrame) -> pd.DataFrame:
    """Power limits of the datasheets, and what stands in for them where there is none."""
    other = facts("accelerator_power.csv").set_index("accelerator_id")
    picked = other.reindex(chips["accelerator_id"]).set_index(chips.index)
    replaced = picked["tdp_w"].notna()
    power = "; power: " + picked["source_id"] + ", " + picked["locator"]
    return chips.assign(
        tdp_w=picked["tdp_w"].fillna(chips["tdp_w"]),
        tdp_w_low=picked["tdp_w_low"],
        tdp_w_high=picked["tdp_w_high"],
        tdp_basis=picked["tdp_basis"].fillna("vendor"),
        locator=chips["locator"] + power.where(replaced, ""),
        quality=chips["quality"].mask(picked["tdp_basis"] == "estimate", "assumed"),
    )


def _idling(chips: pd.DataFrame) -> pd.DataFrame:
    idle = facts("accelerator_idle.csv").set_index("accelerator_id")
    picked = idle.reindex(chips["accelerator_id"]).set_index(chips.index)
    read = "; idle: " + picked["source_id"] + ", " + picked["locator"]
    columns = {column: picked[column] for column in ("idle_w", "idle_w_low", "idle_w_high")}
    return chips.assign(**columns, locator=chips["locator"] + read.where(picked["idle_w"].notna(), ""))


def aliases(typed: pd.DataFrame) -> pd.DataFrame:
    """Names that people and tools write, each leading to one accelerator or to a family's default."""
    written = facts("accelerator_names.csv")
    full = (typed["vendor"] + " " + typed["name"]).mask(typed["name"].str.contains(r"^Apple|\("))
    named = typed.assign(full_name=full).melt("accelerator_id", ["name", "epoch_name", "full_name"], value_name="alias")
    derived = named[["accelerator_id", "alias"]].dropna()
    derived = pd.concat([derived, _without_vendor(derived)]).assign(kind="alias")
    every = pd.concat([written, derived], ignore_index=True)
    every["alias"] = every["alias"].map(normal)
    every = every.drop_duplicates("alias")
    every = every[~every["alias"].isin(set(typed["accelerator_id"]))]
    return every.assign(
        source_id="vendor-datasheets", locator="names of the maker, of drivers and of clouds", quality="reported"
    )


def _without_vendor(names: pd.DataFrame) -> pd.DataFrame:
    short = names["alias"].str.replace(r"^(NVIDIA|AMD|Intel|Google|AWS|Amazon|Huawei|Meta|Microsoft) ", "", regex=True)
    shorter = short.str.replace(r"^(GeForce|Tesla|Radeon Instinct|Instinct|Cloud) ", "", regex=True)
    bare = shorter.str.replace(r" \((chip|SoC|HGX|APU|per GPU|board, \d GPUs)\)$", "", regex=True)
    joined = bare.str.replace(r"^(RTX|GTX) (?=A?\d)", r"\1", regex=True)
    return pd.concat([names.assign(alias=form) for form in (short, shorter, bare, joined)])


def cpus(upstream: pd.DataFrame) -> pd.DataFrame:
    """Processors with a plausible power, one row per name."""
    table = upstream.dropna().rename(columns={"Name": "name", "TDP": "tdp_w"})
    table["tdp_w"] = pd.to_numeric(table["tdp_w"], errors="coerce")
    table = table[table["tdp_w"].between(SMALLEST_CPU_W, LARGEST_CPU_W)]
    table["accelerator_id"] = "cpu-" + table["name"].map(_slug)
    table = table.sort_values(["accelerator_id", "tdp_w"]).drop_duplicates("accelerator_id", keep="last")
    locator = "cpu_power.csv: " + table["name"]
    return table[["accelerator_id", "name", "tdp_w"]].assign(
        source_id="codecarbon", locator=locator, quality="reported"
    )


def _slug(name: str) -> str:
    clean = re.sub(r"\((R|TM|C)\)|®|™|\bCPU\b|\bprocessor\b|@.*$", " ", name, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "-", clean.lower()).strip("-")
