"""Table ``cpus``: processors, their power, their cores and the machines that they are in."""

import re

import pandas as pd

from costsvc.evidence.importers.rows import facts

SMALLEST_CPU_W, LARGEST_CPU_W = 3, 600
CORES = re.compile(r"(\d+)-Core\b", re.IGNORECASE)
CLIENT = re.compile(
    r"\b(?:core|pentium|celeron|athlon|phenom|sempron|turion|ryzen|atom|apple|a(?:4|6|8|9|10|12)\b|fx-|xeon w"
    r"|intel n\d)",
    re.IGNORECASE,
)
SERVER = re.compile(r"xeon(?! w)|epyc|opteron|embedded", re.IGNORECASE)
MOBILE = re.compile(
    r"\d(?:u|h|hk|hq|hs|hx|p|y|mq|mx|qm|xm|lm|um|m|g[1-7]|v)\b"
    r"|mobile|\bm[3579]-|turion|ryzen ai|(?:pentium|celeron) m\b",
    re.IGNORECASE,
)
"""What makers append to the numbers of processors for laptops."""
BOARD = ("Raspberry Pi", "Cix", "Rockchip")
PATTERNS = "processor_patterns.csv"
ANY_OF = {"cpu-server": "any-server", "desktop": "any-desktop", "laptop": "any-laptop", "board": "any-board"}
"""The generation of a processor whose own is not known, by the machine that it is in."""


def cpus(upstream: pd.DataFrame) -> pd.DataFrame:
    """Processors with a plausible power, one row per name.

    Args:
        upstream: Names and power, as CodeCarbon has them.
    """
    table = upstream.dropna().rename(columns={"Name": "name", "TDP": "tdp_w"})
    table["tdp_w"] = pd.to_numeric(table["tdp_w"], errors="coerce")
    table = table[table["tdp_w"].between(SMALLEST_CPU_W, LARGEST_CPU_W)]
    table["accelerator_id"] = "cpu-" + table["name"].map(slug)
    table = table.sort_values(["accelerator_id", "tdp_w"]).drop_duplicates("accelerator_id", keep="last")
    table = table[["accelerator_id", "name", "tdp_w"]].assign(
        source_id="codecarbon", locator="cpu_power.csv: " + table["name"], quality="reported"
    )
    whole = pd.concat([table, _typed(set(table["accelerator_id"]))], ignore_index=True)
    return _of_generations(_in_machines(_with_cores(whole)))


def _typed(known: set[str]) -> pd.DataFrame:
    """Processors that the upstream table lacks."""
    typed = facts("processor_facts.csv")
    typed["accelerator_id"] = "cpu-" + typed["name"].map(slug)
    return typed[~typed["accelerator_id"].isin(known)]


def _with_cores(table: pd.DataFrame) -> pd.DataFrame:
    """Cores of a socket, by the name, else by the maker."""
    typed = facts("processor_cores.csv")
    typed = typed.assign(accelerator_id="cpu-" + typed["name"].map(slug)).set_index("accelerator_id")
    picked = typed.reindex(table["accelerator_id"]).set_index(table.index)
    named = table["name"].str.extract(CORES, expand=False).astype(float)
    given = table.get("cores", pd.Series(index=table.index, dtype=float))
    cores = given.fillna(picked["cores"]).fillna(named)
    own = picked["cores"].notna() & given.isna()
    locator = "specifications of " + table["name"]
    return table.assign(cores=cores, cores_source_id=picked["source_id"].where(own), cores_locator=locator.where(own))


def _in_machines(table: pd.DataFrame) -> pd.DataFrame:
    client = table["name"].str.contains(CLIENT) & ~table["name"].str.contains(SERVER)
    host = client.map({True: "desktop", False: "cpu-server"})
    host = host.mask(client & table["name"].str.contains(MOBILE), "laptop")
    return table.assign(host_family=host.mask(table["name"].str.startswith(BOARD), "board"))


def _of_generations(table: pd.DataFrame) -> pd.DataFrame:
    """The generation of each processor by the first pattern that its name fits, else what its machine usually holds."""
    typed = facts(PATTERNS)
    patterns = [
        (str(id_), re.compile(str(pattern), re.IGNORECASE))
        for id_, pattern in zip(typed["generation"], typed["pattern"], strict=True)
    ]
    return table.assign(
        generation=[
            next((id_ for id_, pattern in patterns if pattern.search(plain(name))), ANY_OF[host])
            for name, host in zip(table["name"], table["host_family"], strict=True)
        ]
    )


def plain(name: str) -> str:
    """A processor's name as the patterns of generations read it: without marks, its number written in one way."""
    bare = re.sub(r"\((R|TM|C)\)|®|™|\bprocessor\b", "", name, flags=re.IGNORECASE)
    return re.sub(r"\b(i[3579])[ +]", r"\1-", re.sub(r"\s+", " ", bare))


def slug(name: str) -> str:
    """A processor's name as an id holds it, without marks, clock and the word for what it is."""
    clean = re.sub(r"\((R|TM|C)\)|®|™|\bCPU\b|\bprocessor\b|@.*$", " ", name, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "-", clean.lower()).strip("-")
