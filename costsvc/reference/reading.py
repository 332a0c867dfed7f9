"""Readings: what the readers of names make of a name as people and tools write it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A name that a reader understood.

    Attributes:
        id: Id in the table.
        others: Other ids that the name could mean; empty if it is exact.
        notes: What the reader took from the name besides the id, each as a clause of a warning that begins with
            "'NAME' is read as ID: ": ``precision fp8``, ``4 accelerators``, ``revision 20250929 ignored``. Empty for a
            name that differs from a known one only in case, accents and separators.
        says: Fields of a request that the name determines: ``{"accelerators": 4}``, ``{"precision": "fp8"}``.
    """

    id: str
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    says: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorReading(Reading):
    """A name of an accelerator, a part of one, or a machine with several.

    Attributes:
        slice: The part of a device that the name stands for, such as ``3g.40gb``; None for a whole one.
        compute_share: Share of a device's arithmetic in a slice. [1]
        memory_share: Share of a device's memory and bandwidth in a slice. [1]
        box: Accelerators of the named box or rack, of which a request may have several; 1 for anything else.
    """

    slice: str | None = None
    compute_share: float = 1.0
    memory_share: float = 1.0
    box: int = 1

    @property
    def held_share(self) -> float:
        """Share of a device that is taken from others: the larger of arithmetic and memory [1]."""
        return max(self.compute_share, self.memory_share)

    @property
    def name(self) -> str:
        """Id of the device, with that of the slice: ``nvidia-a100-sxm4-80gb-mig-3g.40gb``; the reader reads it."""
        if self.slice is None:
            return self.id
        return f"{self.id}-mig-{self.slice}" if self.slice.endswith("gb") else f"{self.id}-{self.slice}"


def fold(text: str) -> str:
    """A text in lower case without accents: ``Québec`` and ``quebec`` are one name."""
    plain = unicodedata.normalize("NFKD", text.strip())
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
