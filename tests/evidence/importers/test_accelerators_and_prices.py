"""Accelerators and what is paid for them, built from a sample of upstream files."""

import json

import pandas as pd
import pytest

from costsvc.evidence.importers import accelerators, prices, processors


@pytest.mark.parametrize(
    ("accelerator_id", "family"),
    [
        ("nvidia-h100-sxm5-80gb", "h100"),
        ("nvidia-rtx-pro-6000-bw-maxq", "rtx-pro-6000"),
        ("google-tpu-v5e", "tpu-v5e"),
        ("nvidia-jetson-agx-orin-64gb", "jetson-agx-orin"),
    ],
)
def test_a_family_is_the_id_without_vendor_form_and_memory(accelerator_id, family):
    assert accelerators.family_of(accelerator_id) == family


@pytest.mark.parametrize(
    ("accelerator_id", "families"),
    [
        pytest.param("nvidia-h100-sxm5-80gb", ["hgx-h100", "h100", "h100"], id="board-of-a-server"),
        pytest.param("nvidia-h100-pcie-80gb", ["pcie-server", "h100", "h100"], id="card"),
        pytest.param("google-tpu-v5p", ["tpu", "tpu", "tpu-v4"], id="tpu"),
        pytest.param("amd-mi300x", ["oam", "*", "*"], id="nothing-known-of-its-kind"),
        pytest.param("apple-m1-max", ["laptop", "*", "*"], id="laptop"),
        pytest.param("nvidia-rtx-4090-laptop", ["laptop-card", "*", "*"], id="card-of-a-laptop"),
        pytest.param("nvidia-gb10-dgx-spark", ["desktop", "*", "*"], id="small-desktop"),
        pytest.param("amd-mi250x-gcd", ["oam-half", "*", "*"], id="die-of-a-package"),
        pytest.param("nvidia-a16-gpu", ["pcie-server-quarter", "*", "*"], id="gpu-of-a-board"),
        pytest.param("cerebras-wse-3", ["system", "*", "*"], id="wafer"),
    ],
)
def test_an_accelerator_leads_to_what_behaves_like_it(table, accelerator_id, families):
    row = table("accelerators").set_index("accelerator_id").loc[accelerator_id]
    assert row[["host_family", "power_family", "mfu_family"]].tolist() == families


def test_watts_without_a_datasheet_name_their_own_source(table):
    row = table("accelerators").set_index("accelerator_id").loc["google-tpu-v5p"]
    assert (row["tdp_basis"], row["quality"]) == ("estimate", "assumed")
    assert row["tdp_w_source_id"] == "schneider-2025"
    assert row["source_id"] != "schneider-2025"


def test_idle_power_is_bounded_by_its_readings(table):
    row = table("accelerators").set_index("accelerator_id").loc["nvidia-h100-sxm5-80gb"]
    assert row["idle_w_low"] < row["idle_w"] < row["idle_w_high"]


def test_bf16_is_there_only_where_the_hardware_has_it(table):
    rows = table("accelerators").set_index("accelerator_id")[["peak_bf16_tflops", "peak_fp16_tflops"]]
    assert rows.loc["nvidia-t4"].isna().tolist() == [True, False]
    assert rows.loc["google-tpu-v5p"].isna().tolist() == [False, True]
    assert rows.loc["amd-mi100"].tolist() == [92.3, 184.6]


def test_implausible_and_repeated_processors_are_dropped():
    names = ["AMD EPYC 7763", "AMD EPYC 7763 @ 2.45GHz", "Intel Atom Z500", "Misprint 1", "Intel(R) Xeon(R) 9"]
    rows = processors.cpus(pd.DataFrame({"Name": names, "TDP": [280.0, 280.0, 0.65, 9000.0, 150.0]}))
    rows = rows[rows["source_id"] == "codecarbon"]
    assert rows[["accelerator_id", "tdp_w"]].to_numpy().tolist() == [
        ["cpu-amd-epyc-7763", 280],
        ["cpu-intel-xeon-9", 150],
    ]


@pytest.mark.parametrize(
    ("name", "cores", "host"),
    [
        pytest.param("AMD EPYC 7763", 64, "cpu-server", id="typed"),
        pytest.param("AMD EPYC 1 24-Core", 24, "cpu-server", id="in-its-name"),
        pytest.param("Intel Xeon 9", None, "cpu-server", id="not-known"),
        pytest.param("Intel Core i7-8750H", 6, "laptop", id="laptop"),
        pytest.param("AMD Ryzen 9 5950X", 16, "desktop", id="desktop"),
        pytest.param("Intel Xeon W-2145", 8, "desktop", id="workstation"),
        pytest.param("AMD Ryzen Embedded V1605B", None, "cpu-server", id="embedded"),
    ],
)
def test_a_processor_has_its_cores_and_its_machine(name, cores, host):
    rows = processors.cpus(pd.DataFrame({"Name": [name], "TDP": [100.0]})).set_index("name")
    assert rows.loc[name, "host_family"] == host
    assert rows.loc[name, "cores"] == cores or (cores is None and pd.isna(rows.loc[name, "cores"]))


