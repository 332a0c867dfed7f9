"""The tables of machines as they are shipped: figures that belong together, units of count, names, sources."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from costsvc.settings import bundled_data

DATA = bundled_data()
HBM_GB_S = 500
"""No stacked memory is slower, and no graphics memory of a card faster than 1,792 GB/s."""
SPECIAL = {
    "nvidia-vr200": "announced: fp8 and fp4 have units of their own",
    "google-tpu-v8i": "bf16 runs at an eighth of fp8",
    "aws-trainium2": "fp8 is not twice bf16",
    "aws-trainium3": "fp8 and fp4 run at one rate",
    "microsoft-maia-200": "fp8 is four times bf16",
    "intel-gaudi3-oam": "fp8 runs at the rate of bf16",
    "intel-gaudi3-pcie": "fp8 runs at the rate of bf16",
    "google-tpu-v6e": "fp8 runs at the rate of bf16",
    "aws-inferentia2": "fp8 runs at the rate of bf16",
    "aws-trainium1": "fp8 runs at the rate of bf16",
    "nvidia-b300": "fp4 is three times fp8",
    "nvidia-gb300": "fp4 is three times fp8",
    "tenstorrent-n300": "block formats",
    "tenstorrent-p150": "block formats",
}
"""Where a narrower format is not twice as fast, and why."""
HOSTS = {
    "datacenter": {
        "dgx-v100",
        "gh200",
        "hgx-a100",
        "hgx-b200",
        "hgx-h100",
        "nvl72",
        "oam",
        "oam-half",
        "pcie-server",
        "pcie-server-half",
        "pcie-server-quarter",
        "system",
        "tpu",
        "tpu-half",
        "trainium",
        "trainium-half",
        "trainium-quarter",
        "trainium-eighth",
    },
    "workstation": {"workstation"},
    "consumer": {"workstation"},
    "desktop": {"desktop"},
    "laptop": {"laptop", "laptop-card"},
    "board": {"board"},
}
WITH_ANOTHER_NUMBER = {
    "ascend910-9362": "a die of a 910C by its driver",
    "b200-192gb": "sold as 192 GB",
    "b300-288gb-sxm": "sold as 288 GB",
    "gb200-192gb": "sold as 192 GB",
    "gb300-288gb-sxm": "sold as 288 GB",
    "gh200-120gb": "memory of the processor",
    "gh200-480gb": "memory of the processor",
    "nvidia-gh200-120gb": "memory of the processor",
    "nvidia-gh200-480gb": "memory of the processor",
    "h20-3e": "the memory's generation",
    "nvidia-h20-3e": "the memory's generation",
    "hl-335": "Gaudi 3 for China",
    "mi350x-294gb": "288 GiB as a seller counts",
    "neuroncore-v3": "generation of the core",
    "neuroncore-v4": "generation of the core",
    "baidu-kunlun-r200-(150w)": "its watts",
    "nvidia-b300-sxm6": "the socket",
    "nvidia-b300-sxm6-ac": "the socket",
    "nvidia-h100-80gb-hbm3": "the memory's generation",
    "radeon-8060s": "the graphics of Ryzen AI Max",
}
SHAPING = (
    "ti",
    "super",
    "laptop",
    "mobile",
    "nvl",
    "pcie",
    "sff",
    "ada",
    "pro",
    "gcd",
    "tile",
    "die",
    "maxq",
    "server",
)
"""Words of a name that make it another product."""


def table(name):
    return pd.read_csv(DATA / f"{name}.csv", keep_default_na=False, na_values=[""], low_memory=False)


@pytest.fixture(scope="module")
def chips():
    return table("accelerators").set_index("accelerator_id", drop=False)


@pytest.fixture(scope="module")
def wholes(chips):
    return chips[chips["device_id"].notna()]


@pytest.mark.parametrize(("narrow", "wide"), [("fp8", "bf16"), ("fp4", "fp8")])
def test_a_format_of_half_the_width_is_twice_as_fast_but_where_it_is_said(chips, narrow, wide):
    whole = chips[~chips["accelerator_id"].isin(chips["device_id"])]
    both = whole.dropna(subset=[f"peak_{narrow}_tflops", f"peak_{wide}_tflops"])
    # GeForce cards multiply fp8 at half rate where they accumulate in fp32
    twice = 2 if narrow == "fp8" else both["segment"].isin(["consumer", "laptop"]).map({True: 4, False: 2})
    ratio = both[f"peak_{narrow}_tflops"] / both[f"peak_{wide}_tflops"] / twice
    assert set(ratio.index[(ratio - 1).abs() > 0.1]) <= set(SPECIAL)


def test_the_memory_of_cards_is_as_fast_as_such_memory_is(chips):
    cards = chips[chips["form_factor"].isin(["pcie", "mobile"]) & chips["segment"].ne("datacenter")]
    assert cards["memory_bandwidth_gb_s"].max() <= 1792
    stacked = chips[chips["form_factor"].isin(["sxm", "superchip"])]
    assert stacked["memory_bandwidth_gb_s"].min() >= HBM_GB_S
    assert chips.loc["nvidia-rtx-pro-6000-bw-server", "memory_bandwidth_gb_s"] == 1597


def test_the_range_of_a_power_limit_holds_it(chips):
    ranged = chips[chips["tdp_w_low"].notna() | chips["tdp_w_high"].notna()]
    assert (ranged["tdp_w_low"].fillna(0) <= ranged["tdp_w"]).all()
    assert (ranged["tdp_w_high"].fillna(1e9) >= ranged["tdp_w"]).all()
    processors = table("cpus")
    assert (processors["tdp_w_low"].fillna(0) <= processors["tdp_w"]).all()
    assert (processors["tdp_w_high"].fillna(1e9) >= processors["tdp_w"]).all()


@pytest.mark.parametrize(
    ("accelerator_id", "column", "right"),
    [
        ("nvidia-rtx-pro-6000-bw-server", "peak_fp32_tflops", 120),
        ("nvidia-rtx-pro-6000-bw-server", "peak_bf16_tflops", 480),
        ("nvidia-l40s", "peak_int4_tops", 733),
        ("nvidia-gh200", "tdp_w_low", 450),
        ("amd-ryzen-ai-max-395", "tdp_w_low", 45),
        ("nvidia-jetson-orin-nano-8gb", "tdp_w", 25),
        ("nvidia-jetson-orin-nano-8gb", "memory_bandwidth_gb_s", 102),
        ("nvidia-a100-sxm4-64gb", "memory_gb", 64),
        ("nvidia-rtx-2060", "tdp_w", 160),
        ("nvidia-gh200-144gb", "memory_gb", 144),
    ],
)
def test_a_value_that_an_audit_found_wrong_or_missing_is_right(chips, accelerator_id, column, right):
    assert chips.loc[accelerator_id, column] == right


def test_a_part_made_for_an_export_rule_keeps_to_it(chips):
    # total processing performance: TOP/s times bits, below 4,800 dense
    assert chips.loc["amd-mi308x", "peak_bf16_tflops"] * 16 < 4800
    assert chips.loc["amd-mi308x", "peak_fp8_tflops"] * 8 < 4800


def test_every_segment_leads_to_a_host_of_its_own_kind(chips):
    found = chips.groupby("segment")["host_family"].agg(set).to_dict()
    assert found.keys() == HOSTS.keys()
    assert all(hosts <= HOSTS[segment] for segment, hosts in found.items())


def test_hosts_outside_of_data_centres_have_no_building_and_the_others_leave_it_open():
    hosts = table("hosts").set_index("host_family")
    at_home = hosts.index.isin(set().union(*(HOSTS[kind] for kind in HOSTS if kind != "datacenter")))
    assert hosts.loc[at_home, ["pue", "wue_l_per_kwh"]].to_numpy().tolist() == [[1, 0]] * at_home.sum()
    assert hosts.loc[~at_home, ["pue", "wue_l_per_kwh"]].isna().all(axis=None)
    assert set(table("cpus")["host_family"]) == {"cpu-server", "desktop", "laptop", "board"}


def test_what_drivers_list_apart_has_a_row_of_an_equal_part(chips, wholes):
    assert (wholes["devices_per_unit"] > 1).all()
    assert (chips.drop(wholes.index)["devices_per_unit"] == 1).all()
    parts = chips.loc[wholes["device_id"]]
    columns = ["tdp_w", "memory_gb", "memory_bandwidth_gb_s", "peak_fp32_tflops", "peak_bf16_tflops"]
    shares = parts[columns].to_numpy() * wholes[["devices_per_unit"]].to_numpy() / wholes[columns].to_numpy()
    assert np.nanmin(shares) == pytest.approx(1, rel=1e-4)
    assert np.nanmax(shares) == pytest.approx(1, rel=1e-4)
    assert set(parts["unit_of_count"]) == {"gpu", "gcd", "tile", "die", "core"}


@pytest.mark.parametrize(
    ("name", "key", "columns", "shared"),
    [
        ("embodied", "embodied_id", ["kg", "low", "high"], []),
        ("hosts", "host_family", ["base_w", "fabric_w"], ["overhead_share", "embodied_kg"]),
    ],
)
def test_host_and_manufacture_of_a_part_are_shares_too(chips, wholes, name, key, columns, shared):
    rows = table(name).set_index(key)
    for _, whole in wholes.iterrows():
        part = chips.loc[whole["device_id"]]
        own, other = rows.loc[part[key]], rows.loc[whole[key]]
        assert (own[columns] * whole["devices_per_unit"]).tolist() == pytest.approx(other[columns].tolist(), rel=1e-4)
        assert own[shared].tolist() == other[shared].tolist()


def test_only_what_holds_its_processor_is_a_superchip(chips):
    assert set(chips.index[chips["unit_of_count"] == "superchip"]) == {"nvidia-gh200", "nvidia-gh200-144gb"}


def test_an_alias_has_no_number_that_its_product_has_not(chips):
    def numbers(*texts):
        return set(re.findall(r"\d+", " ".join(map(str, texts))))

    names = table("accelerator_aliases").query("kind != 'box'")
    rows = chips.loc[names["accelerator_id"]]
    own = [numbers(id_, row["name"], f"{row['memory_gb']:g}") for id_, row in rows.iterrows()]
    strange = {alias for alias, known in zip(names["alias"], own, strict=True) if numbers(alias) - known}
    assert strange == set(WITH_ANOTHER_NUMBER)


def test_an_alias_with_a_word_that_makes_another_product_leads_to_that(chips):
    def shaping(text):
        return set(re.split(r"[^a-z]+", text.lower())) & set(SHAPING)

    names = table("accelerator_aliases").query("kind != 'box'")
    rows = chips.loc[names["accelerator_id"]]
    own = [f"{id_} {row['name']} {row['form_factor']} {row['note']}" for id_, row in rows.iterrows()]
    known = [shaping(text) for text in own]
    strange = [alias for alias, words in zip(names["alias"], known, strict=True) if shaping(alias) - words]
    assert strange == []
    assert set(names.loc[names["alias"].str.contains("mobile"), "accelerator_id"].str.endswith("-laptop")) == {True}


@pytest.mark.parametrize("alias", ["tpu", "google-tpu", "a100x", "nvidia-a100x", "a1000", "3070"])
def test_a_name_that_means_no_product_or_another_is_no_alias(alias):
    assert alias not in set(table("accelerator_aliases")["alias"])


def test_names_of_boxes_say_how_many_are_in_them():
    names = table("accelerator_aliases").set_index("alias")
    assert (names.loc[names["kind"] != "box", "units"] == 1).all()
    assert (names.loc[names["kind"] == "box", "units"] > 1).all()
    assert names.loc[["dgx-h100", "gb200-nvl72", "dgx-2"], "units"].tolist() == [8, 72, 16]


def test_sources_of_machines_are_known_and_have_an_address_and_a_date(chips):
    sources = table("sources").set_index("source_id")
    own = {str(id_) for column in ("tdp_w_source_id", "idle_w_source_id") for id_ in chips[column].dropna()}
    own |= set(table("cpus")["cores_source_id"].dropna()) | set(chips["source_id"]) | set(table("cpus")["source_id"])
    own |= {id_ for name in ("accelerator_aliases", "embodied", "hosts") for id_ in table(name)["source_id"]}
    assert own <= set(sources.index)
    addressed = sources.loc[sorted(own - {"assumption"})]
    assert addressed[["url", "accessed"]].notna().all(axis=None)


def test_estimated_watts_are_not_cited_to_who_did_not_estimate_them(chips):
    guessed = chips[chips["tdp_basis"] == "estimate"]
    assert guessed["tdp_w_source_id"].notna().all()
    assert "epoch-ml-hardware" not in set(guessed["tdp_w_source_id"])


def test_processors_of_the_clouds_are_there_with_their_cores():
    rows = table("cpus").set_index("name")
    cores = {
        "Intel Xeon E5-2683 v4": 16,
        "AMD EPYC 7763": 64,
        "AMD EPYC 9965": 192,
        "AWS Graviton4": 96,
        "NVIDIA Grace": 72,
        "Ampere Altra Max M128-30": 128,
        "Intel Xeon 6980P": 128,
        "Intel Core i9-14900K": 24,
        "Intel Core Ultra 9 285K": 24,
    }
    assert rows.loc[list(cores), "cores"].to_dict() == cores
    assert (rows["tdp_w"] / rows["cores"]).dropna().between(0.5, 60).all()


def test_every_processor_is_of_a_generation_and_every_generation_is_somebodys():
    generations = table("processor_generations").set_index("generation")
    of = table("cpus")["generation"]
    assert set(of) <= set(generations.index)
    assert set(generations.index) - set(of) <= {"any-board", "any-desktop", "any-laptop"}
    assert of.str.startswith("any-").mean() < 0.01


@pytest.mark.parametrize("column", ["memory_bandwidth_gb_s", "cores", "flop_per_cycle", "clock_ghz"])
def test_what_a_generation_has_lies_in_its_range(column):
    rows = table("processor_generations")
    assert (rows[f"{column}_low"] <= rows[column]).all()
    assert (rows[column] <= rows[f"{column}_high"]).all()


@pytest.mark.parametrize(
    ("generation", "channels", "mt_per_s"),
    [
        ("epyc-7003", 8, 3200),
        ("epyc-9004", 12, 4800),
        ("xeon-scalable-1", 6, 2666),
        ("xeon-scalable-4", 8, 4800),
        ("xeon-e5-v4", 4, 2400),
        ("core-4", 2, 1600),
        ("ryzen-5000", 2, 3200),
        ("altra", 8, 3200),
        ("graviton4", 12, 5600),
    ],
)
def test_bandwidth_is_channels_times_eight_bytes_times_their_rate(generation, channels, mt_per_s):
    rows = table("processor_generations").set_index("generation")
    assert rows.loc[generation, "memory_bandwidth_gb_s"] == pytest.approx(channels * 8 * mt_per_s / 1000, rel=0.01)


def test_described_vocabularies_are_those_of_the_tables():
    fields = {
        field["name"]: field
        for resource in json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]
        if resource["name"] == "accelerators"
        for field in resource["schema"]["fields"]
    }
    assert set(fields["segment"]["constraints"]["enum"]) == set(HOSTS)
