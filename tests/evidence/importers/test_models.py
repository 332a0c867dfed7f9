import json

import pandas as pd
import pytest

from costsvc.errors import TableError
from costsvc.evidence.importers import models
from costsvc.evidence.importers.model_names import same, slug, unversioned
from costsvc.evidence.importers.models_sparse import insist_on_sparse
from costsvc.evidence.importers.trained_on import hardware, identified

MAXTEXT = """model,base_emb_dim,base_num_query_heads,base_num_kv_heads,head_dim,base_num_decoder_layers,num_experts,\
num_experts_per_tok,shared_experts,vocab_size,decoder_block,attention_type,sliding_window_size,kv_lora_rank,\
max_position_embeddings
llama3.1-8b,4096,32,8,,32,,,,128256,llama2,,,,
gemma2-9b,3584,16,8,256,21,,,,256128,gemma2,,4096,,
deepseek3-671b,7168,128,128,,61,256,8,1,129280,deepseek,mla,,512,163840
"""
EPOCH = """Model,Organization,Publication date,Domain,Parameters,Training compute (FLOP),Training dataset size (total),\
Epochs,Training time (hours),Training hardware,Hardware quantity,Base model,Confidence
Llama 3.1-8B,Meta,2024-07-23,Language,8e9,7.2e23,1.5e13,,,NVIDIA H100,,,Confident
Plain 1B,Someone,2021-01-01,Language,1e9,1.2e20,1e10,2,100,NVIDIA V100,8,,Confident
Odd 1B,Someone,2021-01-01,Language,1e9,9e20,1e10,,,,,,Likely
Sparse 100B,Someone,2021-01-01,Language,1e11,6e21,1e11,,,,,,Confident
Guessed 1B,Someone,2021-01-01,Language,1e9,6e19,1e10,,,,,,Speculative
Tuned 1B,Someone,2021-01-01,Language,1e9,6e19,1e10,,,,,Plain 1B,Confident
Picture 1B,Someone,2022-01-01,Vision,1e9,6e19,1e6,,,,,,Confident
Few 200B,Someone,2025-01-01,Language,2e11,1.2e24,,,,,,,Confident
Rumour,Someone,2024-01-01,Language,1e11,1.2e25,,,,,,,Likely
Memoir,Someone,2021-01-01,Language,1e11,6e23,1e12,,,,,,Likely
Days 1B,\"\"\"Some, One\"\",Other",2021-01-01,Language,1e9,6e20,,,1,NVIDIA V100,8,,Confident
CoAtNet,Someone,2021-06-09,Vision,2.44e9,4.27e22,,,,Google TPU v3,,,Confident
Wafer 1B,Someone,2021-01-01,Language,1e9,6e19,1e10,,,Cerebras CS-2,,,Confident
"""
ALL_SYSTEMS = """Model,Organization,Publication date,Domain,Parameters,Training compute (FLOP),\
Training dataset size (datapoints),Training chip-hours,Training compute estimation method,Confidence
Llama 3.1-8B,Meta,2024-07-23,Language,8e9,,1.4e13,1460000,Reported,Confident
Odd 1B,Someone,2021-01-01,Language,1e9,9e20,1e10,,Hardware,Likely
GPT-3 175B,OpenAI,2020-05-28,Language,1.75e11,3.14e23,2.38e11,,Reported,Confident
CoAtNet,Someone,2021-06-09,Vision,2.44e9,4.27e22,,10050,Reported,Confident
"""
ECOLOGITS = {
    "aliases": [{"provider": "openai", "name": "closed-1", "alias": "closed-one"}],
    "models": [
        {
            "provider": "openai",
            "name": "closed-1-2025-01-02",
            "architecture": {"type": "moe", "parameters": {"total": 400, "active": {"min": 40, "max": 90}}},
            "warnings": ["model-arch-not-released"],
        },
        {
            "provider": "openai",
            "name": "closed-1",
            "architecture": {"type": "moe", "parameters": {"total": 400, "active": {"min": 40, "max": 90}}},
            "warnings": ["model-arch-not-released"],
        },
        {
            "provider": "mistralai",
            "name": "closed-small",
            "architecture": {"type": "dense", "parameters": {"min": 4, "max": 9}},
            "warnings": ["model-arch-not-released"],
        },
        {
            "provider": "mistralai",
            "name": "open-7b",
            "architecture": {"type": "dense", "parameters": 7},
            "warnings": None,
        },
    ],
}


