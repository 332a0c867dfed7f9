"""The tables as they are shipped."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def models():
    return pd.read_csv(DATA / "models.csv").set_index("model_id")


@pytest.fixture(scope="module")
def measured(models):
    rows = pd.read_csv(DATA / "inference_measurements.csv")
    return models.loc[sorted(rows["model_id"].unique())]


def test_there_are_300_models_with_total_and_active_parameters(models):
    assert len(models) >= 300
    assert (models["active_params_b"] <= models["total_params_b"]).all()
    assert models["layers"].notna().sum() >= 200


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
    decoders = per_block[~dense.index.str.contains("t5|nemotron-nano|whisper|pythia-70m")]
    assert decoders.between(6.5, 25).all(), decoders[~decoders.between(6.5, 25)]


def test_sizes_that_nobody_published_say_so(models):
    closed = models[~models["params_disclosed"]]
    assert len(closed) >= 50
    assert closed["active_params_b_low"].notna().all()
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
    }.items():
        assert aliases[name] == model_id
