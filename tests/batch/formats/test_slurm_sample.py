"""Whatever a log of Slurm has, no row is lost and no GPU counted twice; the sample of the docs."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv

from costsvc.batch.formats.slurm import SLURM
from costsvc.errors import UnknownNameError
from costsvc.reference.catalog import Catalog
from tests.batch.formats.slurm_jobs import (
    JOB,
    MIXED,
    NO_COUNT,
    NO_SECONDS,
    NO_STATE,
    NO_TIME,
    SHARED,
    UNEQUAL,
    read,
    requests,
)

SAMPLE = Path(__file__).parents[3] / "docs" / "samples" / "slurm.txt"
NOISE = st.sampled_from(["cpu=8", "mem=64G", "node=1", "billing=8", "energy=1439089", "gres/gpumem=4G", "fs/disk=3"])
TYPES = st.sampled_from(["a100", "a100_3g.20gb", "h100", "nvidia_l40s", "a100_80", "rtx_3090"])


@given(st.integers(1, 4096), TYPES, st.booleans(), st.lists(NOISE, unique=True), st.randoms())
def test_gpus_are_never_counted_twice(count: int, name: str, has_total: bool, noise: list[str], random: Any) -> None:
    entries = [*noise, f"gres/gpu:{name}={count}", *([f"gres/gpu={count}"] if has_total else [])]
    random.shuffle(entries)
    (request,) = requests(read({**JOB, "AllocTRES": ",".join(entries)})).values()
    assert (request["accelerator"], request["accelerators"]) == (name, count)


@given(st.lists(st.text(st.sampled_from("gres/pu:=,a10x%d \n"), max_size=20), min_size=1))
def test_whatever_the_resources_are_no_row_is_lost(resources: list[str]) -> None:
    translated = read(*({**JOB, "AllocTRES": text} for text in resources))
    skipped = [row for rows in translated.skipped.values() for row in rows.tolist()]
    found = [*requests(translated), *skipped, *(reject.row for reject in translated.rejects)]
    assert sorted(found) == list(range(len(resources)))


def test_a_long_cell_is_read_at_once() -> None:
    long = "gres/gpu:" + "a1:" * 400_000
    translated = read({**JOB, "AllocTRES": long}, {**JOB, "State": "X" * 10**6}, {**JOB, "Start": "2" * 10**6})
    assert len(translated.rejects) == 3
    assert all(len(reject.reason) < 100 for reject in translated.rejects)


@pytest.fixture(scope="module")
def sample() -> pa.RecordBatch:
    """The sample of the documentation, read as text."""
    options = csv.ConvertOptions(column_types=dict.fromkeys(SLURM.known, pa.string()))
    table = csv.read_csv(SAMPLE, parse_options=csv.ParseOptions(delimiter="|"), convert_options=options)
    (batch,) = table.combine_chunks().to_batches()
    return batch


def test_each_row_of_the_sample_is_a_request_or_has_a_reason(sample: pa.RecordBatch) -> None:
    translated = SLURM.translate(sample)
    jobs = sample.column("JobIDRaw").to_pylist()
    assert {reason: [jobs[row] for row in rows] for reason, rows in translated.skipped.items()} == {
        "is a header": ["JobIDRaw"],
        "is a step of a job": ["4100026.batch", "4100026.extern", "4100026.0"],
        "did not run": ["4100010", "4100013", "4100015"],
        "uses no accelerator": ["4100023", "4100024"],
    }
    assert {jobs[reject.row]: reject.reason for reject in translated.rejects} == {
        "4100020": MIXED,
        "4100021": UNEQUAL,
        "4100022": SHARED,
        "4100027": NO_SECONDS,
        "4100028": NO_SECONDS,
        "4100029": NO_SECONDS,
        "4100030": NO_STATE,
        "4100031": NO_TIME,
        "4100032": NO_COUNT,
    }
    assert len(requests(translated)) == sample.num_rows - 9 - 9


def test_the_sample_names_accelerators_that_the_tables_know_but_for_one(
    sample: pa.RecordBatch, catalog: Catalog
) -> None:
    (part,) = SLURM.translate(sample).parts
    names = set(part.fields["accelerator"].drop_null().to_pylist())
    read = {name: catalog.accelerator(name)[0].id for name in names - {"tesla"}}
    assert read == {
        "1g.5gb": "nvidia-a100-sxm4-40gb",
        "a100": "nvidia-a100-sxm4-80gb",
        "a100_1g.5gb": "nvidia-a100-sxm4-40gb",
        "h100": "nvidia-h100-sxm5-80gb",
        "nvidia_a100_3g.20gb": "nvidia-a100-sxm4-40gb",
    }
    assert np.isfinite(part.fields["accelerators"].to_numpy()).all()
    with pytest.raises(UnknownNameError, match="tesla"):
        catalog.accelerator("tesla")
