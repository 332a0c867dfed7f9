"""Requests, replicas that stand by and known amounts: what is multiplied out, and that nothing is impossible."""

import numpy as np
import pytest

from costsvc.model.uncertainty import sample
from costsvc.requests.workloads import Machine
from costsvc.resolve.chip import resolve_idle_power
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import resolve_machine
from costsvc.resolve.serving import is_open
from tests.estimates.reading import codes, factors, out_of_order, reasons, value

CHIP = {"accelerator": "h100-sxm5-80gb", "accelerators": 1, "region": "USA"}
TEXT = CHIP | {"model": "llama-3.1-8b", "batch_size": 32, "input_tokens": 400, "output_tokens": 200}
IMAGE = CHIP | {"task": "image", "total_params_b": 8, "steps": 28, "width_px": 1024, "height_px": 1024}
VIDEO = IMAGE | {"task": "video", "frames": 49}
SMALL = CHIP | {"task": "classification", "total_params_b": 0.1, "input_tokens": 300}
TASKS = [
    pytest.param(TEXT, id="text"),
    pytest.param(IMAGE, id="image"),
    pytest.param(VIDEO, id="video"),
    pytest.param(SMALL, id="classification"),
]
TOTALS = {
    "accelerator_energy_j": ("accelerator_energy_kwh", 3.6e6),
    "it_energy_j": ("it_energy_kwh", 3.6e6),
    "energy_j": ("energy_kwh", 3.6e6),
    "carbon_g": ("carbon.total_kg", 1e3),
    "water_ml": ("water.total_l", 1e3),
    "cost_usd": ("cost.total_usd", 1.0),
}
"""Each figure of a request, the total that it belongs to, and how many of its units make one of the total's."""


@pytest.mark.parametrize("body", TASKS)
@pytest.mark.parametrize(("name", "total", "units"), [(name, *of) for name, of in TOTALS.items()], ids=TOTALS)
def test_a_total_is_its_requests(serve, body, name, total, units):
    answer = serve(body | {"requests": 1e6})
    assert value(answer, total) == pytest.approx(1e6 * value(answer, f"per_request.{name}") / units)


def test_rent_of_a_request_is_its_share_of_the_replica(serve):
    answer = serve(TEXT | {"accelerators": 2, "pricing": {"usd_per_accelerator_hour": 3.6}})
    # two accelerators at 3.6 USD/h are 0.002 USD/s; a request takes its 200 tokens of the replica's throughput
    seconds = 200 / value(answer, "throughput_tokens_per_s")
    assert value(answer, "per_request.cost_usd") == pytest.approx(0.002 * seconds)


def test_measured_power_times_time_is_energy(serve):
    answer = serve(TEXT | {"accelerator_power_w": 350})
    # 350 W for as long as 200 tokens take of the throughput
    seconds = 200 / value(answer, "throughput_tokens_per_s")
    assert value(answer, "per_request.accelerator_energy_j") == pytest.approx(350 * seconds)


def test_at_a_rate_a_request_pays_for_the_time_between_two_arrivals(serve):
    body = {name: part for name, part in TEXT.items() if name != "batch_size"} | {"requests_per_s": 0.5}
    answer = serve(body | {"pricing": {"usd_per_accelerator_hour": 3.6}})
    # one arrival in 2 s, at 0.001 USD/s
    assert value(answer, "per_request.cost_usd") == pytest.approx(0.002)


@pytest.mark.parametrize("body", TASKS)
def test_equal_requests_have_equal_answers(serve, body):
    one, other = serve(body), serve(dict(reversed((body | {"accelerator": "H100-SXM5-80GB"}).items())))
    assert one == other
    again = serve(one["request"])
    assert (again["id"], again["request"]) == (one["id"], one["request"])


@pytest.mark.parametrize("body", TASKS)
def test_every_null_has_its_reason(serve, body):
    answer = serve(body)
    nulls = {
        f"{part}.{name}" for part in ("carbon", "water", "cost") for name, it in answer[part].items() if it is None
    }
    nulls |= {name for name in ("duration_h", "throughput_tokens_per_s") if answer[name] is None}
    nulls |= {per for per in ("per_output_token", "per_million_tokens") if answer[per]["energy_j"] is None}
    assert nulls == set(reasons(answer))


@pytest.mark.parametrize("body", TASKS)
def test_a_price_that_nobody_knows_leaves_money_open(serve, body):
    answer = serve(body | {"accelerator": "maia-100"})
    assert answer["per_request"]["cost_usd"] is None
    assert "no-price" in codes(answer)
    assert value(answer, "per_request.carbon_g") > 0


