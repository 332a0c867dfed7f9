"""Opens what the settings name."""

from dataclasses import dataclass
from typing import Self

from costsvc.reference.catalog import Catalog
from costsvc.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a request may use.

    Attributes:
        catalog: The reference tables.
        rejected: Why newer tables were refused; None where these are the newest.
    """

    catalog: Catalog
    rejected: str | None = None

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Load what the settings name.

        Raises:
            TableError: If a table is not as described.
        """
        return cls(catalog=Catalog.load(settings.data_dir, settings.data_overlay))
