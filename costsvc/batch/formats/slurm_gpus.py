"""The GPUs of a job in Slurm's lists of resources: ``cpu=8,gres/gpu=4,gres/gpu:a100=4,mem=64G``."""

import re
from dataclasses import dataclass

NAME = r"(?:gres[/:])?(?P<resource>gpu|7696487|shard|mps)"
"""GPUs and shares of them. 7696487 is how Slurm before 21.08 numbers gpu where it does not know its name."""
RESOURCE = re.compile(rf"{NAME}(?=[:=]|$)")
COUNT = re.compile(rf"{NAME}(?::(?P<type>[^=]+?))?[:=](?P<count>[0-9]+(?:[.][0-9]+)?)")
SHARES = ("shard", "mps")
UNREADABLE = "must count GPUs as in gres/gpu:a100=4"
SHARED = "must count whole GPUs; how many shares a GPU has is not in the file"
REPEATED = "must count each type of GPU once"
MIXED = "must have GPUs of one type; split the job into one row for each type"
UNEQUAL = "must count as many GPUs by type as in all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpus:
    """The GPUs of a job.

    Attributes:
        count: Their number, 0 if there are none. [1]
        type: Their type in the configuration of Slurm, such as ``a100_3g.20gb``; None if it is not recorded.
        fault: Why they cannot be counted; empty if they can.
    """

    count: float = 0.0
    type: str | None = None
    fault: str = ""


def read_gpus(resources: str) -> Gpus:
    """Read the GPUs of a job, each of which may be counted twice: with and without its type.

    Args:
        resources: Resources of the job as AllocTRES, ReqTRES or AllocGRES have them.
    """
    counts: dict[str | None, float] = {}
    for entry in filter(RESOURCE.match, resources.split(",")):
        found = COUNT.fullmatch(entry)
        if found is None:
            return Gpus(fault=UNREADABLE)
        count = float(found["count"])
        if count and found["resource"] in SHARES:
            return Gpus(fault=SHARED)
        if count and found["type"] in counts:
            return Gpus(fault=REPEATED)
        if count:
            counts[found["type"]] = count
    return _of_one_type(counts.pop(None, None), {type_: count for type_, count in counts.items() if type_})


def _of_one_type(total: float | None, by_type: dict[str, float]) -> Gpus:
    if len(by_type) > 1:
        return Gpus(fault=MIXED)
    for type_, count in by_type.items():
        return Gpus(count=count, type=type_) if total in (None, count) else Gpus(fault=UNEQUAL)
    return Gpus(count=total or 0.0)
