"""The reader of Slurm's accounting."""

from datetime import date, datetime, time

import pyarrow as pa
import pytest

from costsvc.batch.formats.slurm import OUTCOMES, SLURM
from tests.batch.formats.slurm_jobs import (
    CPU_ONLY,
    JOB,
    MIXED,
    NO_COUNT,
    NO_DURATION,
    NO_SECONDS,
    NO_STATE,
    NO_TIME,
    REQUEST,
    SHARED,
    UNEQUAL,
    Row,
    added,
    read,
    requests,
    without,
)


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        pytest.param({}, {}, id="typed-and-untyped"),
        pytest.param({"AllocTRES": "gres/gpu:a100=4,gres/gpu=4"}, {}, id="typed-first"),
        pytest.param({"AllocTRES": "gres/gpu:a100=4"}, {}, id="typed-only"),
        pytest.param({"AllocTRES": "gres/gpu=4,gres/gpu:a100=4,gres/gpu:h100=0"}, {}, id="none-of-another-type"),
        pytest.param(
            {"AllocTRES": "gres/gpu=4,gres/gpumem=4G,gres/gpuutil=100,gres/gpu:a100=4,gres/shard=0"},
            {},
            id="use-of-gpus-is-no-gpu",
        ),
        pytest.param({"AllocTRES": "gres/gpu=0.25,gres/gpu:a100=0.25"}, {"accelerators": 0.25}, id="share-by-hand"),
        pytest.param(
            {"AllocTRES": "cpu=8,gres/gpu=3,gres/gpu:a100_1g.5gb=3"},
            {"accelerator": "a100_1g.5gb", "accelerators": 3},
            id="mig",
        ),
        pytest.param(
            {"AllocTRES": "gres/gpu:1g.5gb=1,gres/gpu=1"}, {"accelerator": "1g.5gb", "accelerators": 1}, id="mig-alone"
        ),
        pytest.param(
            {"AllocTRES": "gres/gpu:nvidia_a100-sxm4-80gb=1"},
            {"accelerator": "nvidia_a100-sxm4-80gb", "accelerators": 1},
            id="detected-name",
        ),
        pytest.param({"Start": "2026-09-03 08:00:00"}, {}, id="time-with-a-space"),
        pytest.param({"Start": datetime.fromisoformat("2026-09-03T08:00:00")}, {}, id="time-as-timestamp"),
        pytest.param({"Start": date(2026, 9, 3)}, {}, id="time-as-date"),
        pytest.param({"JobIDRaw": 4100001, "ElapsedRaw": 5400}, {}, id="numbers"),
        pytest.param({"State": "COMPLETED ", "ElapsedRaw": " 5400", "AllocTRES": "gres/gpu:a100=4 "}, {}, id="spaces"),
        pytest.param({"State": "RUNNING", "Start": "2026-09-03T08:00:00"}, {}, id="still-running"),
        pytest.param({"ElapsedRaw": "1000000000000"}, {"hours": 1e12 / 3600}, id="too-long-is-checked-later"),
    ],
)
def test_a_job_is_hours_of_its_accelerators(cells: Row, fields: Row) -> None:
    assert requests(read({**JOB, **cells})) == {0: pytest.approx(REQUEST | fields)}


