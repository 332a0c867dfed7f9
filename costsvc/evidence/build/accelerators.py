"""Tables ``accelerators``, ``accelerator_aliases``, ``cpus`` and ``embodied``."""

import re
from pathlib import Path

import pandas as pd

from costsvc.evidence.build.rows import facts
from costsvc.reference.names import normal

SEED = "drafts/accelerators_seed.csv"
IDLE = "drafts/gpu_idle_power.csv"
VARIANT = re.compile(r"-(pcie|sxm\d?|sxm|nvl|oam|\d+gb|bw-ws|bw-maxq|bw-server|dgx-spark|super)(?=-|$)")
MEMORY = re.compile(r"\d+$")
NO_BF16 = re.compile(r"p100|v100|-t4|quadro-rtx|rtx-2080|titan|mi50|mi60|xavier|m1-max|groq|inferentia1")
SLOWER_BF16 = {"amd-mi100": 92.3}
"""Where it is not the rate of fp16, as the datasheet has it."""
NO_FP16 = re.compile(r"tpu|gaudi1")
UNIT = {"sxm": "board", "pcie": "board", "oam": "package", "socket": "package", "som": "module"} | {
    "superchip": "superchip", "desktop": "soc", "soc": "soc", "tpu": "chip", "asic": "chip"
}  # fmt: skip
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
SMALL_A100, SMALL_A100_IDS = "a100-40gb", ("nvidia-a100-pcie-40gb", "nvidia-a100-sxm4-40gb")
"""With half the memory they recompute and exchange more, and reach a lower utilisation."""
HOST_OF_SXM = {"hgx-h100": {"h100", "h200", "h800", "h20"}, "hgx-a100": {"a100", "a800"}, "dgx-v100": {"v100", "p100"}}
EMBODIED_OF = {
    "nvidia-h100": {"h100", "h800", "h20"},
    "nvidia-h200": {"h200"},
    "nvidia-b200": {"b200", "b300"},
    "nvidia-a100": {"a100", "a800"},
    "google-tpu": UTILIZED_LIKE["tpu-v3"] | UTILIZED_LIKE["tpu-v4"],
}
SAME_BOARD = ("nvidia-rtx-pro-6000-bw-ws", "nvidia-rtx-pro-6000-bw-server", "RTX PRO 6000 Blackwell Server")
IDLE_OF = {
    ("H100 SXM5 80GB", "idle P0, no context"): ["nvidia-h100-sxm5-80gb", "nvidia-h800-sxm5"],
    ("H100 PCIe 80GB", "idle P0, no context"): ["nvidia-h100-pcie-80gb", "nvidia-h100-nvl-94gb"],
    ("H200 SXM 141GB", "idle P0, no context"): ["nvidia-h200-sxm"],
    ("B200 180GB (air)", "idle P0, no context"): ["nvidia-b200"],
    ("A100 SXM4 80GB", "idle P0, no context"): ["nvidia-a100-sxm4-80gb"],
    ("A100 SXM4 40GB", "idle P0, no context"): ["nvidia-a100-sxm4-40gb"],
    ("A800 SXM4 80GB", "idle P0, no context"): ["nvidia-a800-sxm4-80gb"],
    ("V100 SXM2 32GB", "idle P0, no context"): ["nvidia-v100-sxm2-32gb", "nvidia-v100-sxm2-16gb"],
    ("A10G", "idle P8"): ["nvidia-a10g"],
    ("L40S", "idle P8"): ["nvidia-l40s"],
    ("L4", "idle P8"): ["nvidia-l4"],
    ("T4", "idle P8"): ["nvidia-t4"],
    ("RTX 4090", "idle P8"): ["nvidia-rtx-4090"],
    ("RTX A6000", "idle P8"): ["nvidia-rtx-a6000"],
    ("RTX 6000 Ada", "idle P8"): ["nvidia-rtx-6000-ada"],
    ("RTX 5090", "idle"): ["nvidia-rtx-5090"],
    ("MI355X", "idle"): ["amd-mi355x"],
    ("P40", "idle, memory empty / loaded"): ["nvidia-p40"],
}
SMALLEST_CPU_W, LARGEST_CPU_W = 3, 600


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the four tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    seed = pd.read_csv(upstream / SEED)
    server = seed[seed["id"] == SAME_BOARD[0]].assign(id=SAME_BOARD[1], name=SAME_BOARD[2], epoch_name=None)
    chips = accelerators(pd.concat([seed, server], ignore_index=True), upstream)
    return {
        "accelerators": chips,
        "accelerator_aliases": aliases(chips, pd.concat([seed, server], ignore_index=True)),
        "cpus": cpus(pd.read_csv(upstream / "codecarbon/cpu_power.csv")),
        "embodied": facts("embodied_facts.csv"),
    }


