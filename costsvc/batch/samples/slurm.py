"""A generated month of Slurm's accounting, as ``sacct -X -P --noconvert`` lists it: every cell is text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.units import S_PER_H

Whole = npt.NDArray[np.int64]
Words = npt.NDArray[np.str_]

MONTH = np.datetime64("2026-09-01T00:00:00")
SECONDS = 30 * 86_400
FIRST_JOB = 4_100_000
FIRST_USER = 1000
USERS, PROJECTS = 300, 40
NAMES = ("train", "finetune", "eval", "preprocess", "sweep", "simulate")
STATES = {
    "COMPLETED": 0.72,
    "FAILED": 0.12,
    "CANCELLED": 0.08,
    "TIMEOUT": 0.03,
    "OUT_OF_MEMORY": 0.015,
    "NODE_FAIL": 0.005,
    "PREEMPTED": 0.02,
    "REQUEUED": 0.01,
}
REPEATED = ("PREEMPTED", "REQUEUED")
"""States of jobs that run again."""
RUN_TIME = (0.3, 1.7)
"""Mean and standard deviation of the logarithm of the hours that jobs run. [1]"""
LIMITS_S = (14_400, 86_400, 259_200)
LONGEST_WAIT_S = 43_200
RESTART_S = 600
UNSTARTED = 0.3
"""Share of the cancelled jobs that were cancelled while they waited. [1]"""
POWER_SPREAD = 0.1
"""Standard deviation of the logarithm of the power of nodes. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition of the cluster.

    Attributes:
        name: Its name.
        share: Its share of the jobs. [1]
        resource: The resource that its jobs count; empty if that is CPUs.
        counts: How many of it jobs take, each as frequent as the others. [1]
        per_node: How many of it a node has. [1]
        cpus: CPUs for each. [1]
        memory_mib: Memory for each. [MiB]
        node_w: Power of a node; 0 if it is not measured. [W]
    """

    name: str
    share: float
    resource: str = ""
    counts: Sequence[int] = (1, 1, 1, 2, 4, 8)
    per_node: int = 8
    cpus: int = 16
    memory_mib: int = 128_000
    node_w: float = 0


PARTITIONS = (
    Partition(name="h100", share=0.22, resource="gres/gpu:h100", counts=(1, 2, 4, 8, 8, 16, 32, 64), node_w=6500),
    Partition(name="a100", share=0.30, resource="gres/gpu:a100", counts=(1, 1, 2, 4, 4, 8), per_node=4, node_w=1900),
    Partition(name="l40s", share=0.10, resource="gres/gpu:nvidia_l40s", cpus=8),
    Partition(name="v100", share=0.07, resource="gres/gpu:tesla_v100-sxm2-32gb", per_node=4),
    Partition(name="mig", share=0.08, resource="gres/gpu:a100_3g.20gb", counts=(1,), cpus=8),
    Partition(name="shared", share=0.005, resource="gres/shard", counts=(1, 2, 4), cpus=2, memory_mib=8_000),
    Partition(name="cpu", share=0.225, counts=(1, 4, 16, 64, 128), per_node=128, cpus=1, memory_mib=4_000),
)


def generate(jobs: int, seed: int) -> pa.Table:
    """A month of jobs in the order of their numbers; the same rows for the same arguments.

    A job that was preempted or requeued has another row, with its second run.

    Args:
        jobs: Number of rows.
        seed: Seed of the random numbers.
    """
    random = np.random.default_rng(seed)
    state = random.choice(tuple(STATES), jobs, p=tuple(STATES.values()))
    index = np.arange(jobs)
    state[np.isin(state, REPEATED) & (index % 2 == 1)] = "COMPLETED"  # so that the row behind is the only second run
    is_second = np.roll(np.isin(state, REPEATED), 1) & (index > 0)
    job = index - is_second
    wanted = _run_times(random, state)
    start = np.sort(random.integers(0, SECONDS, jobs))
    start = np.where(is_second, start[job] + wanted[job] + RESTART_S, start)
    elapsed = np.clip(wanted, 0, np.maximum(SECONDS - start, 0))
    state[(elapsed < wanted) & ~np.isin(state, REPEATED)] = "RUNNING"
    state[start >= SECONDS] = "PENDING"
    unstarted = (state == "PENDING") | ((state == "CANCELLED") & (random.random(jobs) < UNSTARTED))
    elapsed[unstarted] = 0
    user = random.integers(0, USERS, jobs)[job]
    partition = random.choice(len(PARTITIONS), jobs, p=[one.share for one in PARTITIONS])[job]
    count = _counts(random, partition)[job]
    is_open = np.isin(state, ("RUNNING", "PENDING"))
    return pa.table(
        {
            "JobIDRaw": _text(FIRST_JOB + job),
            "Cluster": pa.repeat("alpha", jobs),
            "Account": _labels("project", user % PROJECTS),
            "User": _labels("user", user),
            "Partition": _of_partitions([one.name for one in PARTITIONS], partition),
            "State": pc.if_else(state == "CANCELLED", _labels("CANCELLED by ", user, FIRST_USER), pa.array(state)),
            "ElapsedRaw": _text(elapsed),
            "Submit": _times(start - random.integers(0, LONGEST_WAIT_S, jobs)[job]),
            "Start": pc.if_else(unstarted, np.where(state == "PENDING", "Unknown", "None"), _times(start)),
            "End": pc.if_else(is_open, "Unknown", _times(start + elapsed)),
            **_resources(random, partition, count, elapsed),
            "JobName": pa.array(NAMES).take(pa.array(random.integers(0, len(NAMES), jobs)[job])),
        }
    )


def _run_times(random: np.random.Generator, state: Words) -> Whole:
    """Seconds that jobs run if the month does not end before."""
    limit = random.choice(LIMITS_S, len(state))
    free = np.maximum(random.lognormal(*RUN_TIME, len(state)) * S_PER_H, 1)
    return np.where(state == "TIMEOUT", limit, np.minimum(free, limit)).astype(np.int64)


def _counts(random: np.random.Generator, partition: Whole) -> Whole:
    """How many of the resource of their partition jobs take."""
    counts = np.zeros(len(partition), np.int64)
    for place, one in enumerate(PARTITIONS):
        rows = np.flatnonzero(partition == place)
        counts[rows] = random.choice(one.counts, len(rows))
    return counts


def _resources(random: np.random.Generator, partition: Whole, count: Whole, elapsed: Whole) -> dict[str, pa.Array]:
    """Nodes, CPUs, allocated resources and energy of jobs."""
    has_run = elapsed > 0
    nodes = -(-count // np.array([one.per_node for one in PARTITIONS])[partition])
    cpus = count * np.array([one.cpus for one in PARTITIONS])[partition]
    watts = np.array([one.node_w for one in PARTITIONS])[partition] * random.lognormal(0, POWER_SPREAD, len(count))
    energy = (watts * nodes * elapsed).astype(np.int64)
    memory = count * np.array([one.memory_mib for one in PARTITIONS])[partition]
    resource = _of_partitions([one.resource or None for one in PARTITIONS], partition)
    total = _of_partitions(["gres/gpu" if "gpu" in one.resource else None for one in PARTITIONS], partition)
    entries = (
        _entries("billing", cpus),
        _entries("cpu", cpus),
        pc.if_else(energy > 0, _entries("energy", energy), pa.scalar(None, pa.string())),
        _entries(total, count),
        _entries(resource, count),
        pc.binary_join_element_wise(_entries("mem", memory), "M", ""),
        _entries("node", nodes),
    )
    allocated = pc.binary_join_element_wise(*entries, ",", null_handling="skip")
    return {
        "NNodes": _text(nodes),
        "NCPUS": _text(np.where(has_run, cpus, 0)),
        "AllocTRES": pc.if_else(has_run, allocated, ""),
        "ConsumedEnergyRaw": _text(energy),
    }


def _entries(names: str | pa.Array, counts: Whole) -> pa.Array:
    return pc.binary_join_element_wise(names, _text(counts), "=")


def _of_partitions(values: Sequence[str | None], partition: Whole) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(partition))


def _labels(name: str, numbers: Whole, first: int = 0) -> pa.Array:
    return pc.binary_join_element_wise(name, _text(numbers + first), "")


def _text(numbers: Whole) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _times(seconds: Whole) -> pa.Array:
    """Times of the month as ``sacct`` prints them."""
    return pa.array(np.datetime_as_string(MONTH + seconds.astype("timedelta64[s]"), unit="s"))