def possible(answer):
    chip, server, meter = (answer["per_request"][name] for name in ("accelerator_energy_j", "it_energy_j", "energy_j"))
    ordered = all(chip[end] <= server[end] <= meter[end] for end in ("value", "low", "high"))
    return ordered and not out_of_order(answer)


def test_a_distilled_picture_model_takes_its_own_few_steps(serve):
    body = CHIP | {"task": "image", "requests": 1000}
    schnell, dev = (value(serve(body | {"model": f"flux.1 {kind}"}), "energy_kwh") for kind in ("schnell", "dev"))
    assert 5 < dev / schnell < 7.5  # 28 steps against 4


@pytest.mark.parametrize("body", TASKS)
def test_every_accelerator_that_can_serve_gives_a_possible_answer(serve, catalog, body):
    chips = catalog.tables["accelerators"].rows
    served = [id_ for id_, row in chips.items() if row["memory_bandwidth_gb_s"] and row["peak_fp32_tflops"]]
    assert [id_ for id_ in served if not possible(serve(body | {"accelerator": id_}))] == []
    assert len(served) > 100


def test_every_model_gives_a_possible_answer(serve, catalog):
    rows = catalog.tables["models"].rows.items()
    sized = [id_ for id_, row in rows if row["active_params_b"] and not is_only_hosted(id_, catalog)]
    bodies = [{"accelerator": "h100-sxm5-80gb", "model": id_, "region": "USA"} for id_ in sized]
    assert [body["model"] for body in bodies if not possible(serve(body))] == []
    assert len(sized) > 900


def is_only_hosted(model, catalog):
    """Whether the size of a model is not published, and providers sell it."""
    return not is_open(model, catalog) and bool(catalog.hosted.sellers(model))


def test_a_hosted_model_of_unpublished_size_is_refused_on_hardware_and_its_seller_is_named(client, catalog):
    hosted = [id_ for id_ in catalog.tables["models"] if is_only_hosted(id_, catalog)]
    for model in hosted:
        answer = client.post("/v1/estimates/inference", json=CHIP | {"model": model})
        seller = catalog.hosted.sellers(model)[0][0]
        assert answer.status_code == 422, model
        assert f"give provider: {seller} in place of accelerator" in answer.json["errors"]["model"][0]
    assert len(hosted) > 20


@pytest.mark.parametrize(
    ("model", "total_b", "active_b"),
    [
        pytest.param("deepseek-v4-flash", 284, 13, id="deepseek-v4-flash"),
        pytest.param("deepseek-v4-pro", 1600, 49, id="deepseek-v4-pro"),
        pytest.param("nemotron-3-ultra", 550, 55, id="nemotron-3-ultra"),
    ],
)
def test_a_sparse_model_by_name_is_what_it_is_by_its_sizes(serve, train, model, total_b, active_b):
    # the model card of the first: 284 billion, 13 billion active; it once stood as dense
    served = {"accelerator": "h200", "accelerators": 16, "batch_size": 64, "input_tokens": 500, "output_tokens": 500}
    sizes = {"total_params_b": total_b, "active_params_b": active_b}
    by_name, by_size = (value(serve(served | of), "per_request.energy_j") for of in ({"model": model}, sizes))
    assert by_name == pytest.approx(by_size, rel=0.05)
    trained = train({"accelerator": "h100-sxm5-80gb", "model": model, "training_tokens_b": 32_000})
    assert value(trained, "training_flop") == pytest.approx(6e18 * active_b * 32_000)


@pytest.mark.parametrize("model", ["grok-3", "longcat-2.0"])
def test_a_sparse_model_of_unknown_active_parameters_asks_for_sizes(client, model):
    bodies = {
        "inference": CHIP | {"model": model},
        "training": {"accelerator": "h100-sxm5-80gb", "model": model, "training_tokens_b": 100},
    }
    for question, body in bodies.items():
        answer = client.post(f"/v1/estimates/{question}", json=body)
        assert answer.status_code == 422
        assert "active_params_b in place of model" in answer.json["errors"]["model"][0]


