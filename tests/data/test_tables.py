"""The tables as they are shipped: how much they hold, what leads where, and what stays out of them."""

import json

import pandas as pd
import pytest

from costsvc.settings import bundled_data

DATA = bundled_data()
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
EVERY_YEAR = range(2000, 2024)


def table(name):
    return pd.read_csv(DATA / RESOURCES[name]["path"], keep_default_na=False, na_values=[""], low_memory=False)


def ids(name, column):
    return set(table(name)[column].dropna())


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        pytest.param("accelerators", 110, id="accelerators"),
        pytest.param("cpus", 4000, id="processors"),
        pytest.param("instances", 60, id="instances"),
        pytest.param("regions", 120, id="regions"),
        pytest.param("place_names", 3000, id="names-of-places"),
        pytest.param("cities", 500, id="cities"),
        pytest.param("subdivision_codes", 4900, id="codes-of-iso-3166-2"),
        pytest.param("models", 300, id="models"),
        pytest.param("api_prices", 1000, id="rented-models"),
        pytest.param("inference_measurements", 1000, id="inference-measurements"),
    ],
)
def test_a_table_is_large_enough(name, at_least):
    assert len(table(name)) >= at_least


def test_200_countries_have_an_average_in_each_year_since_2000():
    rows = table("grid_average")
    countries = rows[rows["zone_id"].isin(ids("countries", "country")) & (rows["scope"] == "lifecycle")]
    counted = countries.groupby("year")["zone_id"].nunique()
    assert countries["zone_id"].nunique() >= 200
    assert (counted[list(EVERY_YEAR)] >= 200).all()
    assert counted[2025] >= 90


def test_zones_subregions_and_states_have_averages():
    assert table("grid_average_electricitymaps")["zone_id"].nunique() >= 350
    rows = table("grid_average")
    assert rows.loc[rows["zone_id"].str.startswith("egrid:"), "zone_id"].nunique() == 27
    tied = table("grid_average_tied")
    states = tied[tied["zone_id"].str.fullmatch("US-[A-Z]{2}")]
    assert states.groupby("scope")["zone_id"].nunique().to_dict() == {"direct": 51, "lifecycle": 51}


@pytest.mark.parametrize("name", sorted(RESOURCES.keys() - {"sources"}))
def test_every_row_says_where_it_comes_from(name):
    rows = table(name)
    assert set(rows["source_id"]) <= ids("sources", "source_id")
    assert rows["locator"].str.strip().ne("").all()
    assert rows["locator"].notna().all()


def test_every_source_is_the_source_of_a_row_or_named_in_a_locator():
    others = [table(name) for name in RESOURCES if name != "sources"]
    cited = [frame[column] for frame in others for column in frame if str(column).endswith("source_id")]
    used = set().union(*cited)
    locators = "\n".join(locator for frame in others for locator in frame["locator"].unique())
    assert [source for source in ids("sources", "source_id") - used if source not in locators] == []


@pytest.mark.parametrize(
    ("name", "column", "target", "key"),
    [
        ("accelerators", "host_family", "hosts", "host_family"),
        ("accelerators", "power_family", "power_fractions", "power_family"),
        ("accelerators", "mfu_family", "mfu", "mfu_family"),
        ("accelerators", "embodied_id", "embodied", "embodied_id"),
        ("accelerator_aliases", "accelerator_id", "accelerators", "accelerator_id"),
        ("accelerator_prices", "accelerator_id", "accelerators", "accelerator_id"),
        ("purchase_prices", "accelerator_id", "accelerators", "accelerator_id"),
        ("inference_measurements", "accelerator_id", "accelerators", "accelerator_id"),
        ("generation_measurements", "accelerator_id", "accelerators", "accelerator_id"),
        ("power_measurements", "accelerator", "accelerators", "accelerator_id"),
        ("mfu_measurements", "accelerator", "accelerators", "accelerator_id"),
        ("inference_measurements", "model_id", "models", "model_id"),
        ("generation_measurements", "model_id", "models", "model_id"),
        ("model_aliases", "model_id", "models", "model_id"),
        ("subdivisions", "country", "countries", "country"),
        ("regions", "country", "countries", "country"),
        ("regions", "subdivision", "subdivisions", "subdivision"),
        ("regions", "zone_id", "grid_average_electricitymaps", "zone_id"),
        ("cities", "country", "countries", "country"),
        ("cities", "subdivision", "subdivisions", "subdivision"),
        ("cities", "zone_id", "grid_average_electricitymaps", "zone_id"),
        ("cities", "egrid_zone_id", "grid_average", "zone_id"),
        ("cities", "avert_zone_id", "grid_marginal", "zone_id"),
        ("subdivision_codes", "country", "countries", "country"),
        ("subdivision_codes", "zone_id", "grid_average_electricitymaps", "zone_id"),
        ("regions", "egrid_zone_id", "grid_average", "zone_id"),
        ("regions", "avert_zone_id", "grid_marginal", "zone_id"),
        ("grid_average_google", "zone_id", "regions", "region_id"),
        ("grid_profiles", "zone_id", "grid_average_electricitymaps", "zone_id"),
        ("grid_marginal_ifi", "zone_id", "countries", "country"),
    ],
)
def test_what_a_row_leads_to_is_there(name, column, target, key):
    assert ids(name, column) - ids(target, key) == set()