@pytest.mark.parametrize(
    ("cells", "left"),
    [
        pytest.param({"AllocTRES": "cpu=8,gres/gpu=4,mem=64G"}, ("accelerators", "hours", "date"), id="untyped-gpus"),
        pytest.param({"Start": "Unknown"}, ("accelerator", "accelerators", "hours"), id="unknown-start"),
        pytest.param({"Start": ""}, ("accelerator", "accelerators", "hours"), id="no-start"),
    ],
)
def test_what_a_job_does_not_say_is_left_to_the_mapping(cells: Row, left: tuple[str, ...]) -> None:
    assert requests(read({**JOB, **cells})) == {0: {name: REQUEST[name] for name in left}}


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(without("JobIDRaw", JobID="4100001"), id="JobID"),
        pytest.param(without("JobIDRaw", JobID="4100000_7"), id="array"),
        pytest.param(without("JobIDRaw", JobID="4100000+1"), id="heterogeneous"),
        pytest.param(without("ElapsedRaw", Elapsed="01:30:00"), id="Elapsed"),
        pytest.param(without("ElapsedRaw", Elapsed="90:00"), id="Elapsed-in-minutes"),
        pytest.param(without("ElapsedRaw", Elapsed="0-01:29:60.0"), id="Elapsed-with-days-and-fraction"),
        pytest.param(without("ElapsedRaw", Elapsed=time(1, 30)), id="Elapsed-as-time"),
        pytest.param(without("AllocTRES", AllocGRES="gpu:a100:4"), id="AllocGRES"),
        pytest.param(without("AllocTRES", AllocGRES="gres:gpu:a100:4,craynetwork:1"), id="AllocGRES-with-prefix"),
        pytest.param(without("AllocTRES", AllocGRES="7696487:a100:4"), id="AllocGRES-by-number"),
        pytest.param(without("AllocTRES", ReqTRES="cpu=32,gres/gpu=4,gres/gpu:a100=4"), id="ReqTRES"),
        pytest.param({**JOB, "ReqTRES": "cpu=1,gres/gpu=8"}, id="allocated-before-required"),
        pytest.param(without("NCPUS"), id="without-cpus"),
        pytest.param(without("ConsumedEnergyRaw"), id="without-energy"),
    ],
)
def test_columns_of_other_versions_say_the_same(row: Row) -> None:
    assert requests(read(row)) == {0: pytest.approx(REQUEST)}


def test_a_file_without_times_has_requests_without_dates() -> None:
    assert "date" not in requests(read(without("Start")))[0]