@pytest.mark.parametrize(
    ("name", "generation"),
    [
        pytest.param("AMD EPYC 7763", "epyc-7003", id="third-generation"),
        pytest.param("AMD EPYC 9454P", "epyc-9004", id="ends-in-four"),
        pytest.param("AMD EPYC 9575F", "epyc-9005", id="ends-in-five"),
        pytest.param("Intel Xeon Gold 6148", "xeon-scalable-1", id="second-digit-of-a-xeon"),
        pytest.param("Intel(R) Xeon(R) Platinum 8480+", "xeon-scalable-4", id="with-marks"),
        pytest.param("Intel Xeon E5-2680 v4", "xeon-e5-v4", id="version"),
        pytest.param("Intel Core i5 processor 14401E", "core-14", id="with-a-word-between"),
        pytest.param("Intel Core\N{NO-BREAK SPACE}i7-2720QM", "core-2-3", id="odd-space"),
        pytest.param("Intel Core i7-1165G7", "core-11-mobile", id="four-digits-of-the-eleventh"),
        pytest.param("Intel Pentium Gold 6500Y", "pentium-gold", id="gold-that-is-no-xeon"),
        pytest.param("AMD Ryzen AI 5 340", "ryzen-ai-300", id="laptop"),
        pytest.param("Somebody's chip", "any-server", id="unknown-in-a-server"),
    ],
)
def test_a_processor_is_of_the_generation_that_its_name_says(name, generation):
    rows = processors.cpus(pd.DataFrame({"Name": [name], "TDP": [100.0]})).set_index("name")
    assert rows.loc[name, "generation"] == generation


def test_typed_processors_do_not_replace_those_of_upstream():
    rows = processors.cpus(pd.DataFrame({"Name": ["AMD EPYC 9965"], "TDP": [501.0]})).set_index("name")
    assert rows.loc["AMD EPYC 9965", ["tdp_w", "source_id", "cores"]].tolist() == [501, "codecarbon", 192]
    assert rows.loc["AWS Graviton4", "tdp_w_low"] < rows.loc["AWS Graviton4", "tdp_w"]


def test_devices_of_a_board_share_what_it_has(table):
    rows = table("accelerators").set_index("accelerator_id")
    whole, part = rows.loc["nvidia-a16"], rows.loc["nvidia-a16-gpu"]
    assert (whole["devices_per_unit"], whole["device_id"], part["devices_per_unit"]) == (4, "nvidia-a16-gpu", 1)
    assert part[["tdp_w", "memory_gb", "memory_bandwidth_gb_s"]].tolist() == [62.5, 16, 200]
    embodied = table("embodied").set_index("embodied_id")["kg"]
    assert embodied[part["embodied_id"]] == embodied[whole["embodied_id"]] / 4


def test_every_alias_leads_to_an_accelerator(table):
    aliases = table("accelerator_aliases")
    assert set(aliases["accelerator_id"]) <= set(table("accelerators")["accelerator_id"])
    assert set(aliases["kind"]) == {"alias", "family", "box"}


def price(rows, *key):
    """The newest price of a key."""
    return rows.set_index(prices.KEY).sort_index().loc[[key]].sort_values("observed_on").iloc[-1]


def test_a_whole_host_sets_the_price_of_a_region(table):
    row = price(table("accelerator_prices"), "aws", "us-east-1", "nvidia-h100-sxm5-80gb", "on-demand")
    assert row["usd_per_accelerator_hour"] == pytest.approx(55.04 / 8, rel=1e-3)
    assert row["low"] < row["usd_per_accelerator_hour"] < row["high"]


def test_a_provider_and_the_market_have_medians_with_the_spread_as_width(table):
    rows = table("accelerator_prices")
    cloud = price(rows, "azure", "*", "nvidia-h100-sxm5-80gb", "on-demand")
    market = price(rows, "*", "*", "nvidia-h100-sxm5-80gb", "on-demand")
    assert "regions" in cloud["locator"]
    assert "providers" in market["locator"]
    assert (cloud["quality"], market["quality"]) == ("derived", "derived")
    assert market["high"] / market["low"] > 2


def test_a_name_that_leaves_the_form_open_is_no_price_of_the_default(table):
    locators = table("accelerator_prices").query("accelerator_id == 'nvidia-h100-sxm5-80gb'")["locator"]
    assert not locators.str.contains("form unstated").any()


def test_spot_prices_above_on_demand_are_dropped_for_old_tpus(sample, table):
    upstream = json.loads((sample / "gpuhunt/tpu_pricing.json").read_text(encoding="utf-8"))
    listed = upstream["TPU v4 pod"]["us-central2"]
    assert listed["Spot (USD)"] > listed["On Demand (USD)"]
    kinds = table("accelerator_prices").query("region == 'us-central2' or accelerator_id == 'google-tpu-v5e'")
    assert "spot" not in set(kinds.loc[kinds["accelerator_id"] == "google-tpu-v4", "kind"])
    assert "spot" in set(kinds.loc[kinds["accelerator_id"] == "google-tpu-v5e", "kind"])


def test_instances_say_how_many_accelerators_they_hold(table):
    row = table("instances").set_index("instance_id").loc["aws:p5.48xlarge"]
    assert (row["accelerator_id"], row["accelerators"]) == ("nvidia-h100-sxm5-80gb", 8)


def test_the_network_is_part_of_what_a_cluster_costs(table):
    rows = table("purchase_prices").set_index("accelerator_id")
    shared = rows[rows["locator"].str.contains("network")]
    assert len(shared)
    assert (rows["low"] < rows["usd_per_accelerator"]).all()
    assert (rows["high"] > rows["usd_per_accelerator"]).all()