def test_hours_need_no_active_parameters(train):
    answer = train({"accelerator": "h100-sxm5-80gb", "model": "grok-3", "accelerator_hours": 100})
    assert "size-undisclosed" in codes(answer)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"requests": 0}, id="no requests"),
        pytest.param({"requests": 1e15}, id="all requests there are"),
        pytest.param({"output_tokens": 0, "input_tokens": 0}, id="no tokens"),
        pytest.param({"output_tokens": 1e8, "input_tokens": 1e8}, id="endless tokens"),
        pytest.param({"batch_size": 1e6}, id="the largest batch"),
        pytest.param({"batch_size": None, "requests_per_s": 1e-9}, id="hardly ever asked"),
        pytest.param({"batch_size": None, "requests_per_s": 1e6}, id="asked all the time"),
        pytest.param({"accelerators": 10_000_000}, id="the largest replica"),
        pytest.param({"accelerator_power_w": 0}, id="no power"),
        pytest.param({"pue": 1, "grid_g_per_kwh": 0, "wue_l_per_kwh": 0}, id="a perfect place"),
    ],
)
def test_the_ends_of_what_may_be_asked_give_a_possible_answer(serve, change):
    body = {name: part for name, part in (TEXT | change).items() if part is not None}
    assert possible(serve(body))


def of(answer, section, metric="energy_kwh"):
    return answer["strategies"][0][section][metric]["value"]


BY_HAND = {"accelerator": "h100-sxm5-80gb", "accelerators": 8, "region": "USA", "pue": 1.2, "hours": 100}
FREE = {"name": "free", "upfront": [{"known": dict.fromkeys(("energy_kwh", "carbon_kg", "water_l", "cost_usd"), 0)}]}


@pytest.fixture
def host(catalog):
    return catalog.row("hosts", "hgx-h100")


def one_part(compare, kind, spec, **asked):
    return compare({"tasks": 1, "strategies": [{"name": "it", "upfront": [{kind: spec}]}, FREE]} | asked)


def test_a_replica_that_stands_by_draws_what_was_measured(compare, host):
    found = one_part(compare, "hosting", BY_HAND | {"accelerator_power_w": 120})
    # 8 accelerators for 100 h, each at 120 W and its share of the server, times 1.2
    server = 120 * (1 + host["overhead_share"]) + host["base_w"]
    assert of(found, "upfront") == pytest.approx(0.8 * server * 1.2)


def test_a_replica_that_stands_by_idles_with_its_model_loaded(compare, catalog, host):
    found = one_part(compare, "hosting", BY_HAND)
    idle = catalog.row("accelerators", "nvidia-h100-sxm5-80gb")["idle_w"]
    idle += catalog.row("serving_fit", ("open_context_w", "*"))["value"]
    assert of(found, "upfront") == pytest.approx(0.8 * (idle * (1 + host["overhead_share"]) + host["base_w"]) * 1.2)


@pytest.mark.parametrize(
    ("accelerator", "scope"),
    [
        pytest.param("p40", "*", id="data-centre"),
        pytest.param("rtx-4090", "consumer", id="card-whose-driver-drops-back"),
        pytest.param("rtx-a6000", "workstation", id="workstation"),
        pytest.param("v100-sxm2-16gb", "v100", id="chip-with-readings-of-its-own"),
    ],
)
def test_what_a_loaded_model_adds_to_an_idle_card_is_that_of_its_kind(compare, catalog, accelerator, scope):
    found = one_part(compare, "hosting", BY_HAND | {"accelerator": accelerator, "accelerators": 1})
    used = {factor["name"]: factor for part in found["parts"] for factor in part["factors"]}["open_context_w"]
    row = catalog.row("serving_fit", ("open_context_w", scope))
    assert [used[end] for end in ("value", "low", "high")] == [row["value"], row["low"], row["high"]]
    assert used["source_id"] == row["source_id"]


@pytest.mark.parametrize(
    ("model", "tokens_per_s", "watts"),
    [
        pytest.param("llama-3.3-70b", 14.41, 260, id="geerlingguy/beowulf-ai-cluster#17"),
        pytest.param("llama-3.1-70b", 14.08, 243, id="geerlingguy/ai-benchmarks#42 70B"),
        pytest.param("deepseek-r1", 19.89, 261.8, id="geerlingguy/ai-benchmarks#42 671B"),
    ],
)
def test_the_interval_of_a_chip_of_two_dies_holds_what_was_read_at_the_wall(serve, model, tokens_per_s, watts):
    body = {"accelerator": "m3-ultra", "model": model, "precision": "int4", "batch_size": 1, "region": "USA"}
    answer = serve(body | {"input_tokens": 50, "output_tokens": 128})
    energy, speed = answer["per_output_token"]["it_energy_j"], answer["throughput_tokens_per_s"]
    assert speed["low"] <= tokens_per_s <= speed["high"]
    assert energy["low"] <= watts / tokens_per_s <= energy["high"]


