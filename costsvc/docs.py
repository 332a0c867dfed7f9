"""Descriptions of the fields of answers, written beside their types."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doc:
    """Describes a field: ``energy_kwh: Annotated[Quantity, Doc("Energy at the meter", "kWh")]``.

    Attributes:
        text: What the field holds.
        unit: Its unit, empty if it has none.
        null: When the field is null, empty if it never is.
    """

    text: str
    unit: str = ""
    null: str = ""

    @property
    def description(self) -> str:
        """Text, unit and reason for null, as the OpenAPI document shows them."""
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.text}{unit}{f'; null {self.null}' if self.null else ''}"

    def __get_pydantic_json_schema__(
        self, core_schema: object, handler: Callable[[object], dict[str, object]]
    ) -> dict[str, object]:
        """Add the description to a JSON schema; pydantic calls this while the OpenAPI document is built."""
        return {**handler(core_schema), "description": self.description}


def nullable(text: str, unit: str = "", null: str = "if not available, with the reason in unavailable") -> Doc:
    """Describe a field that may be null.

    Args:
        text: What the field holds.
        unit: Its unit, empty if it has none.
        null: When the field is null.
    """
    return Doc(text, unit, null)
