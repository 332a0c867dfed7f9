"""Jobs of Slurm for tests, and what the reader makes of them."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from costsvc.batch.formats.format import Translated
from costsvc.batch.formats.slurm import SLURM

Row = Mapping[str, Any]
JOB = {
    "JobIDRaw": "4100001",
    "State": "COMPLETED",
    "ElapsedRaw": "5400",
    "Start": "2026-09-03T08:00:00",
    "NCPUS": "32",
    "AllocTRES": "billing=32,cpu=32,gres/gpu=4,gres/gpu:a100=4,mem=512000M,node=1",
    "ConsumedEnergyRaw": "0",
}
REQUEST = {"accelerator": "a100", "accelerators": 4, "hours": 1.5, "date": "2026-09-03"}
MIXED = "must have GPUs of one type; split the job into one row for each type"
UNEQUAL = "must count as many GPUs by type as in all"
SHARED = "must count whole GPUs; how many shares a GPU has is not in the file"
NO_COUNT = "must count GPUs as in gres/gpu:a100=4"
NO_STATE = "must be a state of Slurm such as COMPLETED"
NO_SECONDS = "must be a number of seconds"
NO_DURATION = "must be a duration such as 02:03:04 or 1-02:03:04"
NO_TIME = "must be a time such as 2026-09-03T08:00:00"
CPU_ONLY = {"AllocTRES": "billing=32,cpu=32,mem=64000M,node=1"}


def without(name: str, **cells: Any) -> Row:
    """A job without one of its columns, and with others."""
    return {column: cell for column, cell in JOB.items() if column != name} | cells


def read(*rows: Row) -> Translated:
    """What the reader makes of rows, which have the columns of the first one."""
    return SLURM.translate(pa.RecordBatch.from_pydict({name: [row[name] for row in rows] for name in rows[0]}))


def requests(translated: Translated) -> dict[int, dict[str, Any]]:
    """The fields that each request has, by row."""
    found = {}
    for part in translated.parts:
        assert part.kind == "training"
        for place, row in enumerate(part.rows.tolist()):
            cells = {name: column[place].as_py() for name, column in part.fields.items()}
            found[row] = {name: cell for name, cell in cells.items() if cell is not None}
    return found


def added(row: Row) -> dict[str, Any]:
    """The cells that the output has besides those of a row."""
    return {name: column[0].as_py() for name, column in read(row).added.items()}
