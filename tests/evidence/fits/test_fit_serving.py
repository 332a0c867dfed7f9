"""The fits, on measurements that the formulas themselves made up."""

import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from costsvc.evidence.fits import pictures as fit_pictures
from costsvc.evidence.fits import text as fit_text
from costsvc.evidence.fits.between import student_t
from costsvc.evidence.fits.constants import Constant, Fitted, fixed, places
from costsvc.evidence.fits.intervals import Interval, interval, intervals_of, line, widening
from costsvc.evidence.fits.serving import fit
from costsvc.evidence.fits.serving_rows import Measured, picture_rows, text_rows
from costsvc.reference.table import Table, describe

pytestmark = pytest.mark.fits
DATA = Path(__file__).parents[3] / "data"
NOISE = 0.05
SHAPES = {
    "small": (8.0, 8.0, 32, 1.0),
    "large": (70.0, 70.0, 80, 1.0),
    "sparse": (30.0, 3.0, 48, 1 / 16),
    "wide": (400.0, 20.0, 60, 1 / 32),
}
CHIPS = {
    "nvidia-h100": ("h100", 700, 3350, 989),
    "nvidia-b200": ("b200", 1000, 7700, 2250),
    "nvidia-a100": ("a100", 400, 1555, 312),
}
TRUE = {
    "memory_efficiency": 0.6,
    "layer_overhead_s": 1e-4,
    "arithmetic_efficiency": 0.4,
    "cache_efficiency": 0.7,
    "prefill_efficiency": 0.6,
    "sequence_overhead_s": 4e-5,
    "media_s": 0.03,
    "software_factor": 4.0,
    "effective_input_tokens": 600.0,
}


def models():
    rows = [
        {
            "model_id": name,
            "released_on": "2024-01-01",
            "total_params_b": total,
            "active_params_b": active,
            "layers": layers,
            "full_layers": layers,
            "window_layers": 0,
            "window_tokens": None,
            "picked_tokens": None,
            "attended_values": 8192,
            "cached_values": 2048,
            "state_values": 0,
            "expert_share": share,
        }
        for name, (total, active, layers, share) in SHAPES.items()
    ]
    networks = [
        {
            "model_id": name,
            "released_on": "2024-01-01",
            "total_params_b": size,
            "active_params_b": size,
            "pixels_per_token": 16,
            "frames_per_latent": 4,
            "guidance_passes": passes,
        }
        for name, size, passes in (("sketch", 1.0, 2), ("paint", 4.0, 2), ("film", 10.0, 1))
    ]
    table = pd.DataFrame([*rows, *networks])
    return table.assign(name=table["model_id"], source_id="assumption", locator="test", quality="assumed")


def accelerators():
    names = ["family", "tdp_w", "memory_bandwidth_gb_s", "peak_bf16_tflops"]
    table = pd.DataFrame([{"accelerator_id": i, **dict(zip(names, f, strict=True))} for i, f in CHIPS.items()])
    return table.assign(peak_fp16_tflops=table["peak_bf16_tflops"])


def asked():
    """What was asked of the replicas, before anything is measured."""
    kinds = [
        *product(SHAPES, ("nvidia-h100", "nvidia-b200"), ("chat",), (4.0, 32.0, 256.0), (2026,)),
        *product(SHAPES, ("nvidia-a100",), ("chat",), (4.0, 64.0), (2024,)),
        *product(
            ("small", "sparse"), ("nvidia-h100",), ("image-chat", "video-chat", "reasoning"), (8.0, 64.0), (2026,)
        ),
        *product(("small",), ("nvidia-h100",), ("code-generation", "code-completion"), (8.0, 64.0), (2026,)),
        ("small", "nvidia-a100", "chat", 1.0, 2023),
        ("large", "nvidia-a100", "chat", 1.0, 2023),
    ]
    table = pd.DataFrame(kinds, columns=["model_id", "accelerator_id", "task", "batch_size", "software_year"])
    return table.assign(
        accelerators=np.where(table["model_id"].isin(["large", "wide"]), 4, 1),
        precision=np.where(table["model_id"] == "wide", "fp8", "bf16"),
        mean_output_tokens=np.where(table["task"] == "reasoning", 3000.0, 400.0),
    )


def true_text():
    constants = [*fit_text.CONSTANTS, *fit_text.EAGER]
    held = [constant.start if constant.is_fixed else TRUE.get(constant.name, constant.start) for constant in constants]
    return Fitted(constants=constants, values=np.array(held))