WITHDRAWN = {
    "aliases": [],
    "models": [
        {
            "provider": "openai",
            "name": "closed-0",
            "architecture": {"type": "dense", "parameters": {"min": 10, "max": 20}},
            "warnings": ["model-arch-not-released"],
        },
        {
            "provider": "mistralai",
            "name": "closed-small",
            "architecture": {"type": "dense", "parameters": {"min": 1, "max": 2}},
            "warnings": ["model-arch-not-released"],
        },
    ],
}
"""An older release: one model was withdrawn since, another has got other sizes."""


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upstream")
    texts = {
        "maxtext-model-configs/model_dimensions.csv": MAXTEXT,
        "epoch-ai-models/notable_ai_models_2026-07_trimmed.csv": EPOCH,
        "epoch-ai-models/all_ml_systems_2025-06_trimmed.csv": ALL_SYSTEMS,
        "ecologits/ecologits/data/models.json": json.dumps(ECOLOGITS),
        "ecologits-0.10/ecologits/data/models.json": json.dumps(WITHDRAWN),
        "codecarbon/codecarbon/data/hardware/cpu_power.csv": "Name,TDP\nXeon 1,100\n",
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(upstream):
    return models.build(upstream)


@pytest.fixture(scope="module")
def rows(built):
    return built["models"].set_index("model_id")


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        pytest.param(
            "llama-3.1-8b",
            {"layers": 32, "head_dim": 128, "cached_values": 2048, "full_layers": 32, "expert_share": 1},
            id="maxtext-default-head",
        ),
        pytest.param(
            "gemma-2-9b",
            {"layers": 42, "full_layers": 21, "window_layers": 21, "window_tokens": 4096, "cached_values": 4096},
            id="gemma-2-counts-pairs-of-blocks",
        ),
        pytest.param(
            "deepseek-v3",
            {"cached_values": 576, "expert_share": 8 / 256, "active_params_b": 37, "total_params_b": 671},
            id="latent-attention-and-official-active-parameters",
        ),
        pytest.param(
            "nemotron-nano-12b-v2",
            {"layers": 62, "full_layers": 6, "window_layers": 0, "state_values": 36700200},
            id="recurrent-state",
        ),
        pytest.param("deepseek-r1-distill-llama-8b", {"layers": 32, "cached_values": 2048}, id="shaped-like-another"),
        pytest.param("hunyuanvideo", {"pixels_per_token": 16, "guidance_passes": 1}, id="denoising-network"),
    ],
)
def test_dimensions_are_those_of_the_published_configuration(rows, model_id, expected):
    assert rows.loc[model_id, list(expected)].astype(float).to_dict() == pytest.approx(expected)


def test_a_closed_model_is_a_range_that_says_so(rows):
    closed = rows.loc["closed-1"]
    assert closed["params_disclosed"] == "false"
    assert closed["active_params_b"] == pytest.approx(60)  # sqrt(40 x 90)
    assert (closed["active_params_b_low"], closed["active_params_b_high"]) == (40, 90)
    assert (closed["total_params_b_low"], closed["total_params_b_high"]) == (200, 800)
    assert rows.loc["closed-small", "total_params_b"] == pytest.approx(6)
    assert "open-7b" not in rows.index


def test_a_model_of_too_few_flop_for_its_size_has_no_active_parameters(rows):
    few = rows.loc["few-200b"]  # 10^12 tokens, 5 for each parameter
    assert few["architecture"] == "moe"
    assert few[["active_params_b", "expert_share"]].isna().all()
    assert (few["total_params_b"], few["params_disclosed"]) == (200, "true")


def test_a_table_with_such_a_model_as_dense_is_refused(rows):
    dense = rows.reset_index().assign(architecture="dense")
    with pytest.raises(TableError, match=r"few-200b.* fewer than 10 tokens per parameter"):
        insist_on_sparse(dense)


@pytest.mark.parametrize(
    ("model_id", "disclosed", "low"),
    [
        pytest.param("rumour", "false", 50, id="a-product-of-which-upstream-is-not-sure"),
        pytest.param("memoir", "true", None, id="research-before-sizes-were-kept-back"),
        pytest.param("plain-1b", "true", None, id="upstream-is-sure"),
    ],
)
def test_a_size_counts_as_published_where_upstream_is_sure_or_it_can_be_counted(rows, model_id, disclosed, low):
    row = rows.loc[model_id]
    assert row["params_disclosed"] == disclosed
    assert row["quality"] == ("reported" if disclosed == "true" else "assumed")
    if low is not None:
        assert (row["total_params_b_low"], row["total_params_b_high"]) == (low, 4 * low)


def test_the_run_goes_before_the_data_set(rows):
    gpt3 = rows.loc["gpt-3-175b"]
    assert gpt3["training_tokens_b"] == 300
    assert gpt3["training_accelerator_hours"] == 3_552_000
    assert (gpt3["training_accelerator"], gpt3["training_source_id"]) == ("nvidia-v100-sxm2-32gb", "patterson-2021")


def test_a_model_of_which_only_a_run_is_known_has_a_row(rows):
    jetmoe = rows.loc["jetmoe-8b"]
    assert (jetmoe["architecture"], jetmoe["active_params_b"], jetmoe["source_id"]) == ("moe", 2.2, "jetmoe-2024")
    assert "gpt-3" not in rows.index  # the run of gpt-3-175b


def test_hours_above_the_peak_are_left_out_and_days_become_hours_where_the_paper_says_days(rows):
    assert pd.isna(rows.loc["days-1b", "training_accelerator_hours"])
    assert "times the peak" in rows.loc["days-1b", "hours_note"]
    assert rows.loc["coatnet", "training_accelerator_hours"] == pytest.approx(241_200)  # 10,050 chip-days
    assert "core-days" in rows.loc["coatnet", "hours_note"]


