"""Slurm's accounting: the jobs that ``sacct`` lists, as hours of accelerators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.cells import read_numbers, read_text
from costsvc.batch.formats.format import Format, Part, Translated
from costsvc.batch.formats.slurm_gpus import read_gpus
from costsvc.batch.rejects import Reject
from costsvc.units import H_PER_DAY, J_PER_KWH, S_PER_H, Array

Flags = npt.NDArray[np.bool_]

JOB = ("JobIDRaw", "JobID")
ELAPSED = ("ElapsedRaw", "Elapsed")
RESOURCES = ("AllocTRES", "AllocGRES", "ReqTRES")
CORES = ("NCPUS", "AllocCPUS")
CLUSTER, STATE, START, ENERGY = "Cluster", "State", "Start", "ConsumedEnergyRaw"
PROCESSOR = "Processor"
"""A column that sacct does not have; users add it to estimate jobs without accelerators too."""

COMPLETED, RUNNING, WAITING = "completed", "running", "waiting"
STATES: Mapping[str, Sequence[str]] = {
    COMPLETED: ("COMPLETED",),
    RUNNING: ("RUNNING", "COMPLETING", "CONFIGURING", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "SUSPENDED"),
    WAITING: ("PENDING", "RESV_DEL_HOLD"),
    "failed": ("FAILED",),
    "out-of-memory": ("OUT_OF_MEMORY",),
    "node-failed": ("NODE_FAIL", "BOOT_FAIL", "LAUNCH_FAILED", "RECONFIG_FAIL"),
    "timed-out": ("TIMEOUT", "DEADLINE"),
    "cancelled": ("CANCELLED", "REVOKED"),
    "preempted": ("PREEMPTED",),
    "requeued": ("REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT"),
}
"""Slurm's states of a job by its outcome."""
OUTCOMES = {state: outcome for outcome, states in STATES.items() for state in states}
NOT_WASTED = pa.array((COMPLETED, RUNNING, WAITING))

HEADER, STEP, IDLE, PLAIN = "is a header", "is a step of a job", "did not run", "uses no accelerator"
NO_STATE = "must be a state of Slurm such as COMPLETED"
NO_HOURS = {ELAPSED[0]: "must be a number of seconds", ELAPSED[1]: "must be a duration such as 02:03:04 or 1-02:03:04"}
NO_TIME = "must be a time such as 2026-09-03T08:00:00"

AMOUNTS = r"(^|,)(billing|cpu|energy|mem|node)=[^,]*"
"""Resources whose amounts differ from job to job; without them, few distinct lists remain to be read."""
DURATION = r"^(?:(?P<days>[0-9]+)-)?(?:(?P<hours>[0-9]+):)?(?P<minutes>[0-9]+):(?P<seconds>[0-9]+(?:[.][0-9]+)?)$"
IN_HOURS = {"days": H_PER_DAY, "hours": 1.0, "minutes": 60 / S_PER_H, "seconds": 1 / S_PER_H}
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]|$)"
DAY_LENGTH = 10
NO_START = pa.array(("Unknown", "None", "N/A"))
NO_VALUE = (2.0**32 - 2, 2.0**32 - 1, 2.0**64 - 2, 2.0**64 - 1)
"""Slurm's marks of numbers that it does not have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Jobs:
    """What the rows of a batch say, each in an array.

    Attributes:
        is_header: Whether a row repeats the names of the columns.
        is_step: Whether a row is a step of a job.
        outcome: How the job ended; null if its state is not known.
        hours: How long it ran; NaN if that cannot be read. [h]
        gpus: Number of its GPUs. [1]
        type: Their type; null if it is not recorded.
        fault: Why they cannot be counted; empty if they can.
        start: When it started; null if it did not.
        processor: Processor of a job without GPUs; null if it or the number of cores is not known.
        cores: Number of its cores. [1]
    """

    is_header: Flags
    is_step: Flags
    outcome: pa.Array
    hours: Array
    gpus: Array
    type: pa.Array
    fault: npt.NDArray[np.str_]
    start: pa.Array
    processor: pa.Array
    cores: Array

    @property
    def is_plain(self) -> Flags:
        """Whether a job has no GPUs."""
        is_plain: Flags = (self.gpus == 0) & (self.fault == "")
        return is_plain

    @property
    def is_idle(self) -> Flags:
        """Whether a job did not run."""
        is_idle: Flags = (self.hours == 0) | _flags(pc.equal(self.outcome, WAITING))
        return is_idle


class _Sorting:
    """Rows of a batch, each of which is skipped or rejected for one reason, or is left."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.left: Flags = np.ones(batch.num_rows, bool)
        self.skipped: dict[str, npt.NDArray[np.int64]] = {}
        self.rejects: list[Reject] = []
        self._batch = batch

    def skip(self, where: Flags, reason: str) -> None:
        found = self._take(where)
        if len(found):
            self.skipped[reason] = found

    def reject(self, where: Flags, column: str, reason: str) -> None:
        """Reject rows for their cell in a column."""
        found = self._take(where)
        if len(found):
            cells = read_text(self._batch.column(column).take(pa.array(found))).to_pylist()
            rows = zip(found.tolist(), cells, strict=True)
            self.rejects += [Reject(row=row, column=column, value=cell, reason=reason) for row, cell in rows]

    def _take(self, where: Flags) -> npt.NDArray[np.int64]:
        found = np.flatnonzero(where & self.left)
        self.left[found] = False
        return found


