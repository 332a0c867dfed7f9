"""Resolved parts, kept per name and table version."""

from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from costsvc.reference.catalog import Catalog

KEPT = 4096
"""Parts that are kept of each kind; the one used longest ago goes first."""
P = ParamSpec("P")
R = TypeVar("R")


def kept(resolve: Callable[Concatenate[Catalog, P], R]) -> Callable[Concatenate[Catalog, P], R]:
    """Keep what a function resolves from a catalog, by its other arguments.

    Args:
        resolve: Takes a catalog and names that can be hashed; what it returns is shared and must not be changed.

    Returns:
        The same function. What it keeps belongs to the catalog and goes with it.
    """

    @wraps(resolve)
    def resolved(catalog: Catalog, *args: P.args, **kwargs: P.kwargs) -> R:
        memo = catalog.memos.get(resolve)
        if memo is None:
            bounded: Callable[..., Any] = lru_cache(maxsize=KEPT)(partial(resolve, catalog))
            memo = catalog.memos.setdefault(resolve, bounded)
        return cast("R", memo(*args, **kwargs))

    return cast("Callable[Concatenate[Catalog, P], R]", resolved)