def accelerators(seed: pd.DataFrame, upstream: Path) -> pd.DataFrame:
    """One row per accelerator: datasheet figures, and the families that lead into other tables."""
    family = seed["id"].map(family_of)
    chips = pd.DataFrame(
        {
            "accelerator_id": seed["id"],
            "name": seed["name"],
            "vendor": seed["vendor"],
            "family": family,
            "segment": seed["segment"],
            "form_factor": seed["form_factor"],
            "unit_of_count": seed["form_factor"].map(UNIT),
            "released_on": seed["release_date"],
            "memory_gb": seed["memory_gb"],
            "memory_bandwidth_gb_s": seed["memory_bandwidth_gb_s"],
            **_peaks(seed),
            "host_family": [
                _host(*row) for row in zip(seed["id"], family, seed["form_factor"], seed["segment"], strict=True)
            ],
            "power_family": [_like(BEHAVES_LIKE, f, "tpu" if "tpu" in f else "*") for f in family],
            "mfu_family": [
                SMALL_A100 if i.startswith(SMALL_A100_IDS) else _like(UTILIZED_LIKE, f, "*")
                for i, f in zip(seed["id"], family, strict=True)
            ],
            "embodied_id": [_embodied(f, s) for f, s in zip(family, seed["segment"], strict=True)],
            "note": seed["note"].str.replace("VERIFY", "to be checked", regex=False),
            "quality": "reported",
        }
    )
    return _powered(_sourced(chips, seed), seed).merge(_idle(upstream), on="accelerator_id", how="left")


def family_of(accelerator_id: str) -> str:
    """The name that groups variants: an id without vendor, form factor and memory."""
    return VARIANT.sub("", accelerator_id.partition("-")[2])


def _peaks(seed: pd.DataFrame) -> dict[str, pd.Series]:
    half = seed["peak_fp16_bf16_tflops"]
    return {
        "peak_fp32_tflops": seed["peak_fp32_tflops"],
        "peak_tf32_tflops": seed["peak_tf32_tflops"],
        "peak_bf16_tflops": seed["id"].map(SLOWER_BF16).fillna(half.mask(seed["id"].str.contains(NO_BF16))),
        "peak_fp16_tflops": half.mask(seed["id"].str.contains(NO_FP16)),
        "peak_fp8_tflops": seed["peak_fp8_tflops"],
        "peak_fp4_tflops": seed["peak_fp4_tflops"],
        "peak_int8_tops": seed["peak_int8_tops"],
        "peak_int4_tops": seed["id"].map({"nvidia-t4": 260.0}).astype(float),
    }


def _host(accelerator_id: str, family: str, form: str, segment: str) -> str:
    by_form = {"tpu": "tpu", "som": "edge", "oam": "oam", "socket": "oam", "desktop": "desktop"}
    if form == "sxm":
        return _like(HOST_OF_SXM, family, "hgx-b200")
    if form == "superchip":
        return "gh200" if family == "gh200" else "nvl72"
    if form == "asic":
        return "trainium" if accelerator_id.startswith("aws-") else "pcie-server"
    if form == "soc":
        return segment
    return by_form.get(form) or ("pcie-server" if segment == "datacenter" else "workstation")


