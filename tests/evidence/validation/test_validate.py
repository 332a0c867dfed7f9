import csv
from pathlib import Path

import pytest

from costsvc.evidence.validation.comparisons import Comparison, rounded, summaries
from costsvc.evidence.validation.cross_validation.training import TrainingCrossValidation
from costsvc.evidence.validation.training import training_comparisons
from costsvc.evidence.validation.validate import HEAD, SOURCES_HEAD, Validation, report, validate
from costsvc.settings import bundled_data
from costsvc.web.registry import answer_request

pytestmark = pytest.mark.fits
TRAINING = """id,model,params_total,params_active,tokens,hardware,n_gpus,gpu_hours,power_w_per_gpu_used_in_source,pue,\
grid_gco2_per_kwh,scope_notes,evidence_kind,energy_kwh_published,co2_kg_published
meter,Meena 2.6B,2.6e9,2.6e9,,TPU v3,1024,737280,289,1.09,415,system power,measured_power,232000,96400
tdp,LLaMA-7B,6.7e9,6.7e9,1e12,A100-80GB SXM,2048,82432,400,1.1,385,hours x TDP x PUE,tdp_by_construction,36000,14000
chip,ViT Base,86000000,86000000,,V100,1,21,,,,GPU energy only,measured_gpu_energy,4.7,
tokens,OLMo 7B,7e9,7e9,2e12,H100-80GB SXM,,,,1.2,332,includes PUE,measured_gpu_power,67000,22000
wall,Llama-2-70B LoRA,7e10,,,H100-80GB SXM,8,3.7509,894.7,1,,WALL energy,measured_wall_energy,3.356,
raw,PaLM,5.4e11,5.4e11,,TPU v4,6144,8404992,,1.08,,energy excludes PUE,measured_power,3179000,
fault,Llama 3.2 3B,3.2e9,3.2e9,9e12,H100-80GB SXM,,460000,700,,,,tdp_by_construction,,133000
unknown,Something,1e9,1e9,1e10,Abacus,1,1,,,,,measured_gpu_energy,1,
""".replace("fault,", "llama32_3b,")
POWER = """id,quantity,phase,workload,model,hardware,n_gpus,measured_w_per_gpu,scope_notes,evidence_kind
node,node_wall_power_per_gpu,training,MLPerf resnet,,8xH100 node (someone),8,880,,measured_wall
mfu,mfu,training,pretraining,PaLM,TPU v4,6144,,,reported
served,mean_gpu_power,inference,chat,,H100,1,500,,measured
"""
INFERENCE = """id,task,model,params_total_b,params_active_b,hardware,n_gpus,batch_size,precision,tokens_in,tokens_out,\
unit,energy_per_request_wh,energy_per_output_token_j,measurement_scope,evidence_kind,source,notes
text,lm-arena-chat,Qwen/Qwen3-14B,14,14,B200,1,8,bfloat16,,615,request,0.1195,0.6993,GPU only,measured,v3 (2026-02-16),\
avg running batch 8.0
rate,chat,meta-llama/Llama-2-13b,13,13,H100,1,arrival 1 req/s,bf16,225-250,190-230,request,0.16,2.9,GPU,measured,2025,
image,text-to-image,some/picture,2,,H100,1,4,bf16,,,image,0.3,,GPU only,measured,v3 (2026-02-16),"20 steps, 1024x1024"
modelled,chat,some/model,70,70,H100,8,8,bf16,,100,request,1,10,GPU only,modelled,2025,
"""
AMORTIZATION = """id,comparison,shared_cost_value,shared_cost_unit,per_task_cost_value,per_task_cost_unit,\
ratio_shared_over_task,break_even_n
parity,training vs inference,59257,kWh,0.0001,kWh per inference,,592570000
search,search vs reuse,3.2,tCO2,48.5,tCO2 saved,,1
general,shared general model vs task-specific model,0.0488,kWh per 1000,0.0037,kWh per 1000,13.2,
mixed,training vs inference,1,kWh,1,USD,,1
nothing,training vs inference,,,,,,400
"""


