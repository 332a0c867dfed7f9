import pytest

from costsvc.errors import TableError
from costsvc.evidence.importers import inference

LLM_V3 = """task,avg_batch_size,avg_output_len,avg_power_watts,data_parallel,energy_per_token_joules,expert_parallel,\
gpu_model,max_num_seqs,median_itl_ms,model_id,num_gpus,output_throughput_tokens_per_sec,tensor_parallel,weight_precision
lm-arena-chat,63.8,350,1988,1,0.8,1,H100,64,22.4,meta-llama/Llama-3.1-70B-Instruct,4,2485,4,bfloat16
lm-arena-chat,63.9,350,1988,1,0.8,1,H100,64,22.4,meta-llama/Llama-3.1-70B-Instruct,4,2485,4,bfloat16
gpqa,8,2100,430,1,0.4,1,H100,8,6.5,openai/gpt-oss-20b,1,1075,1,mxfp4
"""
LLM_V2 = """task,Model,GPU,TP,PP,Energy/req (J),Avg TPOT (s),Token tput (tok/s),Avg Output Tokens,Avg BS (reqs),\
Max BS (reqs),config
chat,meta-llama/Meta-Llama-3.1-405B-Instruct,NVIDIA H100 80GB HBM3,8,1,4000,0.2,600,450,127,128,bs128+tp8+pp1
code,codellama/CodeLlama-7b-hf,NVIDIA A100-SXM4-40GB,2,1,50,0.05,1000,100,63,64,bs64+tp2+pp1
"""
MLLM_V2 = LLM_V2.splitlines()[0] + (
    "\nchat,llava-hf/llava-1.5-13b-hf,NVIDIA A100-SXM4-40GB,1,1,150,0.05,300,150,16,16,bs16+tp1+pp1\n"
)
LEGACY = """gpu,task,model,throughput,response_length,latency,energy
V100,chat,lmsys/vicuna-7B,25,250,10,2000
"""
PICTURES_V3 = """task,avg_power_watts,batch_latency_s,batch_size,energy_per_image_joules,gpu_model,image_height,\
image_width,inference_steps,model_id,num_gpus,weight_precision,energy_per_video_joules,num_frames,video_height,video_width
text-to-image,1200,2,4,600,H100,1024,1024,20,PixArt-alpha/PixArt-Sigma-XL-2-1024-MS,2,bfloat16,,,,
text-to-video,690,100,1,,H100,,,50,Wan-AI/Wan2.1-T2V-1.3B-Diffusers,1,bfloat16,69000,81,480,832
"""
PICTURES_V2 = """task,Model,GPU,Energy/video (J),Batch latency (s),Batch size,Denoising steps,Frames,config,\
Energy/image (J)
text-to-image,stabilityai/stable-diffusion-2-1,NVIDIA H100 80GB HBM3,,1,1,25,,bs1+steps25,386
"""
FILES = {
    "mlenergy-v3/llm.csv": LLM_V3,
    "mlenergy-v3/diffusion.csv": PICTURES_V3,
    "mlenergy-v2/llm_text_generation.csv": LLM_V2,
    "mlenergy-v2/mllm_text_generation.csv": MLLM_V2,
    "mlenergy-v2/legacy_2023_A40_A100_V100.csv": LEGACY,
    "mlenergy-v2/diffusion.csv": PICTURES_V2,
    "maxtext-model-configs/model_dimensions.csv": (
        "model,base_emb_dim,base_num_query_heads,base_num_kv_heads,head_dim,base_num_decoder_layers,num_experts,"
        "num_experts_per_tok,shared_experts,vocab_size,decoder_block,attention_type,sliding_window_size,kv_lora_rank,"
        "max_position_embeddings\n"
    ),
}


def written(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return inference.build(written(tmp_path_factory.mktemp("upstream"), FILES))


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        pytest.param(
            "llama-3.1-70b",
            {"task": "chat", "accelerator_power_w": 497, "precision": "bf16", "software_year": 2026},
            id="power-of-one-chip",
        ),
        pytest.param("gpt-oss-20b", {"task": "reasoning", "precision": "fp4"}, id="mxfp4-is-four-bits"),
        pytest.param(
            "llama-3.1-405b",
            {"precision": "fp8", "j_per_output_token": 4000 / 450, "accelerators": 8},
            id="405-b-fits-at-8-bits-only",
        ),
        pytest.param(
            "codellama-7b",
            {"task": "code-generation", "accelerator_power_w": 250, "itl_ms": 50, "software_year": 2024},
            id="energy-of-a-request-over-its-tokens",
        ),
        pytest.param("llava-1.5-13b", {"task": "image-chat"}, id="multimodal"),
        pytest.param(
            "vicuna-7b",
            {"batch_size": 1, "j_per_output_token": 8, "accelerator_power_w": 200, "software_year": 2023},
            id="eager",
        ),
    ],
)
def test_text_is_read_into_one_form(built, model_id, expected):
    row = built["inference_measurements"].set_index("model_id").loc[[model_id]].iloc[0]
    assert {name: row[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        pytest.param("pixart-sigma", {"accelerator_power_w": 600, "frames": 1, "j_per_item": 600}, id="image"),
        pytest.param("wan2.1-1.3b", {"width_px": 832, "frames": 81, "j_per_item": 69000}, id="video"),
        pytest.param("stable-diffusion-2.1", {"width_px": 768, "accelerator_power_w": 386}, id="size-of-the-pipeline"),
    ],
)
def test_pictures_are_read_into_one_form(built, model_id, expected):
    row = built["generation_measurements"].set_index("model_id").loc[model_id]
    assert {name: row[name] for name in expected} == pytest.approx(expected)


def test_equal_configurations_have_keys_of_their_own(built):
    keys = built["inference_measurements"]["measurement_id"]
    assert keys.is_unique
    assert keys.str.startswith("mlenergy-v3:chat:llama-3.1-70b:nvidia-h100-sxm5-80gb:4:bf16:b64").sum() == 2


def test_a_measured_model_without_a_row_is_refused(tmp_path):
    strange = LLM_V3.replace("openai/gpt-oss-20b", "nobody/unheard-of")
    with pytest.raises(TableError, match="nobody/unheard-of"):
        inference.build(written(tmp_path, FILES | {"mlenergy-v3/llm.csv": strange}))