def test_days_of_elapsed_time_count() -> None:
    (request,) = requests(read(without("ElapsedRaw", Elapsed="1-02:03:04"))).values()
    assert request["hours"] == pytest.approx(24 + 2 + 3 / 60 + 4 / 3600)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        pytest.param(dict(zip(JOB, JOB, strict=True)), "is a header", id="header"),
        pytest.param({"JobIDRaw": "4100001.batch"}, "is a step of a job", id="batch-step"),
        pytest.param({"JobIDRaw": "4100001.extern"}, "is a step of a job", id="extern-step"),
        pytest.param({"JobIDRaw": "4100001.0"}, "is a step of a job", id="step"),
        pytest.param(
            {"JobIDRaw": "4100001.0", "State": "", "AllocTRES": "gpu:a:1,gpu:b:1"},
            "is a step of a job",
            id="step-with-faults",
        ),
        pytest.param({"State": "PENDING", "ElapsedRaw": "0", "AllocTRES": ""}, "did not run", id="pending"),
        pytest.param({"State": "PENDING", "ElapsedRaw": "", "AllocTRES": ""}, "did not run", id="pending-without-time"),
        pytest.param(
            {"State": "CANCELLED by 7", "ElapsedRaw": "0", "Start": "None", "AllocTRES": ""},
            "did not run",
            id="cancelled-in-the-queue",
        ),
        pytest.param({"ElapsedRaw": "0"}, "did not run", id="ended-at-once"),
        pytest.param(CPU_ONLY, "uses no accelerator", id="cpu-only"),
        pytest.param({"AllocTRES": ""}, "uses no accelerator", id="no-resources"),
        pytest.param({"AllocTRES": None}, "uses no accelerator", id="null-resources"),
        pytest.param({"AllocTRES": "cpu=1,gres/gpu=0,mem=1G"}, "uses no accelerator", id="no-gpus"),
    ],
)
def test_rows_that_are_no_use_of_accelerators_are_skipped(cells: Row, reason: str) -> None:
    translated = read({**JOB, **cells})
    assert not translated.parts
    assert not translated.rejects
    assert {one: rows.tolist() for one, rows in translated.skipped.items()} == {reason: [0]}


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        pytest.param("AllocTRES", "gres/gpu=4,gres/gpu:a100=2,gres/gpu:h100=2", MIXED, id="several-types"),
        pytest.param("AllocTRES", "gres/gpu=4,gres/gpu:a100=2", UNEQUAL, id="some-without-type"),
        pytest.param("AllocTRES", "gres/gpu=1,gres/gpu:a100=2", UNEQUAL, id="more-by-type"),
        pytest.param("AllocTRES", "cpu=1,gres/shard=2", SHARED, id="shards"),
        pytest.param("AllocTRES", "gres/shard:nvidia_gb10=40,gres/shard=40", SHARED, id="typed-shards"),
        pytest.param("AllocTRES", "gres/gpu=1,gres/mps=50", SHARED, id="mps"),
        pytest.param("AllocTRES", "gres/gpu:a100=many", NO_COUNT, id="no-number"),
        pytest.param("AllocTRES", "gres/gpu:a100=-1", NO_COUNT, id="negative"),
        pytest.param("AllocTRES", "gres/gpu:a100", NO_COUNT, id="no-count"),
        pytest.param("AllocTRES", "gres/gpu=1,gres/gpu=1", "must count each type of GPU once", id="twice"),
        pytest.param("State", "FINISHED", NO_STATE, id="unknown-state"),
        pytest.param("State", "COMPLETED_LATE", NO_STATE, id="longer-state"),
        pytest.param("State", "", NO_STATE, id="no-state"),
        pytest.param("ElapsedRaw", "", NO_SECONDS, id="no-time"),
        pytest.param("ElapsedRaw", "01:00:00", NO_SECONDS, id="clock-for-seconds"),
        pytest.param("ElapsedRaw", "3,600", NO_SECONDS, id="locale"),
        pytest.param("ElapsedRaw", "-60", NO_SECONDS, id="negative-time"),
        pytest.param("ElapsedRaw", "nan", NO_SECONDS, id="nan"),
        pytest.param("ElapsedRaw", "1e400", NO_SECONDS, id="infinite"),
        pytest.param("ElapsedRaw", "4294967294", NO_SECONDS, id="mark-of-no-value"),
        pytest.param("Elapsed", "INVALID", NO_DURATION, id="invalid-duration"),
        pytest.param("Elapsed", "3600", NO_DURATION, id="seconds-for-clock"),
        pytest.param("Start", "03 Sep 08:00", NO_TIME, id="other-time"),
        pytest.param("Start", "1788422400", NO_TIME, id="epoch"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_its_cell(column: str, cell: str, reason: str) -> None:
    translated = read(without("ElapsedRaw", Elapsed=cell) if column == "Elapsed" else {**JOB, column: cell})
    assert not translated.parts
    assert not translated.skipped
    (reject,) = translated.rejects
    assert (reject.row, reject.column, reject.value, reject.reason) == (0, column, cell or None, reason)


@pytest.mark.parametrize(
    ("state", "outcome", "is_wasted"),
    [
        ("COMPLETED", "completed", False),
        ("RUNNING", "running", False),
        ("SUSPENDED", "running", False),
        ("RESIZING", "running", False),
        ("PENDING", "waiting", False),
        ("FAILED", "failed", True),
        ("OUT_OF_MEMORY", "out-of-memory", True),
        ("NODE_FAIL", "node-failed", True),
        ("BOOT_FAIL", "node-failed", True),
        ("TIMEOUT", "timed-out", True),
        ("DEADLINE", "timed-out", True),
        ("CANCELLED", "cancelled", True),
        ("CANCELLED by 1001", "cancelled", True),
        ("CANCELLED+", "cancelled", True),
        ("REVOKED", "cancelled", True),
        ("PREEMPTED", "preempted", True),
        ("REQUEUED", "requeued", True),
        ("FINISHED", None, None),
        ("", None, None),
    ],
)
def test_the_state_says_how_a_job_ended_and_whether_its_time_was_wasted(
    state: str, outcome: str | None, is_wasted: bool | None
) -> None:
    found = added({**JOB, "State": state})
    assert (found["outcome"], found["wasted"]) == (outcome, is_wasted)


def test_wasted_time_counts() -> None:
    states = sorted(set(OUTCOMES) - {"PENDING", "RESV_DEL_HOLD"})
    assert len(requests(read(*({**JOB, "State": state} for state in states)))) == len(states)


@pytest.mark.parametrize(
    ("row", "key"),
    [
        pytest.param(JOB, "4100001/2026-09-03T08:00:00", id="job"),
        pytest.param({**JOB, "Cluster": "alpha"}, "alpha/4100001/2026-09-03T08:00:00", id="with-its-cluster"),
        pytest.param({**JOB, "Start": "Unknown"}, "4100001", id="not-started"),
        pytest.param(without("Start"), "4100001", id="without-times"),
        pytest.param({**JOB, "JobIDRaw": "4100001.batch"}, None, id="step"),
    ],
)
def test_a_run_has_a_key(row: Row, key: str | None) -> None:
    assert added(row)["job_key"] == key


def test_both_runs_of_a_requeued_job_count_under_different_keys() -> None:
    first = {**JOB, "State": "REQUEUED"}
    translated = read(first, {**JOB, "Start": "2026-09-04T08:00:00"})
    assert len(requests(translated)) == 2
    assert len(set(translated.added["job_key"].to_pylist())) == 2


@pytest.mark.parametrize(
    ("cells", "kwh"),
    [
        pytest.param({"ConsumedEnergyRaw": "7200000"}, 2, id="joules"),
        pytest.param({"ConsumedEnergyRaw": 7200000}, 2, id="number"),
        pytest.param({"ConsumedEnergyRaw": "0"}, None, id="without-plugin"),
        pytest.param({"ConsumedEnergyRaw": ""}, None, id="empty"),
        pytest.param({"ConsumedEnergyRaw": "4294967294"}, None, id="32-bit-mark"),
        pytest.param({"ConsumedEnergyRaw": "18446744073709551614"}, None, id="64-bit-mark"),
        pytest.param({"ConsumedEnergyRaw": "7.2M"}, None, id="converted"),
        pytest.param({"ConsumedEnergyRaw": "7200000", "JobIDRaw": "1.batch"}, None, id="step-repeats-its-job"),
        pytest.param({"ConsumedEnergyRaw": "7200000", **CPU_ONLY}, 2, id="skipped"),
    ],
)
def test_energy_of_the_nodes_is_kept_beside_the_estimate(cells: Row, kwh: float | None) -> None:
    assert added({**JOB, **cells})["node_energy_kwh"] == kwh


def test_jobs_without_accelerators_use_the_processor_of_a_column_that_the_user_adds() -> None:
    cells = {**JOB, "Processor": "AMD EPYC 7763"}
    translated = read(cells, {**cells, **CPU_ONLY}, {**cells, **CPU_ONLY, "Processor": ""})
    assert requests(translated) == {
        0: REQUEST,
        1: {"accelerator": "AMD EPYC 7763", "cores": 32, "hours": 1.5, "date": "2026-09-03"},
    }
    assert translated.parts[1].columns["accelerator"] == "Processor"
    assert translated.skipped["uses no accelerator"].tolist() == [2]


def test_a_job_whose_cores_are_unknown_is_skipped() -> None:
    cells = {"Processor": "AMD EPYC 7763", **CPU_ONLY}
    translated = read({**JOB, **cells, "NCPUS": "0"}, {**JOB, **cells, "NCPUS": ""})
    assert translated.skipped["uses no accelerator"].tolist() == [0, 1]


def test_rejected_fields_are_told_by_the_columns_of_the_file() -> None:
    (part,) = read(without("ElapsedRaw", Elapsed="01:00:00")).parts
    assert part.columns == {
        "accelerator": "AllocTRES",
        "accelerators": "AllocTRES",
        "hours": "Elapsed",
        "date": "Start",
    }


def test_a_batch_without_rows_has_no_requests() -> None:
    translated = SLURM.translate(pa.RecordBatch.from_pydict({name: pa.array([], pa.string()) for name in JOB}))
    assert not translated.parts
    assert set(translated.added) == {"outcome", "wasted", "job_key", "node_energy_kwh"}
