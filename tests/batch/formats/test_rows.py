"""Points in time are read as days."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from costsvc.batch.formats.rows import read_days

MOMENT = datetime(2026, 11, 3, 23, 59, 59, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-11-03", "2026-11-03T23:59:59Z", "2026-11-03 23:59:59.123+02:00", " 2026-11-03 "),
        *(SECONDS, float(SECONDS), str(SECONDS), f"{SECONDS}.5"),
        *(SECONDS * 10**3, str(SECONDS * 10**3), SECONDS * 10**6, SECONDS * 10**9, str(SECONDS * 10**9)),
        *(MOMENT, date(2026, 11, 3)),
    ],
    ids=str,
)
def test_reads_the_day_of(cell):
    assert read_days(pa.array([cell, None])).to_pylist() == ["2026-11-03", None]


def test_other_text_remains_so_that_its_request_is_rejected():
    assert read_days(pa.array(["03/11/2026", "20261103", ""])).to_pylist() == ["03/11/2026", "20261103", None]
