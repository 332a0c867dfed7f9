"""Who published a row, and which sources of the fits are the same publication."""

import csv
import re

import pytest

from costsvc.evidence.validation.provenance import SAME, fitted_sources, source_of


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("MLPerf Training v5.0, training_results_v5.0: AMD/a", "MLPerf Training v5.0", id="submission"),
        pytest.param("Trillion-7B report abstract: 2T tokens", "Trillion-7B report abstract", id="what-it-says"),
        pytest.param("LLaDA, arXiv 2502.09992", "LLaDA", id="number"),
        pytest.param("karpathy/nanochat dev/LEADERBOARD.md run 2", "karpathy/nanochat", id="file-of-a-repository"),
        pytest.param("HF DIA-MVP/tinyllama-lora-a40", "Hugging Face: DIA-MVP", id="one-of-many-runs"),
        pytest.param("HF card TucanoBR/Tucano-160m", "Hugging Face: TucanoBR", id="card"),
        pytest.param("see where_read", "row", id="no-publication"),
        pytest.param("Biderman et al. 2023 Table 5", "pythia-2023", id="source-of-the-fits"),
    ],
)
def test_a_publication_is_one_source_whatever_is_read_in_it(text, source):
    assert source_of({"id": "row", "source": text}) == source


@pytest.mark.parametrize(
    ("row", "sources"),
    [
        pytest.param({"id": "a", "source": "Epoch AI all_ml_systems (hours)"}, {"epoch-ai-models"}, id="text"),
        pytest.param({"id": "gpuw_train_olmo_dev_13b", "source": "19 MWh/27k h/1.2"}, {"morrison-2025"}, id="row"),
        pytest.param({"id": "a", "source": "ML.ENERGY leaderboard v1 (2023)"}, {"mlenergy-v2"}, id="older-version"),
        pytest.param({"id": "a", "source": "Somebody else"}, set(), id="not-in-the-fits"),
    ],
)
def test_a_publication_is_known_again_among_the_sources_of_the_fits(row, sources):
    assert fitted_sources(row) == sources


def test_every_pattern_leads_to_a_source_that_is_known(catalog):
    with SAME.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["source_id"] for row in rows} <= {str(key) for key in catalog.tables["sources"].rows}
    assert all(re.compile(row["pattern"]) for row in rows)