def test_hardware_is_named_by_its_row_or_listed_as_unknown(rows):
    assert rows.loc["plain-1b", "training_accelerator"] == "nvidia-v100-sxm2-32gb"
    assert pd.isna(rows.loc["wafer-1b", "training_accelerator"])
    assert rows.loc["wafer-1b", "training_hardware"] == "Cerebras CS-2"


def test_hardware_that_nobody_listed_stops_the_build(upstream):
    known = hardware().names
    with pytest.raises(TableError, match="Abacus"):
        identified(pd.DataFrame({"training_accelerator": ["NVIDIA V100,Abacus"]}), known)


def test_the_first_organization_may_hold_a_comma(rows):
    assert rows.loc["days-1b", "organization"] == "Some, One"


def test_embeddings_of_each_block_are_stored_and_not_read(rows):
    gemma = rows.loc["gemma-3n-e4b"]
    assert gemma["architecture"] == "dense"
    assert gemma["expert_share"] == pytest.approx(1 / gemma["vocab_size"])


def test_a_distilled_picture_model_is_a_model_of_its_own(rows, built):
    assert rows.loc[["flux.1-schnell", "flux.1-dev"], "native_steps"].tolist() == [4, 28]
    aliases = built["model_aliases"].set_index("alias")["model_id"]
    assert set(aliases[aliases.index.str.contains("schnell")]) == {"flux.1-schnell"}


def test_training_is_joined_by_name_and_the_newest_record_wins(rows):
    llama = rows.loc["llama-3.1-8b"]
    assert llama["training_tokens_b"] == pytest.approx(15000)
    assert llama["training_accelerator_hours"] == pytest.approx(1.46e6)
    assert pd.isna(llama["flop_note"])


@pytest.mark.parametrize(
    ("model_id", "kept"),
    [
        pytest.param("plain-1b", True, id="dense"),
        pytest.param("odd-1b", True, id="flop-do-not-fit"),
        pytest.param("picture-1b", True, id="datapoints-are-no-tokens"),
        pytest.param("sparse-100b", False, id="too-few-flop-for-its-parameters"),
        pytest.param("guessed-1b", False, id="speculative"),
        pytest.param("tuned-1b", False, id="fine-tuned"),
    ],
)
def test_of_the_rest_only_what_is_surely_dense_is_taken(rows, model_id, kept):
    assert (model_id in rows.index) is kept


def test_tokens_count_each_epoch_and_differences_are_explained(rows):
    assert rows.loc["plain-1b", "training_tokens_b"] == pytest.approx(20)
    assert rows.loc["plain-1b", "training_accelerator_hours"] == pytest.approx(800)
    assert rows.loc["odd-1b", "flop_note"] == "upstream's FLOP are 15 times 6ND: estimated by hardware"
    assert pd.isna(rows.loc["picture-1b", "training_tokens_b"])


@pytest.mark.parametrize(
    ("alias", "model_id"),
    [
        pytest.param("meta-llama/llama-3.1-8b-instruct", "llama-3.1-8b", id="repository"),
        pytest.param("llama 3.1 8b", "llama-3.1-8b", id="spaces"),
        pytest.param("llama 3.1-8b", "llama-3.1-8b", id="as-epoch-writes"),
        pytest.param("closed-1-2025-01-02", "closed-1", id="dated"),
        pytest.param("closed-one", "closed-1", id="alias-upstream"),
    ],
)
def test_names_that_people_write_find_the_model(built, alias, model_id):
    found = built["model_aliases"].set_index("alias")["model_id"]
    assert found[alias] == model_id


def test_aliases_are_lower_case_unique_and_no_ids(built):
    aliases = built["model_aliases"]["alias"]
    assert aliases.is_unique
    assert (aliases == aliases.str.lower()).all()
    assert not set(aliases) & set(built["models"]["model_id"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("gpt-4o-2024-05-13", "gpt-4o", id="date"),
        pytest.param("claude-3-haiku-20240307", "claude-3-haiku", id="compact-date"),
        pytest.param("mistral-medium-2508", "mistral-medium", id="month"),
        pytest.param("gemini-2.0-flash-lite-001", "gemini-2.0-flash-lite", id="number"),
        pytest.param("gpt-4-0125-preview", "gpt-4", id="preview"),
        pytest.param("gpt-4.1", "gpt-4.1", id="plain"),
    ],
)
def test_an_api_name_loses_its_dates(name, expected):
    assert unversioned(name) == expected


def test_names_compare_without_punctuation():
    assert same("Llama 3.1-405B") == same("llama-3.1-405b")
    assert slug("GPT-2 (1.5B)") == "gpt-2-1.5b"


def test_a_withdrawn_model_keeps_its_sizes_and_a_listed_one_has_the_newest(rows):
    assert rows.loc["closed-0", ["active_params_b_low", "active_params_b_high"]].tolist() == [10, 20]
    assert rows.loc["closed-small", ["active_params_b_low", "active_params_b_high"]].tolist() == [4, 9]
