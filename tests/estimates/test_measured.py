"""Where the same model was measured on the same machines, the measurement is taken."""

import pytest

from tests.estimates.reading import codes, factors, value

MEASURED = {
    "model": "llama-3.1-8b",
    "accelerator": "h100-sxm5-80gb",
    "accelerators": 1,
    "precision": "bf16",
    "task": "chat",
    "region": "USA",
}
PICTURE = MEASURED | {"model": "stable-diffusion-3.5-large", "task": "image"}


def energy(answer):
    return answer["per_request"]["accelerator_energy_j"]


@pytest.fixture(scope="module")
def rows(catalog):
    return sorted(
        (
            row
            for row in catalog.tables["inference_measurements"].rows.values()
            if (row["model_id"], row["accelerator_id"], row["software_year"])
            == ("llama-3.1-8b", "nvidia-h100-sxm5-80gb", 2026)
        ),
        key=lambda row: row["batch_size"],
    )


def asked_as(row, catalog):
    """A measurement asked as it was made: its batch, its answers, the prompts that the fit found."""
    prompt = catalog.factor("serving_fit", ("effective_input_tokens", "chat"), "value", "prompt").value
    return MEASURED | {
        "batch_size": row["batch_size"],
        "input_tokens": prompt,
        "output_tokens": row["mean_output_tokens"],
    }


def test_a_measured_configuration_gives_what_was_measured(serve, rows, catalog):
    for row in rows:
        answer = serve(asked_as(row, catalog))
        assert value(answer, "per_output_token.accelerator_energy_j") == pytest.approx(row["j_per_output_token"])
        assert factors(answer)["measured_slowness"]["origin"] == "measured"
        assert row["measurement_id"] in factors(answer)["measured_slowness"]["locator"]


def test_between_two_measured_batches_lies_between_them(serve, rows, catalog):
    below, above = rows[0], rows[1]
    between = serve(asked_as(below, catalog) | {"batch_size": (below["batch_size"] * above["batch_size"]) ** 0.5})
    found = value(between, "per_output_token.accelerator_energy_j")
    assert above["j_per_output_token"] < found < below["j_per_output_token"]


def test_a_measurement_narrows_the_interval(serve):
    known, unknown = serve(MEASURED | {"batch_size": 64}), serve(MEASURED | {"batch_size": 64, "precision": "fp8"})
    widths = [energy(answer)["high"] / energy(answer)["low"] for answer in (known, unknown)]
    assert widths[0] < widths[1]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"batch_size": 100_000}, id="batch-beyond-the-measured"),
        pytest.param({"batch_size": 64, "precision": "fp8"}, id="other-precision"),
        pytest.param({"batch_size": 64, "accelerators": 3}, id="other-number-of-devices"),
        pytest.param({"batch_size": 64, "software_year": 2025}, id="other-software"),
        pytest.param({"batch_size": 64, "task": "reasoning"}, id="other-task"),
        pytest.param({}, id="batch-not-given"),
        pytest.param({"batch_size": 64, "input_tokens": 50_000}, id="prompt-beyond-the-measured"),
    ],
)
def test_what_was_not_measured_is_computed(serve, change):
    assert "measured_slowness" not in factors(serve(MEASURED | change))


def test_a_measured_picture_is_taken_too(serve, catalog):
    row = next(
        row
        for row in catalog.tables["generation_measurements"].rows.values()
        if (row["model_id"], row["accelerator_id"], row["accelerators"], row["batch_size"])
        == ("stable-diffusion-3.5-large", "nvidia-h100-sxm5-80gb", 1, 4)
    )
    size = {name: int(row[name]) for name in ("steps", "width_px", "height_px")}
    answer = serve(PICTURE | size | {"batch_size": 4})
    assert value(answer, "per_request.accelerator_energy_j") == pytest.approx(row["j_per_item"])


def test_a_picture_of_no_size_has_that_of_its_pipeline(serve):
    answer = serve(PICTURE | {"model": "sdxl-turbo", "batch_size": 1})
    assert "size-native" in codes(answer)
    assert factors(answer)["width_px"]["value"] == 512


def test_parameters_of_a_catalogued_model_take_its_shape(serve):
    named = {name: part for name, part in MEASURED.items() if name != "model"} | {"batch_size": 100_000}
    answer = serve(named | {"total_params_b": 8.03})
    assert "dimensions-matched" in codes(answer)
    assert value(answer, "per_output_token.accelerator_energy_j") == pytest.approx(
        value(serve(MEASURED | {"batch_size": 100_000}), "per_output_token.accelerator_energy_j"), rel=0.01
    )


def test_prompts_longer_than_any_measured_widen_the_interval(serve):
    short, long = (
        serve(MEASURED | {"batch_size": 4096, "input_tokens": tokens, "output_tokens": 300}) for tokens in (500, 50_000)
    )
    assert "task-not-measured" in codes(long)
    assert "task-not-measured" not in codes(short)
    assert energy(long)["high"] / energy(long)["low"] > energy(short)["high"] / energy(short)["low"]