def translate(batch: pa.RecordBatch) -> Translated:
    """Read a batch of jobs.

    Args:
        batch: Rows as ``sacct`` lists them.
    """
    jobs = _read(batch)
    sorting = _sort(batch, jobs)
    parts = (
        _part(batch, jobs, sorting.left & ~jobs.is_plain, accelerator=RESOURCES, accelerators=RESOURCES),
        _part(batch, jobs, sorting.left & jobs.is_plain, accelerator=(PROCESSOR,), cores=CORES),
    )
    return Translated(
        parts=[part for part in parts if len(part.rows)],
        rejects=sorting.rejects,
        skipped=sorting.skipped,
        added=_added(batch, jobs),
    )


def _read(batch: pa.RecordBatch) -> _Jobs:
    job = _present(batch, JOB)
    ids = _text(batch, job)
    resources = pc.replace_substring_regex(_text(batch, _present(batch, RESOURCES)), AMOUNTS, "")
    lists = pc.dictionary_encode(pc.fill_null(resources, ""))
    gpus, codes = [read_gpus(text) for text in lists.dictionary.to_pylist()], lists.indices.to_numpy()
    start = _text(batch, START)
    cores = _numbers(batch, _present(batch, CORES))
    is_sized = pa.array(np.nan_to_num(cores) > 0)
    return _Jobs(
        is_header=_flags(pc.equal(ids, job)),
        is_step=_flags(pc.match_substring(ids, ".")),
        outcome=_read_outcomes(_text(batch, STATE)),
        hours=_read_hours(batch),
        gpus=np.array([one.count for one in gpus], float)[codes],
        type=pa.array([one.type for one in gpus], pa.string()).take(lists.indices),
        fault=np.array([one.fault for one in gpus], str)[codes],
        start=_where(pc.invert(pc.is_in(start, NO_START)), start),
        processor=_where(is_sized, _text(batch, PROCESSOR)),
        cores=cores,
    )


def _sort(batch: pa.RecordBatch, jobs: _Jobs) -> _Sorting:
    """Sort out what is not a request."""
    sorting, elapsed = _Sorting(batch), _present(batch, ELAPSED)
    sorting.skip(jobs.is_header, HEADER)
    sorting.skip(jobs.is_step, STEP)
    sorting.skip(jobs.is_idle, IDLE)
    sorting.skip(jobs.is_plain & _flags(pc.is_null(jobs.processor)), PLAIN)
    sorting.reject(_flags(pc.is_null(jobs.outcome)), STATE, NO_STATE)
    sorting.reject(~(jobs.hours >= 0), elapsed, NO_HOURS[elapsed])
    for fault in np.unique(jobs.fault[jobs.fault != ""]).tolist():
        sorting.reject(jobs.fault == fault, _present(batch, RESOURCES), fault)
    sorting.reject(_flags(pc.invert(pc.match_substring_regex(jobs.start, DAY))), START, NO_TIME)
    return sorting


