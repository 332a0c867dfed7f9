"""Machines by names that say how many or which part, wall hours of accelerators, and shares of one: as people write.

Reported of other tools: mlco2/codecarbon#523 and #544 (8 x NVIDIA A40), mlco2/impact#39 (TPU v3-256, 8 V100 for an
hour), opencost/opencost#3828 (a quarter of a GPU charged as a whole), nanoporetech/dorado#812 (three MIG slices),
neilmunday/slurm-mail#142 (a100_3g.20gb), opencost/opencost#2862 (time slicing).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .reading import codes, value
from .test_machines import message

TRAIN, SERVE = "/v1/estimates/training", "/v1/estimates/inference"
QUESTION = {"model": "llama-3.1-8b", "input_tokens": 500, "output_tokens": 200, "batch_size": 8, "region": "USA"}
RESULTS = ("id", "request", "accelerator_hours", "duration_h", "energy_kwh", "carbon", "water", "cost")


@pytest.fixture
def ask(client):
    def ask(body, path=TRAIN):
        answer = client.post(path, json=body)
        assert answer.status_code == 200, answer.json
        again = client.post(path, json=answer.json["request"])
        assert again.status_code == 200, again.json
        assert {name: again.json[name] for name in RESULTS} == {name: answer.json[name] for name in RESULTS}
        return answer.json

    return ask


@pytest.fixture
def errors(client):
    def errors(body, path=TRAIN):
        answer = client.post(path, json=body)
        assert answer.status_code == 422
        return answer.json["errors"]

    return errors


@pytest.mark.parametrize(
    ("name", "accelerator", "accelerators"),
    [
        pytest.param("NVIDIA GH200 120GB", "nvidia-gh200", None, id="T06.1"),
        pytest.param("RTX PRO Server 6000", "nvidia-rtx-pro-6000-bw-server", None, id="T06.2"),
        pytest.param("8 x NVIDIA A40", "nvidia-a40", 8, id="T06.3"),
        pytest.param("gpu:a100:4", "nvidia-a100-sxm4-80gb", 4, id="T06.4"),
        pytest.param("Ascend 910B3", "huawei-ascend-910b3", None, id="T06.7"),
        pytest.param("DGX H100", "nvidia-h100-sxm5-80gb", 8, id="T06.9"),
        pytest.param("1 x NVIDIA RTX A5000", "nvidia-rtx-a5000", 1, id="P08.1"),
        pytest.param("H100:8", "nvidia-h100-sxm5-80gb", 8, id="P08.3"),
        pytest.param("nvidia_geforce_rtx_2080_ti", "nvidia-rtx-2080-ti", None, id="P08.6"),
        pytest.param("8 x NVIDIA H100 80GB HBM3", "nvidia-h100-sxm5-80gb", 8, id="P08.8"),
        pytest.param("TPU v3-256", "google-tpu-v3", 128, id="T04.1"),
        pytest.param("tpu-v4-8", "google-tpu-v4", 4, id="T04.3"),
        pytest.param("v6e-8", "google-tpu-v6e", 8, id="T04.6"),
        pytest.param("tpu-v5litepod-8", "google-tpu-v5e", 8, id="P07.2"),
        pytest.param("v5p-128", "google-tpu-v5p", 64, id="P07.5"),
    ],
)
def test_a_name_fills_in_the_accelerators(ask, name, accelerator, accelerators):
    answer = ask({"accelerator": name, "accelerator_hours": 100, "region": "USA"})
    assert answer["request"]["accelerator"] == accelerator
    if accelerators is not None:
        assert answer["request"]["accelerators"] == accelerators
        assert f"{name!r} is read as {accelerator}: " in message(answer, "accelerator-name")
    assert ("accelerators-assumed" in codes(answer)) == (accelerators is None)


def test_a_tpu_slice_costs_what_its_chips_cost(ask):
    # 3,072 chip-hours at 2.00 to 2.10 USD
    answer = ask({"accelerator": "TPU v3-256", "accelerator_hours": 3072, "region": "gcp:us-central1"})
    assert answer["cost"]["rental_usd"]["low"] <= 6144 <= answer["cost"]["rental_usd"]["high"]
    assert value(answer, "duration_h") == 24


SAID = {
    "gpu:a100:4": 4,
    "8 x NVIDIA A40": 8,
    "v3-256": 128,
    "DGX H100": 8,
    "gres/gpu:a100_3g.20gb:2": 2,
    "p5.48xlarge": 8,
}


@given(
    name=st.sampled_from(sorted(SAID)), hours=st.floats(1, 1e4), unit=st.sampled_from(("hours", "accelerator_hours"))
)
def test_accelerators_that_the_name_says_change_nothing(train, name, hours, unit):
    body = {"accelerator": name, unit: hours, "region": "USA"}
    assert train(body) == train({**body, "accelerators": SAID[name]})


@pytest.mark.parametrize(
    ("name", "accelerators", "text"),
    [
        ("gpu:a100:4", 8, "'gpu:a100:4' names 4 accelerators, got 8; omit one of them"),
        ("1 x NVIDIA RTX A5000", 0.5, "'1 x NVIDIA RTX A5000' names 1 accelerator, got 0.5; omit one of them"),
        ("DGX H100", 1, "'DGX H100' names 8 accelerators, got 1; give a multiple of 8, or omit accelerators"),
        (
            "a2-highgpu-8g",
            12,
            "'a2-highgpu-8g' names 8 accelerators, got 12; give a multiple of 8, or omit accelerators",
        ),
    ],
)
@pytest.mark.parametrize("path", [TRAIN, SERVE])
def test_two_numbers_that_contradict_each_other_are_refused(errors, path, name, accelerators, text):
    load = {"accelerator_hours": 1} if path == TRAIN else {"model": "llama-3.1-8b"}
    body = {"accelerator": name, "accelerators": accelerators, "region": "USA", **load}
    assert errors(body, path) == {"accelerators": [text]}


def test_a_request_may_have_several_boxes(ask):
    two = ask({"accelerator": "DGX H100", "accelerators": 16, "hours": 1, "region": "USA"})
    assert value(two, "accelerator_hours") == 16


def test_what_is_no_a100_stays_refused(errors):
    text = errors({"accelerator": "NVIDIA A100X", "accelerator_hours": 100, "region": "USA"})["accelerator"][0]
    assert "Nearest known: nvidia-a100-sxm4-80gb" in text


@pytest.mark.parametrize(
    ("body", "hours"),
    [
        pytest.param({"accelerator": "V100", "accelerators": 8, "hours": 1}, 8, id="T14.1"),
        pytest.param({"accelerator": "a100-sxm4-80gb", "accelerators": 24, "hours": 72}, 1728, id="P13.1"),
        pytest.param({"instance": "p4d.24xlarge", "instances": 3, "hours": 72}, 1728, id="P13.2"),
        pytest.param({"accelerator": "V100", "hours": 3}, 3, id="one"),
        pytest.param({"accelerator": "gpu:a100:4", "hours": 3}, 12, id="as-the-name-says"),
        pytest.param({"accelerator": "a100-sxm4-80gb", "accelerators": 0.25, "hours": 10}, 2.5, id="share"),
    ],
)
def test_wall_hours_are_those_of_all_accelerators(ask, body, hours):
    answer = ask({**body, "region": "aws:us-east-1"})
    assert value(answer, "accelerator_hours") == hours
    assert value(answer, "duration_h") == pytest.approx(body["hours"])


@pytest.mark.parametrize(
    ("accelerator", "change", "low", "high"),
    [
        # 3/7 to 1/2 of the 2.86 kWh of a whole A100 in 10 h
        pytest.param("NVIDIA A100-SXM4-80GB MIG 3g.40gb", {}, 1.0, 1.7, id="T05.1"),
        pytest.param("a100_3g.20gb", {"total_params_b": 7}, 0.8, 1.9, id="P08.2"),
        pytest.param("A100-80GB", {"accelerators": 0.25, "accelerator_hours": 2.5}, 0.5, 0.95, id="T05.2"),
        pytest.param("a100-sxm4-80gb", {"accelerators": 0.5}, 2.5, 3.2, id="P08.5"),
    ],
)
def test_a_part_of_an_accelerator_is_charged_as_one(ask, accelerator, change, low, high):
    answer = ask({"accelerator": accelerator, "accelerator_hours": 10, "region": "USA", **change})
    assert low <= value(answer, "accelerator_energy_kwh") <= high


def test_a_device_that_is_shared_by_time_asks_for_the_share(ask):
    whole = {"accelerator": "NVIDIA-A100-SXM4-40GB-SHARED", "accelerator_hours": 10, "region": "FRA"}
    answer = ask(whole)
    assert "give a share of it as accelerators, such as 0.25" in message(answer, "accelerator-name")
    assert ask({**whole, "accelerators": 0.25})["request"]["accelerators"] == 0.25


def test_slices_are_the_unit_of_a_request_and_its_answer(ask):
    ask_for = {"region": "aws:us-east-1", "hours": 10}
    slices = ask({"accelerator": "gres/gpu:a100_1g.5gb:7", **ask_for})
    whole = ask({"accelerator": "nvidia-a100-sxm4-40gb", **ask_for})
    assert slices["request"]["accelerator"] == "nvidia-a100-sxm4-40gb-mig-1g.5gb"
    assert value(slices, "accelerator_hours") == 70
    for path in ("energy_kwh", "carbon.total_kg", "cost.rental_usd"):
        assert value(slices, path) == pytest.approx(value(whole, path))


@pytest.mark.parametrize(
    ("accelerator", "fits"), [("h100_3g.40gb", True), ("MI300X CPX", True), ("a100_1g.5gb", False)]
)
def test_slices_serve_what_fits_in_their_memory(ask, accelerator, fits):
    answer = ask({**QUESTION, "accelerator": accelerator}, SERVE)
    assert answer["request"]["accelerators"] == 1
    assert ("does-not-fit" not in codes(answer)) == fits


@pytest.mark.parametrize(
    "load",
    [
        pytest.param(QUESTION, id="text"),
        pytest.param({**QUESTION, "batch_size": None, "requests_per_s": 0.5}, id="rate"),
        pytest.param({"model": "stable-diffusion-xl", "task": "image"}, id="images"),
        pytest.param({"model": "bert-base", "task": "embedding", "input_tokens": 100}, id="embedding"),
    ],
)
def test_half_of_an_accelerator_takes_longer(ask, load):
    body = {name: given for name, given in load.items() if given is not None}
    whole, half = (ask({**body, "accelerator": "h100", "accelerators": n}, SERVE) for n in (1, 0.5))
    assert 1.5 < value(half, "latency_s") / value(whole, "latency_s") < 2.5
    assert half["request"]["accelerators"] == 0.5


def test_an_instance_in_place_of_an_accelerator_is_that_instance(ask):
    run = {"hours": 1, "region": "aws:us-east-1"}
    named = ask({"accelerator": "p5.48xlarge", **run})
    assert named["request"]["accelerator"] == "aws:p5.48xlarge"
    assert "is read as the instance aws:p5.48xlarge with 8 of" in message(named, "accelerator-name")
    proper = ask({"instance": "p5.48xlarge", **run})
    assert [named[name] for name in RESULTS[2:]] == [proper[name] for name in RESULTS[2:]]


@pytest.mark.parametrize(
    ("name", "instance", "shortened"),
    [
        ("trn2.3xlarge", "aws:trn2.3xlarge", False),
        ("ml.p4d.24xlarge", "aws:p4d.24xlarge", False),
        ("H100-SXM-8-80G", "scaleway:H100-SXM-8-80G", False),
        ("NC6s_v3", "azure:Standard_NC6s_v3", False),
        ("Standard NC24ads A100 v4", "azure:Standard_NC24ads_A100_v4", False),
        ("azure:NC24ads A100 v4", "azure:Standard_NC24ads_A100_v4", False),
        ("bm gpu h100 8", "oci:BM.GPU.H100.8", False),
        ("amazon p5.48xlarge", "aws:p5.48xlarge", False),
        ("p4d", "aws:p4d.24xlarge", True),
        ("NC24ads_A100", "azure:Standard_NC24ads_A100_v4", True),
    ],
)
def test_instances_as_people_write_them(ask, name, instance, shortened):
    answer = ask({"instance": name, "hours": 1, "region": "USA"})
    assert answer["request"]["instance"] == instance
    assert ("instance-name" in codes(answer)) == shortened


@pytest.mark.parametrize("name", ["g5", "GB200", "p5", "Standard"])
def test_the_beginning_of_several_instances_is_refused(errors, name):
    assert "is not known" in errors({"instance": name, "hours": 1, "region": "USA"})["instance"][0]


def hosting(compare, **machine):
    part = {"hosting": {"hours": 10, "region": "aws:us-east-1", **machine}}
    answer = compare({"tasks": 1, "requests_per_task": 1, "strategies": [{"name": n, "upfront": [part]} for n in "ab"]})
    return answer["strategies"][0]["total"]["energy_kwh"]["value"]


def test_idle_slices_and_shares_hold_their_part(compare):
    whole = hosting(compare, accelerator="a100-sxm4-80gb")
    assert hosting(compare, accelerator="a100_3g.40gb") == pytest.approx(whole / 2)
    assert hosting(compare, accelerator="a100-sxm4-80gb", accelerators=0.25) == pytest.approx(whole / 4)
    assert hosting(compare, accelerator="8 x a100-sxm4-80gb") == pytest.approx(8 * whole)


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param({"accelerator": "a100_3g.40gb", "accelerator_hours": 10}, id="slice"),
        pytest.param({"accelerator": "a100-sxm4-80gb", "accelerators": 0.25, "accelerator_hours": 10}, id="share"),
        pytest.param({"accelerator": "gpu:a100:4", "hours": 10}, id="count"),
        pytest.param({"accelerator": "p4d.24xlarge", "hours": 10}, id="instance"),
    ],
)
def test_placement_change_and_schedule_take_parts_and_counts(client, train, machine):
    run = {**machine, "total_params_b": 0.1, "region": "aws:us-east-1"}
    others = {"accelerators": ["a100-sxm4-80gb", "h100_3g.40gb"], "regions": ["aws:us-east-1", "gcp:us-central1"]}
    body = {"training": run, "metric": "cost_usd", "offered_only": False, **others}
    placed = client.post("/v1/comparisons/placement", json=body).json
    assert len(placed["options"]) == 4
    for option in placed["options"]:
        again = train(option["request"])
        assert value(again, "energy_kwh") == pytest.approx(option["energy_kwh"]["value"])
        assert option["score"] == pytest.approx(value(again, "cost.total_usd"))
    moved = {"before": {"training": run}, "after": {"training": {**run, "region": "aws:eu-north-1"}}}
    assert client.post("/v1/comparisons/change", json=moved).status_code == 200
    times = {"earliest": "2027-01-10T00:00:00Z", "deadline": "2027-03-11T00:00:00Z"}
    assert client.post("/v1/comparisons/schedule", json={"training": run, **times}).status_code == 200