FRESH = """id,kind,file,path,body_json,answer_pointer,truth,unit,caveat,source
fresh,hours,run,/v1/estimates/training,"{""accelerator"": ""h100-sxm5-80gb"", ""total_params_b"": 7, \
""training_tokens_b"": 2000, ""region"": ""USA""}",/accelerator_hours,59400,accelerator-hours,,A report: 2T tokens
strange,hours,run,/v1/estimates/training,"{""accelerator"": ""abacus""}",/accelerator_hours,1,,,A report
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("published")
    texts = {
        "training": TRAINING,
        "power_mfu": POWER,
        "inference": INFERENCE,
        "amortization": AMORTIZATION,
        "fresh": FRESH,
    }
    for name, text in texts.items():
        (path / f"{name}.csv").write_text(text)
    return path


@pytest.fixture(scope="module")
def found(folder) -> Validation:
    return validate(folder, bundled_data(), answer_request)


@pytest.fixture(scope="module")
def comparisons(found) -> dict[tuple[str, str], Comparison]:
    return {(one.kind, one.id): one for one in (*found.by_row, *found.by_source) if isinstance(one, Comparison)}


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("arithmetic: energy from power", "meter"),
        ("arithmetic: energy from power", "tdp"),
        ("arithmetic: kg from kWh", "meter"),
        ("arithmetic: break-even", "parity"),
        ("arithmetic: break-even", "search"),
        ("decision: general against task model at volume", "general"),
    ],
)
def test_arithmetic_comes_out_within_what_was_rounded(comparisons, kind, row):
    assert comparisons[kind, row].ratio <= 1.01


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("training: energy at the meter, hours given", "meter"),
        ("training: energy at the meter, hours given", "raw"),
        ("training: chip energy, hours given", "chip"),
        ("training: chip energy from parameters and tokens", "tokens"),
        ("training: energy at the wall, hours given", "wall"),
        ("training: hours from parameters and tokens", "tdp"),
        ("training: wall power", "node"),
        ("serving: joules per token, current software", "text"),
        ("serving: joules per token, current software, sizes only", "text"),
        ("serving: joules per token, at a rate of requests, sizes only", "rate"),
        ("serving: images and video", "image"),
        ("another source: hours from parameters and tokens", "fresh"),
        ("training: hours from parameters and tokens, source left out", "tdp"),
        ("training: chip energy from parameters and tokens, source left out", "tokens"),
    ],
)
def test_measurements_are_met_within_a_factor_of_three(comparisons, kind, row):
    assert 1 < comparisons[kind, row].ratio < 3


@pytest.mark.parametrize("row", ["llama32_3b", "unknown", "mfu", "served", "modelled", "mixed", "nothing"])
def test_rows_that_test_nothing_are_passed_over(comparisons, row):
    assert row not in {id_ for _, id_ in comparisons}


def test_the_run_that_is_tested_takes_no_part(catalog, folder):
    cross_validation = TrainingCrossValidation.of(bundled_data(), catalog)
    row = {"id": "row", "source": ""}
    other = cross_validation.run("nvidia-a100-sxm4-80gb", 6.7, 82432, row)
    assert other.row("mfu", "a100")["locator"] != catalog.row("mfu", "a100")["locator"]
    assert cross_validation.run("nvidia-a100-sxm4-80gb", 6.7, 82432, row) is other
    assert cross_validation.run("nvidia-a100-sxm4-80gb", 6.7, 1.0, row) is catalog


def test_two_records_of_one_run_count_once(catalog, folder, tmp_path):
    rows = list(csv.DictReader(TRAINING.splitlines()))
    again = [*rows, {**rows[1], "id": "restated", "gpu_hours": "82400"}]
    with (tmp_path / "training.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(again)
    found = training_comparisons(tmp_path, TrainingCrossValidation.of(bundled_data(), catalog))
    assert [one.id for one in found if one.kind.startswith("training: hours")] == ["tdp"]


def test_the_report_has_a_line_for_each_kind_those_by_source_first(found, comparisons):
    lines = report(found)
    assert lines[0] == SOURCES_HEAD
    assert lines[1].startswith("another source: hours from parameters and tokens")
    assert HEAD in lines
    assert len(lines) == 3 + len({kind for kind, _ in comparisons})
    # an interval that rests on the caller's numbers alone is not counted
    assert next(line for line in lines if line.startswith("arithmetic")).rstrip().endswith("-")


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        pytest.param("356000", 356168, 356168, id="zeros-may-be-rounding"),
        pytest.param("356000", 357000, 356500, id="but-not-more"),
        pytest.param("4.7", 4.68, 4.68, id="last-decimal"),
        pytest.param("4.7", 4.0, 4.65, id="below"),
        pytest.param("1.2e+05", 123000, 123000, id="exponent"),
        pytest.param("230000.0", 233000, 233000, id="empty-decimals"),
    ],
)
def test_a_printed_figure_is_as_near_as_its_rounding_allows(text, value, expected):
    assert rounded(text, value) == pytest.approx(expected)


def test_the_second_worst_stands_for_the_tail_of_a_few():
    few = [
        Comparison(kind="k", id=str(i), value=v, low=v / 2, high=v * 2, published=1.0)
        for i, v in enumerate((1, 2, 3, 9))
    ]
    (summary,) = summaries(few)
    # ratios 1, 2, 3, 9; only 3 and 9 have 1 outside of half to twice
    assert (summary.median, summary.ninetieth, summary.inside, summary.width) == (2.5, 3.0, 2, 4.0)
