"""Spark: a worker that dies in mid-run."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.storagelevel import StorageLevel

from costsvc.batch.plan import plan
from costsvc.batch.spark import estimate
from costsvc.batch.spark_run import session
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Templates
from costsvc.batch.totals import totals
from costsvc.reference.catalog import Catalog
from tests.batch.comparing import assert_same, estimated_here, in_order, rows, without_templates

pytestmark = [pytest.mark.spark, pytest.mark.slow]
PARTITIONS = 16


@pytest.fixture
def cluster(needs: Callable[[str], str]) -> Iterator[SparkSession]:
    needs("java")
    cluster = session("local-cluster[2,1,1024]")
    yield cluster
    cluster.stop()


def killing(frame: DataFrame, marker: Path) -> DataFrame:
    """The rows; the executor that has passed the first rows of a late task on is killed, once."""

    def kill_once(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield batch
            if min(batch.column("id").to_pylist()) < 1_200:
                continue
            try:
                marker.touch(exist_ok=False)
            except FileExistsError:
                continue
            daemon = Path(f"/proc/{os.getppid()}/stat").read_text()
            os.kill(int(daemon.rpartition(")")[2].split()[1]), signal.SIGKILL)

    return frame.mapInArrow(kill_once, frame.schema)


@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_a_worker_killed_in_mid_run_changes_no_row_and_no_total(cluster, tmp_path: Path, catalog: Catalog):
    table = rows("training").drop(["pricing.kind"])  # a dotted name, which mapInArrow takes apart
    size = table.num_rows // PARTITIONS
    for place in range(PARTITIONS):
        pq.write_table(table.slice(place * size, size), tmp_path / f"{place:02}.parquet")
    marker = tmp_path / "_killed"
    frame = killing(cluster.read.parquet(str(tmp_path)).repartitionByRange(PARTITIONS, "id"), marker)
    made = estimate(frame, plan(table.schema), by=["team"])
    made.rows.persist(StorageLevel.DISK_ONLY)
    results, rejects, expected = estimated_here(table, plan(table.schema, by=["team"]), catalog)
    assert_same(without_templates(made.results.toArrow()), results)
    assert marker.exists()
    assert len(in_order(made.rejects.toArrow())) == rejects.num_rows
    templates = Templates(catalog)
    assert_same(totals(Sums.from_table(made.sums.toArrow(), ["team"], templates), templates), expected)