def _read_outcomes(states: pa.Array) -> pa.Array:
    """Outcomes of states, which name the user who cancelled a job: ``CANCELLED by 1001``."""
    distinct = pc.dictionary_encode(states)
    words = [text.partition(" ")[0].rstrip("+") for text in distinct.dictionary.to_pylist()]
    return pa.array([OUTCOMES.get(word) for word in words], pa.string()).take(distinct.indices)


def _read_hours(batch: pa.RecordBatch) -> Array:
    name = _present(batch, ELAPSED)
    if name == ELAPSED[0]:
        return _numbers(batch, name) / S_PER_H
    found = pc.extract_regex(_text(batch, name), DURATION)
    parts = {unit: read_numbers(pc.struct_field(found, unit)).values for unit in IN_HOURS}
    hours: Array = np.sum([np.nan_to_num(parts[unit]) * size for unit, size in IN_HOURS.items()], axis=0)
    return np.where(np.isnan(parts["seconds"]), np.nan, hours)


def _part(batch: pa.RecordBatch, jobs: _Jobs, where: Flags, **columns: Sequence[str]) -> Part:
    """Jobs as requests, from those of the columns that the file has."""
    rows = np.flatnonzero(where)
    given = {
        "accelerator": jobs.processor if "cores" in columns else jobs.type,
        "accelerators": pa.array(jobs.gpus),
        "cores": pa.array(jobs.cores),
        "hours": pa.array(jobs.hours),
        "date": pc.utf8_slice_codeunits(jobs.start, 0, DAY_LENGTH),
    }
    columns |= {"hours": ELAPSED, "date": (START,)}
    return Part(
        kind="training",
        rows=rows,
        fields={name: given[name].take(pa.array(rows)) for name in columns},
        columns={name: _present(batch, names) for name, names in columns.items()},
    )


def _added(batch: pa.RecordBatch, jobs: _Jobs) -> dict[str, pa.Array]:
    """Columns of the output; null in rows that are no jobs."""
    is_job = pa.array(~jobs.is_header & ~jobs.is_step)
    energy = _numbers(batch, ENERGY) / J_PER_KWH
    key = (_text(batch, CLUSTER), _text(batch, _present(batch, JOB)), jobs.start)
    added = {
        "outcome": jobs.outcome,
        "wasted": _where(pc.is_valid(jobs.outcome), pc.invert(pc.is_in(jobs.outcome, NOT_WASTED))),
        "job_key": pc.binary_join_element_wise(*key, "/", null_handling="skip"),
        "node_energy_kwh": pa.array(energy, mask=~(energy > 0)),
    }
    return {name: _where(is_job, column) for name, column in added.items()}


def _present(batch: pa.RecordBatch, names: Sequence[str]) -> str:
    """The first of alternative columns that a file has; the first of all if it has none."""
    return next((name for name in names if name in batch.schema.names), names[0])


def _text(batch: pa.RecordBatch, name: str) -> pa.Array:
    """A column as text; null if the file does not have it."""
    return read_text(batch.column(name)) if name in batch.schema.names else pa.nulls(batch.num_rows, pa.string())


def _numbers(batch: pa.RecordBatch, name: str) -> Array:
    """A column as numbers; NaN if the file does not have it, or Slurm does not have the number."""
    if name not in batch.schema.names:
        return np.full(batch.num_rows, np.nan)
    values = read_numbers(batch.column(name)).values
    return np.where(np.isin(values, NO_VALUE), np.nan, values)


def _where(condition: pa.Array, column: pa.Array) -> pa.Array:
    """A column, null where a condition is not true."""
    return pc.if_else(pc.fill_null(condition, False), column, pa.scalar(None, column.type))


def _flags(condition: pa.Array) -> Flags:
    """A condition as an array, false where it is null."""
    flags: Flags = pc.fill_null(condition, False).to_numpy(zero_copy_only=False)
    return flags


SLURM = Format(
    name="slurm",
    title="Slurm accounting",
    required=(JOB, (STATE,), ELAPSED, RESOURCES),
    known=(*JOB, CLUSTER, STATE, *ELAPSED, START, *CORES, *RESOURCES, PROCESSOR, ENERGY),
    translate=translate,
    groups=("outcome",),
    personal=("User", "UID"),
)