@pytest.mark.parametrize(
    ("name", "key"),
    [("power_fractions", "power_family"), ("mfu", "mfu_family"), ("operators", "operator")],
)
def test_there_is_a_row_for_what_has_none_of_its_own(name, key):
    assert "*" in ids(name, key)


def test_zones_of_electricity_and_water_are_places():
    places = ids("countries", "country") | ids("subdivisions", "subdivision") | {"world"}
    assert ids("electricity_prices", "zone_id") | ids("water_factors", "zone_id") <= places


@pytest.mark.parametrize(
    ("accelerator_id", "column", "right"),
    [
        ("nvidia-v100-sxm2-16gb", "tdp_w", 300),
        ("nvidia-v100-sxm2-32gb", "tdp_w", 300),
        ("nvidia-v100-pcie-16gb", "tdp_w", 250),
        ("nvidia-rtx-4070", "tdp_w", 200),
        ("nvidia-rtx-4070-ti", "tdp_w", 285),
        ("amd-rx-7900-xtx", "tdp_w", 355),
        ("nvidia-l40s", "tdp_w", 350),
        ("nvidia-a10g", "tdp_w", 300),
        ("nvidia-a100-pcie-40gb", "tdp_w", 250),
        ("nvidia-a100-pcie-40gb", "memory_bandwidth_gb_s", 1555),
        ("nvidia-p40", "memory_bandwidth_gb_s", 346),
        ("nvidia-k80", "tdp_w", 300),
        ("nvidia-k80", "memory_gb", 24),
        ("nvidia-k80", "memory_bandwidth_gb_s", 480),
        ("nvidia-k80", "peak_fp32_tflops", 8.73),
        ("nvidia-m60", "memory_gb", 16),
        ("nvidia-a16", "memory_gb", 64),
        ("nvidia-b200", "memory_gb", 180),
        ("nvidia-b200", "memory_bandwidth_gb_s", 7700),
        ("nvidia-b200", "peak_fp32_tflops", 75),
        ("nvidia-gb200", "peak_fp32_tflops", 80),
        ("nvidia-b300", "tdp_w", 1100),
        ("nvidia-gb300", "tdp_w", 1400),
        ("amd-mi250x", "memory_gb", 128),
        ("amd-mi300x", "memory_bandwidth_gb_s", 5300),
        ("amd-mi300x", "peak_fp32_tflops", 163.4),
        ("amd-mi325x", "memory_bandwidth_gb_s", 6000),
        ("amd-mi325x", "memory_gb", 256),
        ("amd-mi308x", "memory_bandwidth_gb_s", 5300),
        ("amd-mi300a", "tdp_w", 550),
        ("amd-mi300a", "memory_gb", 128),
        ("amd-mi355x", "peak_fp8_tflops", 5033.2),
        ("amd-mi355x", "peak_fp4_tflops", 10066),
        ("amd-mi100", "peak_bf16_tflops", 92.3),
        ("nvidia-h100-sxm5-80gb", "peak_fp16_tflops", 989.4),
        ("nvidia-h100-nvl-94gb", "peak_bf16_tflops", 835.5),
        ("nvidia-rtx-4090", "peak_fp16_tflops", 165.2),
        ("nvidia-rtx-3090-ti", "peak_fp16_tflops", 80),
        ("nvidia-rtx-2080-ti", "peak_fp16_tflops", 53.8),
        ("intel-gaudi2", "peak_bf16_tflops", 432),
        ("intel-gaudi3-oam", "peak_bf16_tflops", 1678),
        ("meta-mtia-v2", "memory_gb", 128),
        ("google-tpu-v2", "memory_gb", 16),
        ("google-tpu-v3", "memory_gb", 32),
    ],
)
def test_a_value_that_is_wrong_upstream_is_right_here(accelerator_id, column, right):
    assert table("accelerators").set_index("accelerator_id").loc[accelerator_id, column] == right


