"""The tables as they are shipped."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def models():
    return pd.read_csv(DATA / "models.csv").set_index("model_id")


@pytest.fixture(scope="module")
def measured(models):
    rows = pd.read_csv(DATA / "inference_measurements.csv")
    return models.loc[sorted(rows["model_id"].unique())]


@pytest.fixture(scope="module")
def runs():
    return pd.read_csv(DATA / "training_runs.csv").set_index("run_id")


@pytest.fixture(scope="module")
def accelerators():
    return pd.read_csv(DATA / "accelerators.csv").set_index("accelerator_id")


def test_there_are_900_models_with_total_and_active_parameters(models):
    known = models["active_params_b"].notna()
    assert len(models) >= 900
    assert (models["active_params_b"] <= models["total_params_b"])[known].all()
    assert known.mean() > 0.99
    assert models["layers"].notna().sum() >= 400


def test_only_a_mixture_may_have_no_active_count(models):
    assert models.loc[models["active_params_b"].isna(), "architecture"].eq("moe").all()


def test_no_large_model_is_dense_that_saw_few_tokens(models):
    """Ten tokens per parameter are few for any model since 2022; a sparse one shows by it."""
    tokens_each = models["training_flop"] / (6e18 * models["total_params_b"] ** 2)
    dense = models["architecture"].eq("dense") & models["total_params_b"].ge(60)
    found = models.index[dense & tokens_each.lt(10) & models["released_on"].ge("2024")]
    assert set(found) <= {"bitnet-b1.58"}  # an experiment


@pytest.mark.parametrize("column", ["name", "index"])
def test_no_model_is_dense_whose_name_says_that_it_is_a_mixture(models, column):
    names = models.index.to_series() if column == "index" else models["name"]
    sparse = names.str.contains(r"[-_ ]a\d+(?:\.\d+)?b\b|\bmoe\b|\d+x\d+b", case=False)
    assert models.loc[sparse, "architecture"].eq("moe").all()


def test_the_experts_that_are_taken_fit_into_the_active_parameters(models):
    """With the share of experts s, total = d + x and active = d + s x leave d of at least nothing."""
    share = models["expert_share"]
    always = models["active_params_b"] - share * models["total_params_b"]
    assert always[share.lt(1)].dropna().gt(0).all()


def test_a_size_in_a_name_is_the_size_of_the_row(models):
    """Up to a tenth, and what a small model has of embeddings and of eyes."""
    size = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)(m|b|t)(?![a-z0-9])")
    unit = {"m": 1e-3, "b": 1.0, "t": 1e3}
    for model_id, total in models["total_params_b"].items():
        said = [float(number) * unit[letter] for number, letter in size.findall(model_id)]
        near = [abs(total - one) <= 0.1 * one + 1.3 for one in said]
        assert any(near) or not said or "laion-2b" in model_id, (model_id, total)


def test_hours_stay_below_the_peak_of_what_they_were_spent_on(models, accelerators):
    hours = models["training_accelerator_hours"]
    trained = models[hours.notna() & models["training_flop"].notna() & models["training_accelerator"].notna()]
    rates = accelerators[["peak_fp32_tflops", "peak_bf16_tflops", "peak_fp16_tflops"]].max(axis=1)
    peak = trained["training_accelerator"].map(lambda ids: rates[ids.split(",")].max())
    of_peak = trained["training_flop"] / (trained["training_accelerator_hours"] * peak * 3600e12)
    assert len(of_peak) >= 150
    assert of_peak.le(1).all(), of_peak[of_peak > 1]


def test_models_have_the_tokens_and_hours_of_their_runs(models, runs):
    both = models.index.intersection(runs.index)
    assert len(both) >= 65
    for of_model, of_run in [("training_tokens_b", "tokens_b"), ("training_accelerator_hours", "accelerator_hours")]:
        np.testing.assert_allclose(models.loc[both, of_model], runs.loc[both, of_run])


@pytest.mark.parametrize(
    ("model_id", "tokens_b", "hours"),
    [
        pytest.param("gpt-3-175b", 300, 3_552_000, id="not-its-data-set-of-238"),
        pytest.param("glm-130b", 400, 1_105_920, id="glm-130b"),
        pytest.param("phi-2", 1400, 32_256, id="phi-2"),
        pytest.param("phi-1.5", 150, 6_144, id="phi-1.5"),
        pytest.param("llama-4-scout", 40_000, 5_000_000, id="llama-4-scout"),
        pytest.param("llama-4-maverick", 22_000, 2_380_000, id="llama-4-maverick"),
        pytest.param("llama-3.1-405b", 15_600, 30_840_000, id="not-35-million-hours"),
        pytest.param("falcon-180b", 3500, 7_000_000, id="not-17.7-million-hours"),
        pytest.param("phi-3-mini", 3300, 86_016, id="phi-3-mini"),
        pytest.param("opt-175b", 300, 812_544, id="not-its-corpus-of-180"),
        pytest.param("llama-3-8b", 15_000, 1_300_000, id="llama-3-8b"),
    ],
)
def test_runs_are_as_their_papers_and_cards_say(models, model_id, tokens_b, hours):
    found = models.loc[model_id, ["training_tokens_b", "training_accelerator_hours"]].tolist()
    assert found == pytest.approx([tokens_b, hours])


def test_hardware_is_a_row_of_the_table_of_accelerators(models, runs, accelerators):
    named = models["training_accelerator"].dropna().str.split(",").explode()
    assert set(named) | set(runs["accelerator"]) <= set(accelerators.index)


def test_what_models_and_runs_rest_on_has_an_address(models, runs):
    sources = pd.read_csv(DATA / "sources.csv").set_index("source_id")
    cited = {*models["source_id"], *models["training_source_id"].dropna(), *runs["source_id"]}
    assert cited <= set(sources.index)
    assert sources.loc[sorted(cited), "url"].notna().all()


def test_locators_name_upstream_files_and_organizations_are_whole(models, runs):
    locators = pd.concat([models["locator"], models["training_locator"].dropna(), runs["locator"]])
    assert not locators.str.contains("trimmed").any()
    assert not models["organization"].dropna().str.contains('"').any()
    trained = models[["training_tokens_b", "training_flop", "training_accelerator_hours"]].notna().any(axis=1)
    assert models.loc[trained, "training_locator"].notna().all()


def test_every_measured_model_has_its_dimensions(measured):
    assert measured[["layers", "full_layers", "window_layers", "cached_values", "expert_share"]].notna().all().all()
    np.testing.assert_array_equal(measured["full_layers"] <= measured["layers"], True)


def test_flop_are_six_per_active_parameter_and_token_or_the_row_says_why_not(models):
    ratio = models["training_flop"] / (6e18 * models["active_params_b"] * models["training_tokens_b"])
    apart = np.abs(np.log(ratio)) > np.log(1.25)
    assert ratio.notna().sum() >= 200
    assert models.loc[apart, "flop_note"].notna().all()
    assert models.loc[ratio.notna() & ~apart, "flop_note"].isna().all()


@pytest.mark.parametrize(
    ("model_id", "total_b", "active_b"),
    [
        pytest.param("deepseek-v3", 671, 37, id="not-54-as-upstream-computes"),
        pytest.param("deepseek-r1", 671, 37, id="not-a-packed-count"),
        pytest.param("gpt-oss-120b", 117, 5.1, id="not-9.6"),
        pytest.param("qwen3-235b-a22b", 235, 22, id="not-25.7"),
        pytest.param("llama-4-maverick", 402, 17, id="maverick"),
        pytest.param("mistral-large-3", 675, 41, id="not-123-dense"),
        pytest.param("minimax-m2", 229, 10, id="not-18.2"),
        pytest.param("deepseek-v4-pro", 1600, 49, id="not-dense"),
        pytest.param("deepseek-v4-flash", 284, 13, id="not-dense-either"),
        pytest.param("nemotron-3-ultra", 550, 55, id="a55b"),
        pytest.param("composer-2.5", 1040, 32, id="of-kimi-k2.5"),
        pytest.param("kimi-k3", 2780, 104, id="kimi-k3"),
        pytest.param("gemma-3n-e4b", 7.85, 4, id="embeddings-are-not-read"),
    ],
)
def test_mixtures_have_their_publishers_figures(models, model_id, total_b, active_b):
    assert models.loc[model_id, ["total_params_b", "active_params_b"]].tolist() == pytest.approx(
        [total_b, active_b], rel=0.01
    )


def test_attention_and_embeddings_leave_room_for_the_rest_of_the_parameters(models):
    """Two to three quarters of a transformer's blocks are its feed-forward networks."""
    dense = models[(models["expert_share"] == 1) & models["heads"].notna() & models["vocab_size"].notna()]
    attention = dense["layers"] * dense["hidden_size"] * dense["head_dim"] * 2 * (dense["heads"] + dense["kv_heads"])
    rest = dense["total_params_b"] * 1e9 - attention - dense["vocab_size"] * dense["hidden_size"]
    per_block = rest / (dense["layers"] * dense["hidden_size"] ** 2)
    decoders = per_block[~dense.index.str.contains("t5|nemotron-nano|nemotron-h|whisper|pythia-70m")]
    assert decoders.between(5.9, 25).all(), decoders[~decoders.between(5.9, 25)]


