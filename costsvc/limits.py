"""The range of every number that a request may hold; schema, commands and documents read it here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A closed or half-open range.

    Attributes:
        low: Smallest value.
        high: Largest value.
        unit: Unit of both.
        above: True where the smallest value itself is not allowed.
        whole: True where only whole numbers make sense.
    """

    low: float
    high: float
    unit: str
    above: bool = False
    whole: bool = False


ACCELERATOR_HOURS = Limit(low=0, high=1e12, unit="h")
HOURS = Limit(low=0, high=1e8, unit="h")
ACCELERATORS = Limit(low=1, high=1e7, unit="1", whole=True)
CORES = Limit(low=0, high=1e8, unit="1", above=True)
TOKENS_B = Limit(low=0, high=1e9, unit="10^9 tokens")
PARAMS_B = Limit(low=0, high=1e6, unit="10^9 parameters", above=True)
POWER_W = Limit(low=0, high=1e5, unit="W")
MFU = Limit(low=0, high=1, unit="1", above=True)
PUE = Limit(low=1, high=10, unit="1")
WUE_L_PER_KWH = Limit(low=0, high=100, unit="L/kWh")
G_PER_KWH = Limit(low=0, high=5000, unit="g/kWh")
SHARE = Limit(low=0, high=1, unit="1")
GRID_LOSSES = Limit(low=0, high=0.5, unit="1")
YEAR = Limit(low=2000, high=2100, unit="1", whole=True)
USD_PER_HOUR = Limit(low=0, high=1e5, unit="USD/h")
USD_PER_KWH = Limit(low=0, high=100, unit="USD/kWh")
PURCHASE_USD = Limit(low=0, high=1e8, unit="USD")
UTILIZATION = Limit(low=0, high=1, unit="1", above=True)
AGE_YEARS = Limit(low=0, high=30, unit="year")
OVERHEAD = Limit(low=0, high=1000, unit="1")
BATCH_SIZE = Limit(low=1, high=1e6, unit="1")
REQUESTS = Limit(low=0, high=1e15, unit="1")
REQUESTS_PER_S = Limit(low=0, high=1e6, unit="1/s", above=True)
TOKENS = Limit(low=0, high=1e8, unit="tokens")
STEPS = Limit(low=1, high=10_000, unit="1", whole=True)
PIXELS = Limit(low=1, high=32_768, unit="px", whole=True)
FRAMES = Limit(low=1, high=100_000, unit="1", whole=True)
TASKS = Limit(low=1e-6, high=1e9, unit="1")
WEIGHT = Limit(low=0, high=1e15, unit="1")
MONTHS = Limit(low=0, high=1200, unit="month", above=True)
RATE = Limit(low=0, high=1, unit="1/year")
TREND = Limit(low=-0.9, high=1, unit="1/year")
AXIS = Limit(low=0, high=1e12, unit="1", above=True)
POINTS = Limit(low=1, high=100, unit="1", whole=True)
EFFECT = Limit(low=-1e18, high=1e18, unit="USD or kg")
AMOUNT = Limit(low=0, high=1e18, unit="kWh, kg, L or USD")
LOAD_KWH = Limit(low=0, high=1e18, unit="kWh", above=True)
DURATION_H = Limit(low=0.01, high=8784, unit="h")
WINDOW_H = Limit(low=0, high=8784, unit="h", above=True)

STRATEGIES = (2, 10)
PARTS = (0, 20)
TASK_LIST = (1, 10_000)
NAMES = (1, 1000)
PRICE_KINDS = (1, 5)
YEARS = (1, 20)
SHOWN_OPTIONS = Limit(low=1, high=100, unit="1", whole=True)
PLACEMENT_OPTIONS = 400_000
"""Most combinations of accelerator, region, seller, kind of price and year that one request may ask for."""
NAME_LENGTH = 200
BODY_BYTES = 1_048_576
"""Largest body that is read into memory."""
DRAINED_BYTES = 64 * BODY_BYTES
"""How much of a body that is too large is still taken in, so that its sender can read the answer."""
PAGE = 1000
"""Most rows of one page of a catalog."""
