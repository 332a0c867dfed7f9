"""The service estimates the requests of the samples, but for those that the samples have wrong on purpose."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costsvc.batch.formats.boamps import BOAMPS
from costsvc.batch.formats.codecarbon import CODECARBON
from costsvc.batch.formats.documents import as_batch, as_text, read_documents
from costsvc.batch.formats.litellm import LITELLM
from costsvc.batch.formats.otel import CONTAINERS, OTEL
from costsvc.errors import BadRequestError
from costsvc.estimates.serving import estimate_serving
from costsvc.estimates.training import estimate_training
from costsvc.schemas.reading import read_request

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"
ESTIMATES = {"training": estimate_training, "inference": estimate_serving}


def sample(of, *names):
    """Tables by their columns, documents unfolded."""
    paths = [SAMPLES / name for name in names]
    if paths[0].suffix == ".csv":
        with paths[0].open("rb") as file:
            return pyarrow.csv.read_csv(file).combine_chunks().to_batches()[0]
    documents = [one for path in paths for one in read_documents(path.read_text().splitlines())]
    return as_batch([row for one in documents for row in of.unfold(one)], of.known)


@pytest.mark.parametrize(
    ("of", "names", "refused"),
    [
        pytest.param(CODECARBON, ["codecarbon.csv"], {}, id="codecarbon"),
        pytest.param(BOAMPS, ["boamps/inference.json", "boamps/training.json"], {}, id="boamps"),
        pytest.param(LITELLM, ["litellm.csv"], {22: "input_tokens", 23: "model"}, id="litellm"),
        pytest.param(OTEL, ["otel.jsonl"], {20: "provider", 21: "input_tokens"}, id="otel"),
    ],
)
def test_requests_of_the_sample_are_estimated(catalog, of, names, refused):
    read = of.translate(sample(of, *names))
    found = {}
    for part in (*read.parts, *read.compared):
        for place, row in enumerate(part.rows.tolist()):
            cells = {name: column[place].as_py() for name, column in part.fields.items()}
            body = {name: value for name, value in cells.items() if value is not None}
            try:
                answer = ESTIMATES[part.kind](read_request(part.kind, body, catalog), catalog)
            except BadRequestError as error:
                (found[row],) = error.problems
            else:
                assert answer["energy_kwh"]["value"] > 0
    assert found == refused


def test_measured_energy_with_a_pue_is_that_of_codecarbon_at_the_meter(catalog):
    row = {"energy_consumed": 3.0, "pue": 1.5, "country_iso_code": "FRA"}
    (part,) = CODECARBON.translate(pa.RecordBatch.from_pylist([row])).parts
    body = {name: column[0].as_py() for name, column in part.fields.items()}
    answer = estimate_training(read_request("training", body, catalog), catalog)
    assert answer["it_energy_kwh"]["value"] == pytest.approx(2.0)
    assert answer["energy_kwh"]["value"] == pytest.approx(3.0)


BATCHES = {
    "codecarbon": sample(CODECARBON, "codecarbon.csv"),
    "boamps": sample(BOAMPS, "boamps/inference.json", "boamps/training.json", "boamps/no-energy.json"),
    "litellm": sample(LITELLM, "litellm.csv"),
    "otel": sample(OTEL, "otel.jsonl"),
}
CELLS = st.sampled_from(
    ["", " ", "x", "-1", "0", "1e400", "NaN", "[]", "{}", "null", '[{"powerConsumption": 1}]', "é" * 999]
)


@pytest.mark.parametrize("of", [CODECARBON, BOAMPS, LITELLM, OTEL], ids=lambda of: of.name)
@given(data=st.data())
@settings(max_examples=50)
def test_a_row_is_a_request_or_has_a_reason_whatever_its_cells_are(outcomes, of, data):
    rows = [{name: as_text(cell) for name, cell in row.items()} for row in BATCHES[of.name].to_pylist()]
    names = [name for name in of.known if name in rows[0] and name not in CONTAINERS]
    for _ in range(10):
        row, name = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(names))
        rows[row][name] = data.draw(CELLS)
    outcomes(of, as_batch(rows, rows[0]))


@pytest.mark.parametrize("of", [CODECARBON, BOAMPS, LITELLM, OTEL], ids=lambda of: of.name)
def test_columns_may_be_encoded_by_a_dictionary_or_empty(outcomes, of):
    batch = BATCHES[of.name]
    texts = [pa.array([as_text(cell) for cell in column.to_pylist()], pa.string()) for column in batch.columns]
    encoded = pa.RecordBatch.from_arrays([text.dictionary_encode() for text in texts], batch.schema.names)
    assert outcomes(of, encoded) == outcomes(of, pa.RecordBatch.from_arrays(texts, batch.schema.names))
    assert outcomes(of, batch.slice(0, 0)) == []