def noisy(values, seed):
    return values * np.exp(np.random.default_rng(seed).normal(0, NOISE, len(values)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("data")
    shutil.copy(DATA / "datapackage.json", path)
    models().to_csv(path / "models.csv", index=False)
    accelerators().to_csv(path / "accelerators.csv", index=False)
    asked().to_csv(path / "inference_measurements.csv", index=False)
    rows = text_rows(path)
    true = fit_text.served(rows, true_text().by_row(rows))
    frame = rows.frame.assign(
        j_per_output_token=noisy(true.j_per_output_token, 1), accelerator_power_w=noisy(true.accelerator_power_w, 2)
    )
    frame[[*asked().columns, "j_per_output_token", "accelerator_power_w"]].to_csv(
        path / "inference_measurements.csv", index=False
    )
    pictures(path)
    return path


def pictures(path):
    made = pd.DataFrame(
        product(("sketch", "paint", "film"), ("nvidia-h100", "nvidia-b200", "nvidia-a100"), (1, 4, 8), (1, 4)),
        columns=["model_id", "accelerator_id", "batch_size", "accelerators"],
    )
    film = made["model_id"] == "film"
    made = made.assign(
        task=np.where(film, "text-to-video", "text-to-image"),
        steps=25,
        width_px=1024,
        height_px=768,
        frames=np.where(film, 49, 1),
        software_year=2026,
        precision="bf16",
    )
    made.to_csv(path / "generation_measurements.csv", index=False)
    rows = picture_rows(path)
    starts = np.array([constant.start for constant in fit_pictures.CONSTANTS])
    true = Fitted(constants=fit_pictures.CONSTANTS, values=starts).by_row(rows)
    work = fit_pictures.generated(rows, true, fit_pictures.network(rows))
    rows.frame[list(made.columns)].assign(
        j_per_item=noisy(work.j_per_item, 3), accelerator_power_w=noisy(work.accelerator_power_w, 4)
    ).to_csv(path / "generation_measurements.csv", index=False)


def test_the_fit_gives_back_the_energy_that_it_was_shown(folder):
    rows = text_rows(folder)
    recent = rows.where(rows.frame["software_year"] > 2023)
    found = fit_text.fit_text(recent)
    ratio = fit_text.energy(recent, found) / recent.column("j_per_output_token")
    assert np.median(np.exp(np.abs(np.log(ratio)))) < 1.06


def test_the_table_is_as_described_and_the_report_names_what_was_left_out(folder):
    lines = fit(folder)
    resource = describe(folder)["serving_fit"]
    known = set(pd.read_csv(DATA / "sources.csv")["source_id"])
    table = Table.load(folder, resource, known)
    assert table.find(("media_s", "*"))["value"] == 0
    for name, scope in (("serving_residual", "2024"), ("serving_residual", "*"), ("measured_residual", "image")):
        row = table.find((name, scope))
        assert row["low"] < 1 < row["high"]
    # two models say too little of a class
    assert table.find(("serving_residual", "dense")) is None
    assert 1 < table.find(("software_factor", "2025"))["value"] < table.find(("software_factor", "2024"))["value"]
    report = "\n".join(lines)
    for title in ("text", "2024 a100", "dense", "batch", "reasoning", "sizes only", "images and video"):
        assert title in report


def test_sizes_alone_take_the_usual_shape_of_the_class(folder):
    shapes = fit_text.shape_rule(fit_text.known_shapes(Measured(frame=pd.read_csv(folder / "models.csv"))))
    assert shapes["cached_values", "*"] == 2048
    # share of experts over share of parameters: 1/16 / 0.1 and 1/32 / 0.05 are both 0.625
    assert shapes["expert_share_factor", "*"] == pytest.approx(0.625)


def test_the_narrowest_scope_holds():
    frame = pd.DataFrame(
        {"task": ["chat", "chat"], "family": ["a100", "x"], "kind": ["dense", "dense"], "year": ["2024", "2026"]}
    )
    constants = [fixed("speed", "*", 1), fixed("speed", "dense", 2), fixed("speed", "a100", 3)]
    assert places(Measured(frame=frame), constants)["speed"].tolist() == [2, 1]


def test_a_scope_can_be_left_out():
    constants = [Constant("speed", "a100", 1, 0.5, 2), fixed("speed", "*", 1)]
    left = Fitted(constants=constants, values=np.array([1.5, 1.0])).without("a100")
    assert [constant.scope for constant in left.constants] == ["*"]
    np.testing.assert_array_equal(left.values, [1.0])


RATIO = pd.Series(np.exp(np.linspace(-0.5, 0.5, 101)))


def test_an_interval_takes_models_alike_and_grows_where_they_are_few():
    # errors of 0.1 and 0.2 in logarithms; of two models t is about 6.3 and of nine 1.86
    ratio, models = pd.Series(np.exp([0.1, 0.1, 0.1, -0.2])), pd.Series(["a", "a", "a", "b"])
    alike = np.sqrt((0.1**2 + 0.2**2) / 2)
    assert np.log(interval(ratio, models).high) == pytest.approx(student_t(1) * alike)
    many = pd.Series(np.exp([0.1, -0.1] * 4 + [0.1])), pd.Series(list("abcdefghi"))
    assert np.log(interval(*many).high) == pytest.approx(0.186, rel=0.01)


def test_independent_factors_add_as_squares():
    assert Interval(np.exp(-0.3), np.exp(0.3)).times(Interval(np.exp(-0.4), np.exp(0.4))) == pytest.approx(
        (np.exp(-0.5), np.exp(0.5))
    )


def test_a_widening_makes_the_wider_interval():
    known, unknown = Interval(np.exp(-0.3), np.exp(0.3)), Interval(np.exp(-0.5), np.exp(0.5))
    assert known.times(widening(known, unknown)) == pytest.approx(unknown)
    assert widening(unknown, known) == (1, 1)


def test_each_row_takes_the_interval_of_its_narrowest_scope():
    frame = pd.DataFrame({"task": ["chat", "odd"], "family": "h100", "kind": "dense", "year": "2026"})
    bounds = {"dense": Interval(0.5, 2), "odd": Interval(0.1, 9), "*": Interval(0.2, 3)}
    assert intervals_of(frame, bounds) == [bounds["dense"], bounds["odd"]]


def test_a_line_of_the_report_counts_what_lies_inside():
    told = line("title", RATIO, [Interval(np.exp(-0.25), np.exp(0.25))] * len(RATIO))
    assert told.split() == ["title", "101", "1.284", "1.57", "50.5%", "1.65"]
