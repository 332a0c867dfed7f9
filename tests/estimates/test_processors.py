"""Language models on processors: what people measured, what an answer says, and what moves it."""

import csv
from pathlib import Path

import pytest

from costsvc.estimates.serving import estimate_serving
from costsvc.schemas.inference import ServingSchema
from tests.estimates.reading import codes, factors, out_of_order, value
from tests.estimates.redone import beginnings, behind, redo

READINGS = Path(__file__).parents[1] / "readings" / "processors.csv"
TEXT = {
    "accelerator": "AMD Ryzen AI 5 340",
    "model": "llama-3.1-8b",
    "precision": "int4",
    "batch_size": 1,
    "input_tokens": 50,
    "output_tokens": 500,
    "region": "USA",
}


def readings():
    with READINGS.open(encoding="utf-8", newline="") as file:
        return [
            pytest.param(row, id=f"{row['accelerator']}, {row['model']}, {row['citation']}")
            for row in csv.DictReader(file)
        ]


def asked(row):
    numbers = {name: float(row[name]) for name in ("input_tokens", "output_tokens")}
    return TEXT | {name: row[name] for name in ("accelerator", "model", "precision")} | numbers


def inside(quantity, reading):
    return quantity["low"] <= reading <= quantity["high"]


FASTER_MEMORY = {"AMD Ryzen 9 5900X"}
"""Read with DDR4-3600, which is faster than any that its maker allows."""


@pytest.mark.parametrize("row", [param for param in readings() if param.values[0]["accelerator"] not in FASTER_MEMORY])
def test_a_published_reading_lies_in_the_interval(serve, row):
    answer = serve(asked(row))
    speed = float(row["tokens_per_s"])
    assert inside(answer["throughput_tokens_per_s"], speed)
    if row["wall_w"]:
        assert inside(answer["per_output_token"]["it_energy_j"], float(row["wall_w"]) / speed)


def test_central_values_lie_on_both_sides_of_the_readings(serve):
    rows = [param.values[0] for param in readings()]
    ratios = [float(row["tokens_per_s"]) / value(serve(asked(row)), "throughput_tokens_per_s") for row in rows]
    above = sum(ratio > 1 for ratio in ratios) / len(ratios)
    assert 1 / 3 < above < 2 / 3


@pytest.mark.parametrize(
    "name", ["AMD EPYC 7763", "Graviton4", "i9-14900K", "Xeon 8480+", "Raspberry Pi 5", "cpu-255e", "Apple M4 Ultra"]
)
def test_a_processor_answers_with_a_warning_and_the_sources_of_its_figures(serve, name):
    answer = serve(TEXT | {"accelerator": name})
    assert "processor-derived" in codes(answer)
    assert "chip-not-measured" not in codes(answer)
    assert not out_of_order(answer)
    used = factors(answer)
    for figure in ("memory_bandwidth_gb_s", "flop_per_cycle", "clock_ghz", "processor_power_ratio"):
        assert used[figure]["low"] < used[figure]["high"]
        assert used[figure]["source_id"]


def test_cores_are_those_of_the_processor_where_they_are_known_else_of_its_generation(serve):
    known, unknown = (factors(serve(TEXT | {"accelerator": name})) for name in ("AMD EPYC 7763", "cpu-255e"))
    assert [known["cores_per_socket"][end] for end in ("value", "low", "high")] == [64, 64, 64]
    assert unknown["cores_per_socket"]["low"] < unknown["cores_per_socket"]["high"]


def test_experts_are_read_as_fast_as_other_weights(serve):
    # Mixtral reads 12.9 of its 46.7 billion weights for a token, the dense model all of its 13.0
    sparse, dense = (
        value(serve(TEXT | {"accelerator": "AMD Ryzen 9 7950X", "model": model}), "throughput_tokens_per_s")
        for model in ("mixtral-8x7b", "llama-2-13b")
    )
    assert sparse == pytest.approx(dense, rel=0.15)


def test_weights_are_kept_as_models_are_published_where_nobody_says_otherwise(serve):
    open_ = serve({name: given for name, given in TEXT.items() if name != "precision"})
    assert open_["request"]["precision"] == "bf16"
    assert value(open_, "throughput_tokens_per_s") == value(
        serve(TEXT | {"precision": "bf16"}), "throughput_tokens_per_s"
    )


def test_measured_watts_replace_those_of_the_processor(serve):
    answer = serve(TEXT | {"accelerator": "AMD EPYC 7763", "accelerator_power_w": 280})
    assert factors(answer)["accelerator_power_w"]["value"] == 280
    tokens_per_s = value(answer, "throughput_tokens_per_s")
    assert value(answer, "per_output_token.accelerator_energy_j") == pytest.approx(280 / tokens_per_s)


@pytest.mark.parametrize(
    ("slower", "faster"),
    [
        pytest.param({"accelerator": "Raspberry Pi 4"}, {"accelerator": "Raspberry Pi 5"}, id="memory"),
        pytest.param({"model": "llama-3.1-70b"}, {"model": "llama-3.2-3b"}, id="weights"),
        pytest.param({"precision": "bf16"}, {"precision": "int4"}, id="bits"),
        pytest.param({"accelerator": "AMD EPYC 7763"}, {"accelerator": "AMD EPYC 9654"}, id="channels"),
    ],
)
def test_decoding_is_bound_by_memory(serve, slower, faster):
    slow, fast = (value(serve(TEXT | change), "throughput_tokens_per_s") for change in (slower, faster))
    assert slow < 0.8 * fast


def test_prompts_are_bound_by_cores(serve):
    long = TEXT | {"input_tokens": 4000, "output_tokens": 1}
    few, many = (value(serve(long | {"accelerator": name}), "latency_s") for name in ("EPYC 7313", "EPYC 7763"))
    # 16 against 64 cores of one generation
    assert 2.5 < few / many < 4


@pytest.mark.parametrize("change", [{}, {"batch_size": None, "requests_per_s": 0.01}], ids=["busy", "at-a-rate"])
def test_an_explanation_redoes_what_a_processor_can(catalog, change):
    body = {name: given for name, given in (TEXT | change).items() if given is not None}
    answer = estimate_serving(ServingSchema().load(body), catalog, explain=True)
    found = redo(answer["explanation"], beginnings(answer))
    assert found["peak_tflops"] == pytest.approx(6 * 32 * 3.6 / 1000)
    assert {"memory_bandwidth_gb_s", "clock_ghz", "processor_power_ratio"} <= behind(
        answer["explanation"], "per_request.it_energy_j"
    )


@pytest.mark.parametrize("task", ["embedding", "classification"])
def test_small_tasks_run_on_processors_too(serve, task):
    body = {"accelerator": "AMD EPYC 7763", "task": task, "total_params_b": 0.1, "input_tokens": 300, "region": "USA"}
    assert 0 < value(serve(body), "per_request.accelerator_energy_j") < 1000


LEFT_OUT = {name: given for name, given in TEXT.items() if name != "batch_size"}


def test_a_processor_without_a_batch_is_answered(serve):
    assert not out_of_order(serve(LEFT_OUT))


def test_a_server_at_a_rate_answers_requests_together_for_which_it_is_taken_to_have_memory(serve):
    slow, fast = (serve(LEFT_OUT | {"accelerator": "EPYC 7763", "requests_per_s": rate}) for rate in (1e-4, 0.1))
    assert "memory-assumed" in codes(slow)
    assert not out_of_order(slow)
    assert value(fast, "per_request.it_energy_j") < value(slow, "per_request.it_energy_j") / 10
