"""Draw fields of requests: numbers in ranges, and optional fields."""

import random
from collections.abc import Callable, Mapping
from typing import Any

Field = tuple[float, Callable[[], Any]]
"""Share of requests with the field, and the function that draws its value."""


class Draw(random.Random):
    """A generator of random numbers that also draws fields of requests."""

    def is_in(self, share: float) -> bool:
        """True for a share of all requests."""
        return self.random() < share

    def between(self, low: float, high: float) -> float:
        """A number of four digits, each of a range equally likely."""
        return float(f"{self.uniform(low, high):.4g}")

    def size(self, low: float, high: float) -> float:
        """A number of four digits, each order of magnitude equally likely."""
        return float(f"{low * (high / low) ** self.random():.4g}")

    def count(self, low: int, high: int) -> int:
        """A whole number, each order of magnitude equally likely."""
        return round(self.size(low, high))

    def weighted(self, weights: Mapping[Any, float]) -> Any:
        """One of several, each as often as its weight says."""
        return self.choices(list(weights), list(weights.values()))[0]

    def fields(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        """Optional fields, each with its share."""
        return {name: value() for name, (share, value) in fields.items() if self.is_in(share)}
