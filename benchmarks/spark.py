"""A DataFrame on one worker of Spark and on two: ``python -m benchmarks.spark [ROWS]``, or ``make bench``."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from pyspark.sql import SparkSession

from benchmarks.batches import MILLION, write_jobs
from costsvc.batch.plan import plan
from costsvc.batch.spark import columns, estimate
from costsvc.batch.spark_run import session
from costsvc.reference.catalog import Catalog
from costsvc.settings import Settings

ROWS = 5_000_000
PARTITIONS = 16
ROUNDS = 3
LEAST_RATIO = 1.2


def measured(rows: int = ROWS) -> Iterator[str]:
    """Lines that say how fast one worker and two are.

    Args:
        rows: Rows of the DataFrame.
    """
    settings = Settings.from_env()
    catalog = Catalog.load(settings.data_dir, settings.data_overlay)
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        for place in range(PARTITIONS):
            write_jobs(Path(folder, f"{place:02}.parquet"), rows // PARTITIONS, catalog)
        for workers in (1, 2):
            spark = session(f"local-cluster[{workers},1,2048]")
            try:
                _seconds(spark, folder)  # processes start and load the tables
                seconds[workers] = median(_seconds(spark, folder) for _ in range(ROUNDS))
            finally:
                spark.stop()
            yield f"{f'Spark, {workers} worker(s)':<25}{rows / seconds[workers] / MILLION:8.2f} M rows/s, warm"
    yield f"{'Spark, two over one':<25}{seconds[1] / seconds[2]:8.2f} (at least {LEAST_RATIO})"


def _seconds(spark: SparkSession, folder: str) -> float:
    begun = time.perf_counter()
    frame = spark.read.parquet(folder)
    made = estimate(frame, plan(columns(frame)))
    made.rows.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - begun


if __name__ == "__main__":
    for line in measured(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS):
        print(line, flush=True)