def _embodied(family: str, segment: str) -> str:
    classes = {
        "datacenter": "class-datacenter",
        "edge": "class-module",
        "laptop": "class-module",
        "desktop": "class-module",
    }
    return _like(EMBODIED_OF, family, classes.get(segment, "class-consumer"))


def _like(groups: dict[str, set[str]], family: str, otherwise: str) -> str:
    return next((name for name, members in groups.items() if family in members), otherwise)


def _sourced(chips: pd.DataFrame, seed: pd.DataFrame) -> pd.DataFrame:
    known = seed["epoch_name"].notna()
    checked = ("datasheet of " + seed["name"] + "; checked against ml_hardware.csv: " + seed["epoch_name"]).where(
        known, "datasheet of " + seed["name"]
    )
    return chips.assign(source_id=known.map({True: "epoch-ml-hardware", False: "vendor-datasheets"}), locator=checked)


def _powered(chips: pd.DataFrame, seed: pd.DataFrame) -> pd.DataFrame:
    """Power limits of the datasheets, and what stands in for them where there is none."""
    other = facts("accelerator_power.csv").set_index("accelerator_id")
    replaced = chips["accelerator_id"].isin(other.index)
    picked = other.reindex(chips["accelerator_id"]).reset_index(drop=True)
    chips = chips.assign(
        tdp_w=picked["tdp_w"].where(replaced, seed["tdp_w"]),
        tdp_w_low=picked["tdp_w_low"],
        tdp_w_high=picked["tdp_w_high"],
        tdp_basis=picked["tdp_basis"].where(replaced, "vendor"),
    )
    power = "; power: " + picked["source_id"] + ", " + picked["locator"]
    chips["locator"] = (chips["locator"] + power).where(replaced, chips["locator"])
    return chips.assign(quality=chips["quality"].mask(chips["tdp_basis"] == "estimate", "assumed"))


def _idle(upstream: Path) -> pd.DataFrame:
    read = pd.read_csv(upstream / IDLE)
    found = []
    for row in read.to_dict("records"):
        for id_ in IDLE_OF.get((row["accelerator"], row["state"]), []):
            low, high = (
                (row["min"], row["max"]) if row["max"] > row["min"] else (row["value"] * 0.8, row["value"] * 1.2)
            )
            found.append((id_, row["value"], min(low, row["value"]), max(high, row["value"])))
    return pd.DataFrame(found, columns=["accelerator_id", "idle_w", "idle_w_low", "idle_w_high"])


def aliases(chips: pd.DataFrame, seed: pd.DataFrame) -> pd.DataFrame:
    """Names that people and tools write, each leading to one accelerator or to a family's default."""
    written = facts("accelerator_names.csv")
    full = (seed["vendor"] + " " + seed["name"]).mask(seed["name"].str.contains(r"^Apple|\("))
    named = seed.assign(full_name=full).melt("id", ["name", "epoch_name", "full_name"], value_name="alias")
    derived = named.rename(columns={"id": "accelerator_id"})[["accelerator_id", "alias"]].dropna()
    derived = pd.concat([derived, _without_vendor(derived)]).assign(kind="alias")
    every = pd.concat([written, derived], ignore_index=True)
    every["alias"] = every["alias"].map(normal)
    every = every.drop_duplicates("alias")
    every = every[~every["alias"].isin(set(chips["accelerator_id"]))]
    return every.assign(
        source_id="vendor-datasheets", locator="names of the maker, of drivers and of clouds", quality="reported"
    )


def _without_vendor(names: pd.DataFrame) -> pd.DataFrame:
    short = names["alias"].str.replace(r"^(NVIDIA|AMD|Intel|Google|AWS|Amazon|Huawei|Meta|Microsoft) ", "", regex=True)
    shorter = short.str.replace(r"^(GeForce|Tesla|Radeon Instinct|Instinct|Cloud) ", "", regex=True)
    bare = shorter.str.replace(r" \((chip|SoC|HGX|APU|per GPU|board, \d GPUs)\)$", "", regex=True)
    return pd.concat([names.assign(alias=short), names.assign(alias=shorter), names.assign(alias=bare)])


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
