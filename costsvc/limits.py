"""Limits of every number in a request; schemas, commands and documentation read them here."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A closed range.

    Attributes:
        low: Smallest value.
        high: Largest value.
        unit: Unit of both.
        least: Smallest absolute value besides 0; a smaller one has no meaning, and its inverse overflows.
        whole: Whether only whole numbers are allowed.
    """

    low: float
    high: float
    unit: str
    least: float = 0.0
    whole: bool = False


ACCELERATOR_HOURS = Limit(low=0, high=1e12, unit="h", least=1e-9)
HOURS = Limit(low=0, high=1e8, unit="h", least=1e-9)
ACCELERATORS = Limit(low=0.01, high=1e7, unit="1")
INSTANCES = Limit(low=1, high=1e7, unit="1", whole=True)
CORES = Limit(low=1e-3, high=1e8, unit="1")
TOKENS_B = Limit(low=0, high=1e9, unit="10^9 tokens", least=1e-9)
PARAMS_B = Limit(low=1e-9, high=1e6, unit="10^9 parameters")
POWER_W = Limit(low=0, high=1e5, unit="W", least=1e-3)
POWER_LIMIT_W = Limit(low=1, high=1e5, unit="W")
MFU = Limit(low=1e-4, high=1, unit="1")
SEQUENCE = Limit(low=1, high=1e8, unit="tokens")
PUE = Limit(low=1, high=10, unit="1")
WUE_L_PER_KWH = Limit(low=0, high=100, unit="L/kWh", least=1e-9)
G_PER_KWH = Limit(low=0, high=5000, unit="g/kWh", least=1e-6)
SHARE = Limit(low=0, high=1, unit="1", least=1e-9)
GRID_LOSSES = Limit(low=0, high=0.5, unit="1", least=1e-9)
YEAR = Limit(low=2000, high=2100, unit="1", whole=True)
USD_PER_HOUR = Limit(low=0, high=1e5, unit="USD/h", least=1e-9)
USD_PER_KWH = Limit(low=0, high=100, unit="USD/kWh", least=1e-9)
PURCHASE_USD = Limit(low=0, high=1e8, unit="USD", least=1e-6)
UTILIZATION = Limit(low=1e-3, high=1, unit="1")
AGE_YEARS = Limit(low=0, high=30, unit="year", least=1e-6)
OVERHEAD = Limit(low=0, high=1000, unit="1", least=1e-9)
BATCH_SIZE = Limit(low=1, high=1e6, unit="1")
REQUESTS = Limit(low=0, high=1e15, unit="1", least=1e-9)
REQUESTS_PER_MONTH = Limit(low=1e-3, high=1e12, unit="1")
PEAK_RATIO = Limit(low=1, high=100, unit="1")
REQUESTS_PER_S = Limit(low=1e-9, high=1e6, unit="1/s")
TOKENS_PER_S = Limit(low=1e-6, high=1e9, unit="tokens/s")
J_PER_TOKEN = Limit(low=1e-9, high=1e9, unit="J")
DRAFTS = Limit(low=0, high=100, unit="tokens", least=1e-6)
DRAFT_PARAMS_B = Limit(low=0, high=1e6, unit="10^9 parameters", least=1e-9)
TOKENS = Limit(low=0, high=1e8, unit="tokens", least=1e-6)
STEPS = Limit(low=1, high=10_000, unit="1", whole=True)
PIXELS = Limit(low=1, high=32_768, unit="px", whole=True)
FRAMES = Limit(low=1, high=100_000, unit="1", whole=True)
TASKS = Limit(low=1e-6, high=1e9, unit="1")
WEIGHT = Limit(low=0, high=1e15, unit="1", least=1e-12)
MONTHS = Limit(low=1e-3, high=1200, unit="month")
RATE = Limit(low=0, high=1, unit="1/year", least=1e-9)
TREND = Limit(low=-0.9, high=1, unit="1/year", least=1e-9)
AXIS = Limit(low=1e-6, high=1e12, unit="1")
POINTS = Limit(low=1, high=100, unit="1", whole=True)
EFFECT = Limit(low=-1e18, high=1e18, unit="USD or kg", least=1e-9)
AMOUNT = Limit(low=0, high=1e18, unit="kWh, kg, L or USD", least=1e-15)
LOAD_KWH = Limit(low=1e-9, high=1e18, unit="kWh")
DURATION_H = Limit(low=0.01, high=8784, unit="h")
WINDOW_H = Limit(low=0, high=8784, unit="h")

STRATEGIES = (2, 10)
PARTS = (0, 20)
TASK_LIST = (1, 10_000)
NAMES = (1, 1000)
PRICE_KINDS = (1, 5)
YEARS = (1, 20)
SHOWN_OPTIONS = Limit(low=1, high=100, unit="1", whole=True)
PLACEMENT_OPTIONS = 400_000
"""Largest number of combinations of accelerator, region, seller, kind of price and year in one request."""
PLACEMENT_PLACES = 10_000
"""Largest number of combinations of region, seller and year among them."""
RETRAININGS = 100_000
"""Largest number of retrainings over a lifetime: one per hour for eleven years."""
SURFACE_VALUES = 40_000
"""Largest number of totals of a surface in one metric: ten strategies on 63 x 63 points."""
ERRORS = 20
"""Largest number of errors in an answer; of further errors it has only the number."""
WRONG_ENTRIES = 1000
"""Number of list entries with errors after which the rest of the list is not checked."""
NAME_LENGTH = 200
BODY_BYTES = 1_048_576
"""Largest body of a request."""
BATCH_PATHS = ("/v1/batches", "/batch")
BATCH_MIB = 16
"""Largest body of a batch unless the setting allows another. [MiB]"""
LARGEST_BATCH_MIB = 256
BATCH_ROWS_PER_MIB = 16_384
"""Largest number of rows of a batch by the size of its body, since rows of a byte have answers of a hundred."""
DRAINED_BYTES = 64 * BODY_BYTES
"""Bytes of a too large body that are received and dropped, so that its sender can read the answer."""
PAGE = 1000
"""Largest number of rows on a page of a listing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimits:
    """Largest sizes of a batch of rows over HTTP.

    Attributes:
        body_bytes: Largest body.
        unpacked_bytes: Largest body after it is unpacked.
        answer_bytes: Largest answer.
        rows: Largest number of rows.
    """

    body_bytes: int
    unpacked_bytes: int
    answer_bytes: int
    rows: int

    @classmethod
    def of(cls, mib: int) -> Self:
        """The sizes that follow from the largest body.

        Args:
            mib: The largest body. [MiB]
        """
        body = mib * BODY_BYTES
        return cls(body_bytes=body, unpacked_bytes=4 * body, answer_bytes=3 * body, rows=mib * BATCH_ROWS_PER_MIB)