LOADED = [
    # watts of a card that holds a model and waits, as nvidia-smi shows them, and who reported them
    pytest.param("p40", 50, id="ggml-org/llama.cpp#3717"),
    pytest.param("rtx-4090", 22, id="ollama/ollama#8591 4090"),
    pytest.param("rtx-3060", 14, id="ggml-org/llama.cpp#4598"),
    pytest.param("rtx-3090", 16, id="noonghunna/club-3090#747"),
    pytest.param("rtx-3090", 31, id="noonghunna/club-3090#747 second"),
    pytest.param("rtx-4060-ti", 9.5, id="ollama/ollama#6710"),
    pytest.param("v100-sxm2-32gb", 53, id="zai-org/GLM-130B#32 lower"),
    pytest.param("v100-sxm2-32gb", 66, id="zai-org/GLM-130B#32 upper"),
]


@pytest.mark.parametrize(("accelerator", "watts"), LOADED)
def test_the_interval_of_a_card_that_waits_holds_what_was_read(catalog, accelerator, watts):
    machine = resolve_machine(Machine(accelerator=accelerator), catalog)
    idle = resolve_idle_power(machine, None, catalog, FactorLog()).numbers(sample)
    low, high = np.percentile(idle.power_w(), [5, 95])
    assert low <= watts <= high


def test_a_chip_whose_idle_power_nobody_knows_takes_a_share_of_its_limit(compare, catalog):
    chips = catalog.tables["accelerators"].rows.items()
    unknown = next(id_ for id_, row in chips if row["idle_w"] is None and row["host_family"] == "pcie-server")
    found = one_part(compare, "hosting", BY_HAND | {"accelerator": unknown, "accelerators": 1})
    used = {factor["name"] for part in found["parts"] for factor in part["factors"]}
    assert "idle_share_of_tdp" in used


def test_an_instance_that_stands_by_counts_each_of_its_accelerators(compare):
    spec = {"instance": "p5.48xlarge", "hours": 100, "region": "USA", "pue": 1.2}
    assert of(one_part(compare, "hosting", spec), "upfront") == pytest.approx(
        of(one_part(compare, "hosting", BY_HAND), "upfront")
    )


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_a_part_costs_what_its_own_estimate_says(compare, train, serve, kind):
    spec = CHIP | ({"accelerator_hours": 100} if kind == "training" else TEXT)
    alone = (train if kind == "training" else serve)(spec)
    part = one_part(compare, kind, spec)["strategies"][0]["upfront"]
    assert part["energy_kwh"] == pytest.approx(alone["energy_kwh"])
    assert part["carbon_kg"] == pytest.approx(alone["carbon"]["total_kg"])
    assert part["water_l"] == pytest.approx(alone["water"]["total_l"])
    assert part["cost_usd"] == pytest.approx(alone["cost"]["total_usd"])


@pytest.mark.parametrize("basis", ["location", "market", "marginal"])
def test_carbon_counts_on_the_basis_that_was_asked_for(compare, train, basis):
    spec = CHIP | {"accelerator_hours": 100, "region": "gcp:us-central1"}
    found = one_part(compare, "training", spec, carbon_basis=basis)
    assert of(found, "upfront", "carbon_kg") == pytest.approx(value(train(spec), f"carbon.{basis}_kg"))


def test_a_figure_in_both_strategies_moves_in_both(compare):
    # the same run beside a little more in the other: cheaper in every draw, however wide the run's interval
    run = {"training": CHIP | {"accelerator_hours": 1000}}
    more = {"known": {"energy_kwh": 1, "carbon_kg": 1, "water_l": 1, "cost_usd": 1}}
    strategies = [{"name": "run", "upfront": [run]}, {"name": "and more", "upfront": [run, more]}]
    answer = compare({"tasks": 1, "strategies": strategies})
    assert {entry["probability"] for entry in answer["break_even"]} == {1.0}
    assert {entry["verdict"] for entry in answer["break_even"]} == {"always"}


def test_the_request_is_repeated_with_its_choices_and_equal_ones_have_equal_ids(compare):
    body = {"tasks": 2, "strategies": [{"name": "a", "upfront": [{"known": {"energy_kwh": 3}}]}, FREE]}
    answer = compare(body)
    assert answer["request"]["baseline"] == "free"
    assert answer["request"]["carbon_basis"] == "total"
    same = compare({"strategies": body["strategies"], "tasks": 2.0, "baseline": "free"})
    assert same == answer
    assert compare(answer["request"])["id"] == answer["id"]


def test_what_was_given_has_no_width_and_what_was_assumed_is_named(serve):
    used = factors(serve(TEXT))
    assert used["batch_size"]["origin"] == "request"
    assert used["batch_size"]["low"] == used["batch_size"]["high"] == 32
    assert all(factor["source_id"] for factor in used.values() if factor["origin"] != "request")
