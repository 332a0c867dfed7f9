"""Functions that resolve names from the tables, each with a bounded cache of its results."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

KEPT = 2048
"""Parts that are kept of each kind; the one used longest ago goes first."""


class Memos(dict[Callable[..., Any], Callable[..., Any]]):
    """Functions that resolve names from one catalog, each with a bounded cache of its results.

    ``catalog.memos[resolve](*names)`` is ``resolve(catalog, *names)``, cached by the names. Callers share the result
    and must not change it.
    """

    def __init__(self, catalog: object) -> None:
        super().__init__()
        self._catalog = catalog

    def __missing__(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        """The function with an empty cache."""
        kept = self[resolve] = lru_cache(maxsize=KEPT)(partial(resolve, self._catalog))
        return kept