def test_sizes_that_nobody_published_say_so(models):
    closed = models[~models["params_disclosed"]]
    assert len(closed) >= 50
    assert closed["total_params_b_low"].notna().all()
    assert (closed["active_params_b_low"].notna() == closed["active_params_b"].notna()).all()
    assert closed["quality"].eq("assumed").all()


def test_aliases_lead_to_models(models):
    aliases = pd.read_csv(DATA / "model_aliases.csv").set_index("alias")["model_id"]
    assert set(aliases) <= set(models.index)
    for name, model_id in {
        "meta-llama/llama-3.1-8b-instruct": "llama-3.1-8b",
        "llama 3.1 70b": "llama-3.1-70b",
        "gpt-4o-2024-08-06": "gpt-4o",
        "qwen/qwen3-235b-a22b-instruct-2507": "qwen3-235b-a22b",
        "deepseek-ai/deepseek-r1-0528": "deepseek-r1",
        "black-forest-labs/flux.1-schnell": "flux.1-schnell",
        "flux.1 schnell": "flux.1-schnell",
        "mistralai/mistral-small-3.1-24b-instruct-2503": "mistral-small-3.1",
        "microsoft/phi-3.5-mini-instruct": "phi-3.5-mini",
        "qwen/qwen2.5-coder-32b-instruct": "qwen2.5-coder-32b",
        "phi-3-medium-14b": "phi-3-medium",
    }.items():
        assert aliases[name] == model_id
