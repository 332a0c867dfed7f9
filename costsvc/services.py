"""Everything that a request may use, in one object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Self

from costsvc.answers.validation import Scoreboard
from costsvc.reference import scoreboard
from costsvc.reference.catalog import Catalog
from costsvc.reference.listing import Listing, listings
from costsvc.report.rendering import FigureRenderer
from costsvc.settings import Settings
from costsvc.store import Store

CACHE_BYTES = 16 * 2**20
"""Room for the answers that a worker keeps for the figures and texts that a page requests right after it."""
Suggestions = Mapping[str, list[tuple[str, str]]]
"""For each list the names that a form suggests, each with its description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a request may use.

    Attributes:
        settings: The settings of the service.
        catalog: The reference tables.
        listings: The rows of each table, as the API lists them.
        scoreboard: Estimates compared with published figures.
        suggestions: Names that forms suggest.
        openapi: Makes the OpenAPI document at the first call and returns the same afterwards.
        renderer: Renders figures.
        answer_cache: Latest answers as JSON.
        rejected: Why newer tables were rejected; None if these are the newest.
    """

    settings: Settings
    catalog: Catalog
    listings: Mapping[str, Listing]
    scoreboard: Scoreboard
    suggestions: Suggestions
    openapi: Callable[[], dict[str, Any]]
    renderer: FigureRenderer = field(default_factory=FigureRenderer)
    answer_cache: Store = field(default_factory=lambda: Store(CACHE_BYTES))
    rejected: str | None = None

    @classmethod
    def open(
        cls,
        settings: Settings,
        suggestions: Callable[[Catalog], Suggestions],
        openapi: Callable[[Catalog], dict[str, Any]],
    ) -> Self:
        """Load what the settings name.

        Args:
            settings: The settings of the service.
            suggestions: Lists the names of a catalog for forms.
            openapi: Makes the OpenAPI document.

        Raises:
            TableError: If a table is not as described.
        """
        catalog = Catalog.load(settings.data_dir, settings.data_overlay)
        return cls(
            settings=settings,
            catalog=catalog,
            listings=listings(catalog),
            scoreboard=scoreboard.read(),
            suggestions=suggestions(catalog),
            openapi=cache(partial(openapi, catalog)),
        )
