"""Requests to a model, through the whole estimate."""

import pytest

POST = "/v1/estimates/inference"
SMALL = {"model": None, "total_params_b": 0.1, "output_tokens": None}
PICTURE = {"task": "image", "model": "stable-diffusion-3.5-large", "input_tokens": None, "output_tokens": None}
TEXT = {
    "model": "llama-3.1-8b",
    "accelerator": "h100-sxm5-80gb",
    "accelerators": 1,
    "batch_size": 32,
    "input_tokens": 400,
    "output_tokens": 200,
    "region": "USA",
}


@pytest.fixture
def ask(client):
    def ask(**change):
        body = {name: value for name, value in {**TEXT, **change}.items() if value is not None}
        response = client.post(POST, json=body)
        assert response.status_code == 200, response.json
        return response.json

    return ask


def warned(answer):
    return {warning["code"] for warning in answer["warnings"]}


def joules(answer, per="per_output_token", name="accelerator_energy_j"):
    return answer[per][name]["value"]


def test_requests_multiply(ask):
    one, many = ask(), ask(requests=1000)
    assert many["energy_kwh"]["value"] == pytest.approx(1000 * one["energy_kwh"]["value"])
    assert joules(many, "per_request") == pytest.approx(joules(one, "per_request"))


def test_no_request_costs_nothing_and_still_has_a_price_each(ask):
    none = ask(requests=0)
    assert none["energy_kwh"]["value"] == 0
    assert joules(none, "per_request") > 0


def test_a_request_is_its_tokens_and_a_million_of_them_a_million(ask):
    answer = ask()
    assert joules(answer, "per_request") == pytest.approx(200 * joules(answer))
    assert joules(answer, "per_million_tokens") == pytest.approx(1e6 * joules(answer))


def test_energy_grows_from_chip_to_server_to_meter(ask):
    each = ask()["per_request"]
    for end in ("value", "low", "high"):
        assert each["accelerator_energy_j"][end] <= each["it_energy_j"][end] <= each["energy_j"][end]


@pytest.mark.parametrize(
    ("change", "more"),
    [
        pytest.param({"batch_size": 4}, True, id="smaller-batch"),
        pytest.param({"batch_size": 256}, False, id="larger-batch"),
        pytest.param({"model": "llama-3.1-70b", "accelerators": 4}, True, id="larger-model"),
        pytest.param({"precision": "fp8"}, False, id="narrower-weights"),
        pytest.param({"input_tokens": 8000}, True, id="longer-prompt"),
        pytest.param({"software_year": 2024}, True, id="older-software"),
    ],
)
def test_moves_the_way_physics_does(ask, change, more):
    assert (joules(ask(**change)) > joules(ask())) == more


def test_a_low_rate_of_requests_pays_for_waiting(ask):
    rates = [joules(ask(batch_size=None, requests_per_s=rate)) for rate in (0.01, 0.1, 1, 10)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 10 * rates[-1]


def test_measured_power_takes_the_place_of_the_estimate(ask):
    answer = ask(accelerator_power_w=350)
    watts = joules(answer) * answer["throughput_tokens_per_s"]["value"]
    assert watts == pytest.approx(350, rel=0.02)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"batch_size": None}, "batch-assumed", id="batch"),
        pytest.param({"output_tokens": None}, "tokens-assumed", id="tokens"),
        pytest.param({"accelerators": None}, "accelerators-assumed", id="accelerators"),
        pytest.param({"model": None, "total_params_b": 17.3}, "dimensions-assumed", id="dimensions"),
        pytest.param({"model": None, "total_params_b": 8}, "dimensions-matched", id="dimensions-of-another"),
        pytest.param({"model": "llama-3.1-405b"}, "does-not-fit", id="memory"),
        pytest.param({"accelerator": "mi300x"}, "chip-not-measured", id="chip"),
        pytest.param({"software_year": 2025}, "software-not-measured", id="software"),
        pytest.param({**SMALL, "task": "embedding"}, "task-not-measured", id="small-task"),
        pytest.param({**PICTURE, "accelerator": "mi300x"}, "chip-not-measured", id="chip-of-pictures"),
        pytest.param({"accelerator": "a100-sxm4-80gb", "precision": "fp8"}, "weights-only", id="precision"),
    ],
)
def test_says_what_it_had_to_assume(ask, change, code):
    assert code in warned(ask(**change))


@pytest.mark.parametrize(
    "change",
    [{"batch_size": None}, {"output_tokens": None}, {"model": None, "total_params_b": 8}, {"software_year": 2025}],
)
def test_what_is_assumed_widens_the_interval(ask, change):
    def width(answer):
        return answer["per_request"]["energy_j"]["high"] / answer["per_request"]["energy_j"]["low"]

    assert width(ask(**change)) > width(ask())


PICTURE = {"batch_size": 1, "input_tokens": None, "output_tokens": None, "model": None, "total_params_b": 8}


@pytest.mark.parametrize(
    ("change", "more"),
    [
        pytest.param({"steps": 50}, True, id="more-steps"),
        pytest.param({"width_px": 512}, False, id="fewer-pixels"),
        pytest.param({"total_params_b": 2}, False, id="smaller-network"),
    ],
)
def test_an_image_costs_by_steps_and_pixels(ask, change, more):
    image = {**PICTURE, "task": "image", "steps": 28, "width_px": 1024, "height_px": 1024}
    assert (joules(ask(**image), "per_request") < joules(ask(**{**image, **change}), "per_request")) == more


def test_a_video_costs_more_than_an_image(ask):
    size = {"steps": 30, "width_px": 832, "height_px": 480}
    image, video = ask(**PICTURE, **size, task="image"), ask(**PICTURE, **size, task="video", frames=81)
    assert joules(video, "per_request") > 5 * joules(image, "per_request")


def test_sizes_of_a_picture_that_are_left_out_are_assumed(ask):
    answer = ask(**{**PICTURE, "task": "image", "batch_size": None, "accelerators": None})
    assert {"size-assumed", "batch-assumed", "accelerators-assumed"} <= warned(answer)


@pytest.mark.parametrize("task", ["classification", "embedding", "other"])
def test_a_small_task_generates_no_tokens(ask, task):
    answer = ask(**{**PICTURE, "task": task, "total_params_b": 0.3, "input_tokens": 300})
    assert joules(answer, "per_request") > 0
    assert answer["per_output_token"]["energy_j"] is None
    assert "throughput_tokens_per_s" in {gap["field"] for gap in answer["unavailable"]}


def test_a_small_model_classifies_for_less_than_a_large_one_generates(ask):
    small = ask(**{**PICTURE, "task": "classification", "total_params_b": 0.1, "input_tokens": 300, "batch_size": 32})
    assert joules(small, "per_request") < joules(ask(), "per_request")


@pytest.mark.parametrize("task", ["text", "image", "classification"])
def test_a_model_must_be_named_or_sized(client, task):
    answer = client.post(POST, json={"accelerator": "h100", "task": task})
    assert answer.status_code == 422
    assert "model" in answer.json["errors"]
