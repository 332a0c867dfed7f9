"""Estimates of files by Spark, for the command line."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf
from pyspark.storagelevel import StorageLevel

from costsvc.batch.files.provenance import as_batch
from costsvc.batch.groups import Codes
from costsvc.batch.plan import Plan
from costsvc.batch.spark import REJECTED, SUMMED, estimate, tables
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Templates
from costsvc.errors import BadRequestError, SettingsError

OLDEST_JAVA = 17
ROWS_AT_ONCE = 131_072
"""Rows of a record batch: fewer cost more by the row, more need more memory."""


class Run(NamedTuple):
    """What a run gives besides its files.

    Attributes:
        rows: Rows of the source.
        rejected: Rows that cannot be estimated.
        sums: Sums of all rows.
        templates: Their templates.
    """

    rows: int
    rejected: int
    sums: Sums
    templates: Templates

    @property
    def estimated(self) -> int:
        """Rows with an estimate."""
        return round(sum(float(point.counts.sum()) for point in self.sums.points()))


def session(master: str | None = None) -> SparkSession:
    """A session of Spark that runs this Python.

    Args:
        master: Address of the cluster, or ``local[4]``. Default: that of Spark's own configuration.

    Raises:
        SettingsError: If Java is missing or too old.
    """
    check_java()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.appName("costsvc")
    builder = builder if master is None else builder.master(master)
    options: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": False,
        "spark.ui.showConsoleProgress": False,
        "spark.sql.execution.arrow.maxRecordsPerBatch": ROWS_AT_ONCE,
        "spark.sql.session.timeZone": "UTC",
    }
    return builder.config(map=options).getOrCreate()


def check_java() -> None:
    """Check that Spark finds a Java that it runs on.

    Raises:
        SettingsError: If Java is missing or too old.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    advice = f"Spark needs Java {OLDEST_JAVA} or newer (Debian: default-jre-headless), in PATH or JAVA_HOME"
    if java is None:
        raise SettingsError(f"{advice}; Java is not installed")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - Java
    found = re.search(r'version "([0-9]+)', said)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise SettingsError(f"{advice}; {java} is {said.splitlines()[0] if said else 'no Java'}")


def read(spark: SparkSession, source: str) -> DataFrame:
    """The rows of a source: CSV as text, JSON by line, or Parquet.

    Args:
        spark: The session.
        source: A file, a folder or a pattern of files, on this machine or in an object store.

    Raises:
        BadRequestError: If Spark cannot read it.
    """
    try:
        if _has_ending(source, ".csv"):
            return spark.read.csv(source, header=True, multiLine=True, quote='"', escape='"', enforceSchema=False)
        if is_json(source):
            return spark.read.json(source)
        return spark.read.parquet(source)
    except AnalysisException as error:
        raise BadRequestError({"input": _first_line(error)}) from error


def is_json(source: str) -> bool:
    """Whether the files of a source are JSON.

    Args:
        source: A file, a folder or a pattern of files.
    """
    return _has_ending(source, ".json", ".jsonl", ".ndjson")


def run(
    source: str,
    target: str,
    plan_of: Callable[[DataFrame], Plan],
    *,
    master: str | None = None,
    rejects: str | None = None,
    salt: str | None = None,
) -> Run:
    """Estimate the rows of files; the templates, with factors and sources, are written beside the output.

    Args:
        source: The files, as :func:`read` takes them.
        target: Folder of the output: of CSV files if its name ends in ``.csv``, else of Parquet files.
        plan_of: Plans the estimates of rows.
        master: Address of the cluster.
        rejects: Folder of why rows have no estimate; None to write none.
        salt: Text with which cells that name people are hashed; random if not given.

    Raises:
        BadRequestError: If the source cannot be read, or a folder exists already.
        SettingsError: If Java is missing or too old.
    """
    spark = session(master)
    frame = read(spark, source)
    plan = plan_of(frame)
    made = estimate(frame, plan, salt=salt)
    made.rows.persist(StorageLevel.DISK_ONLY)  # computed once, for results, sums and rejects
    try:
        _write(made.results, target)
        if rejects is not None:
            _write(made.rejects, rejects)
        templates = tables()
        sums = Sums.from_table(made.sums.toArrow(), plan.groups, templates)
        described = as_batch(templates, _rows_of_templates(sums, len(templates.all)), by_digest=True)
        frame = spark.createDataFrame(pa.Table.from_batches([described]))
        _write(frame.coalesce(1), f"{target.rstrip('/')}.templates")
        of_input = made.rows.where(sf.col(SUMMED).isNull())
        counted = of_input.agg(sf.count(sf.lit(1)), sf.count_if(sf.size(REJECTED) > 0)).first()
    finally:
        made.rows.unpersist()
    if counted is None:
        raise TypeError("an aggregate has a row")
    return Run(rows=counted[0], rejected=counted[1], sums=sums, templates=templates)


def _rows_of_templates(sums: Sums, templates: int) -> Codes:
    """How many rows each template has."""
    rows = np.zeros(templates)
    for point in sums.points():
        rows += np.bincount(point.templates, point.counts, templates)
    return np.rint(rows).astype(np.int64)


def _write(frame: DataFrame, target: str) -> None:
    try:
        if _has_ending(target, ".csv"):
            frame.write.csv(target, header=True, quote='"', escape='"')
        else:
            frame.write.parquet(target)
    except AnalysisException as error:
        raise BadRequestError({"output": _first_line(error)}) from error


def _has_ending(path: str, *endings: str) -> bool:
    """Whether a path names files of a kind, compressed or not."""
    return path.rstrip("/*").removesuffix(".gz").removesuffix(".zst").endswith(endings)


def _first_line(error: AnalysisException) -> str:
    return str(error).splitlines()[0]