def test_watts_of_tpus_hold_their_host_and_are_hardly_scaled():
    rows = table("accelerators")
    tpus = rows[rows["family"].str.startswith("tpu")]
    assert set(tpus["tdp_basis"]) <= {"measured-mean", "estimate"}
    assert set(tpus["power_family"]) == {"tpu"}
    assert set(tpus["host_family"]) == {"tpu", "tpu-half"}
    hosts = table("hosts").set_index("host_family")
    assert hosts.loc[["tpu", "tpu-half"], ["overhead_share", "base_w"]].eq(0).all(axis=None)
    assert table("power_fractions").query("power_family == 'tpu'")["fraction"].between(0.95, 1.05).all()


def test_what_the_vendor_does_not_tell_is_an_estimate_with_width():
    rows = table("accelerators")
    guessed = rows[rows["tdp_basis"] == "estimate"]
    assert (guessed["tdp_w_low"] < guessed["tdp_w"]).all()
    assert (guessed["tdp_w_high"] > guessed["tdp_w"]).all()
    assert set(guessed["quality"]) == {"assumed"}


def test_rates_are_dense():
    rows = table("accelerators").set_index("accelerator_id")
    faster = {"nvidia-vr200", "amd-mi455x", "cerebras-wse-3"}  # announced ones, and a wafer
    assert set(rows.index[rows["peak_bf16_tflops"] >= 2600]) == faster
    rows = rows.drop(["nvidia-vr200"])  # its fp8 has units of its own
    both = rows[rows["vendor"].isin(["NVIDIA", "AMD"])].dropna(subset=["peak_bf16_tflops", "peak_fp8_tflops"])
    assert len(both) > 20
    assert (both["peak_fp8_tflops"] / both["peak_bf16_tflops"]).between(1.8, 2.2).all()


@pytest.mark.parametrize(
    "faulty",
    [
        ("southamerica-west1", 2024),
        ("southamerica-west1", 2021),
        ("asia-south1", 2022),
        ("us-east4", 2021),
        ("us-south1", 2021),
        ("asia-east2", 2024),
    ],
    ids=str,
)
def test_google_figures_of_unclear_scope_stay_out(faulty):
    region, year = faulty
    rows = table("grid_average_google")
    assert rows[(rows["zone_id"] == f"gcp:{region}") & (rows["year"] == year)].empty
    assert set(rows["scope"]) == {"direct"}


def test_what_may_not_be_shipped_is_not_there():
    text = "\n".join(file.read_text(encoding="utf-8") for file in DATA.glob("*.csv")).lower()
    for name in ("aib", "green-e", "globalpetrolprices", "statista", "eg.elc.loss", "techpowerup-"):
        assert f"{name}," not in text.replace(";", ","), name
    assert set(table("grid_average")["method"]) == {"average"}


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("grid_average_electricitymaps", "ODbL-1.0"),
        ("grid_profiles", "ODbL-1.0"),
        ("grid_marginal_ifi", "CC-BY-SA-4.0"),
        ("water_factors", "MPL-2.0"),
        ("subdivision_codes", "LGPL-2.1-or-later"),
    ],
)
def test_a_table_under_a_licence_that_passes_itself_on_says_so_and_mixes_with_nothing(name, licence):
    assert [entry["name"] for entry in RESOURCES[name]["licenses"]] == [licence]
    mine = sorted(ids(name, "source_id"))
    assert set(table("sources").set_index("source_id").loc[mine, "licence"]) == {licence}


SHARED_ALIKE = {"ODbL-1.0", "CC-BY-SA-4.0"}


@pytest.mark.parametrize("name", sorted(RESOURCES.keys() - {"sources"}))
def test_rows_that_pass_a_licence_on_stand_in_no_table_under_another(name):
    licences = table("sources").set_index("source_id")["licence"]
    passed_on = set(licences[list(ids(name, "source_id"))]) & SHARED_ALIKE
    assert passed_on <= {entry["name"] for entry in RESOURCES[name]["licenses"]}


def test_every_table_has_a_licence():
    assert [name for name, resource in RESOURCES.items() if not resource.get("licenses")] == []


def test_every_accelerator_is_estimated_under_its_own_id_with_sources_that_are_listed(client):
    known = ids("sources", "source_id")
    for accelerator in sorted(ids("accelerators", "accelerator_id")):
        body = {"accelerator": accelerator, "accelerator_hours": 1000, "region": "aws:us-east-1"}
        answer = client.post("/v1/estimates/training", json=body)
        assert answer.status_code == 200, (accelerator, answer.json)
        sourced = [factor for factor in answer.json["factors"] if factor["origin"] in ("table", "default")]
        assert {factor["source_id"] for factor in sourced} <= known
        assert {factor["source_id"] for factor in sourced} <= {row["source_id"] for row in answer.json["sources"]}
        assert all(factor["locator"] for factor in sourced)
        assert answer.json["energy_kwh"]["value"] > 0
