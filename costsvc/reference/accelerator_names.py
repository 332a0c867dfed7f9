"""The reader of names of accelerators: as people, drivers, schedulers, clouds and bills write them.

Known names are found in an index. Any other name is taken apart, and every part must fit the same product: a name
that does not fit whole is refused, because a number for another product would look right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from costsvc.limits import ACCELERATORS
from costsvc.reference import accelerator_parts as parts
from costsvc.reference import accelerator_suggestions, tpu_names
from costsvc.reference.accelerator_spelling import LINES, Spelling, described, take_apart
from costsvc.reference.chips import Chip, Chips, chips
from costsvc.reference.names import LONGEST, Names, undecorated
from costsvc.reference.names import accelerators as exact_names
from costsvc.reference.reading import AcceleratorReading

KEPT = 4096
"""Readings that are kept of names that no index has."""
OPEN_NAMES: Mapping[str, tuple[str, tuple[str, ...], int]] = {
    "gfx90a": ("amd-mi250x-gcd", ("amd-mi250-gcd", "amd-mi210"), 1),
    "nvl72": ("nvidia-gb200", ("nvidia-gb300", "nvidia-vr200"), 72),
}
"""Names of several families: the default, the others, and the accelerators of the named machine."""
ARCHITECTURES: Mapping[str, tuple[str, ...]] = {
    "pascal": ("p100", "p40", "p4"),
    "volta": ("v100", "v100s"),
    "turing": ("t4",),
    "ampere": ("a100", "a800", "a40", "a30", "a16", "a10", "a10g", "a2"),
    "ada": ("l40s", "l40", "l4", "l20"),
    "hopper": ("h100", "h800", "h200", "h20", "gh200"),
    "blackwell": ("b200", "b300", "gb200", "gb300"),
}
"""Products that people name with their architecture."""
BOXED = {"station": 4}
"""Accelerators of a machine by a word of its name."""
IN_A_BOX = 8
FEWEST_IN_A_BOX = 4


@dataclass(frozen=True, slots=True)
class AcceleratorNames:
    """Names of accelerators and processors.

    Attributes:
        index: Known names.
        chips: Accelerators by the product in their names.
    """

    index: Names
    chips: Chips
    _read: dict[str, Any] = field(default_factory=dict, repr=False)

    def find(self, name: str) -> AcceleratorReading | None:
        """The reading of a known name, which differs from it at most in case, separators and trademarks."""
        found = self.index.find(undecorated(name)) or self.index.find(name)
        return found if isinstance(found, AcceleratorReading) else None

    def read(self, name: str) -> AcceleratorReading | None:
        """Read a name; None if it is not known or does not fit one product whole.

        Args:
            name: The name as the caller wrote it, at most 200 characters.
        """
        known = self.find(name)
        if known is not None or len(name) > LONGEST:
            return known
        if "read" not in self._read:
            self._read["read"] = lru_cache(maxsize=KEPT)(self._take_apart)
        found: AcceleratorReading | None = self._read["read"](name)
        return found

    def nearest(self, name: str) -> list[str]:
        """The known names nearest to an unknown one by meaning: variants of its product, then similar names."""
        return accelerator_suggestions.nearest(name, self.index, self.chips)

    def _take_apart(self, name: str) -> AcceleratorReading | None:
        slice_ = tpu_names.read(name)
        if slice_ is not None:
            return _within_limits(slice_)
        spelling = take_apart(name)
        spelling = None if spelling is None else self._settled(spelling)
        if spelling is None:
            return None
        reading = parts.read_part(spelling, self._device, self.chips) if spelling.box is None else self._box(spelling)
        return None if reading is None else _within_limits(_counted(reading, spelling))

    def _settled(self, spelling: Spelling) -> Spelling | None:
        """A spelling whose count is not the end of the product; None if it could be both."""
        if spelling.leading or spelling.count is None:
            return spelling
        if spelling.ending and self._is_product(spelling.core, spelling.ending):
            return None
        if not (spelling.before_x or spelling.in_words) or not self._continues(spelling):
            return spelling
        if spelling.before_x:
            return None
        whole = replace(spelling, text=f"{spelling.text} {spelling.count:g}", count=None, in_words=False)
        return described(whole)

    def _continues(self, spelling: Spelling) -> bool:
        """Whether a product continues with the count of a spelling, with or without a space."""
        return any(self._is_product(spelling.core, f"{space}{spelling.count:g}") for space in ("", "-"))

    def _is_product(self, core: str, ending: str) -> bool:
        return bool(self.chips.of(core + ending))

    def _device(self, spelling: Spelling) -> AcceleratorReading | None:
        """The device of a spelling without regard to counts and parts."""
        open_name = OPEN_NAMES.get(spelling.text)
        if open_name is not None:
            return _open(*open_name)
        known = self.find(spelling.text)
        if known is not None:
            return _plural(known, spelling, self)
        found = self._known_product(spelling)
        if found is None and "maxq" in spelling.core:
            laptop = replace(spelling, core=spelling.core.replace("with-", "").replace("-design", ""))
            found = self._known_product(replace(laptop, core=laptop.core.replace("maxq", "laptop")))
        if found is None:
            found = self._of_architecture(spelling)
        many = spelling.core[:-1]
        if found is None and spelling.core[-1:] == "s" and many[-1:].isdigit() and not self._is_product(many, "-super"):
            found = self._known_product(replace(spelling, core=many))
        return found

    def _of_architecture(self, spelling: Spelling) -> AcceleratorReading | None:
        """The device of a name with its architecture: NVIDIA Hopper H100."""
        words = spelling.core.split("-")
        named = [word for word in words if word in ARCHITECTURES]
        rest = [word for word in words if word not in named]
        if len(named) != 1 or len(rest) != 1 or rest[0] not in ARCHITECTURES[named[0]]:
            return None
        return self._known_product(replace(spelling, core=rest[0]))

    def _known_product(self, spelling: Spelling) -> AcceleratorReading | None:
        """The device whose product, vendor, line, memory and form are those of a spelling."""
        named = f"{spelling.line}-{spelling.core}"
        core = named if spelling.line and self.chips.of(named) else spelling.core
        fitting = [chip for chip in self.chips.of(core) if _fits(chip, spelling)]
        return self.chips.reading(core, spelling, fitting) if fitting else None

    def _box(self, spelling: Spelling) -> AcceleratorReading | None:
        """A box with several of a chip; its memory may be that of one or of all."""
        words = spelling.core.split("-")
        units = next((BOXED[word] for word in words if word in BOXED), IN_A_BOX)
        core = "-".join(word for word in words if word not in BOXED)
        if spelling.box == "hgx" and spelling.in_words and spelling.count == FEWEST_IN_A_BOX:
            units = FEWEST_IN_A_BOX
        known = self.find(spelling.text)
        if known is not None:
            return known
        form = spelling.form or "sxm"
        for memory in (spelling.memory_gb, spelling.memory_gb and spelling.memory_gb / units):
            device = self._known_product(replace(spelling, core=core, memory_gb=memory, form=form))
            if device is not None and self.chips.by_id[device.id].form_factor == "sxm":
                return replace(device, others=(), notes=_note(units), says={"accelerators": float(units)}, box=units)
        return None


def accelerator_names(
    rows: Mapping[str, Mapping[str, Any]],
    aliases: Mapping[str, Mapping[str, Any]],
    processors: Iterable[str] = (),
) -> AcceleratorNames:
    """The names of the accelerators and processors of the tables.

    Args:
        rows: Every accelerator by id.
        aliases: Alias to its row of the alias table.
        processors: Every processor.
    """
    families = {id_: str(row["family"]) for id_, row in rows.items()}
    return AcceleratorNames(exact_names(rows, aliases, families, processors), chips(rows, aliases))


def _open(id_: str, others: tuple[str, ...], units: int) -> AcceleratorReading:
    if units == 1:
        return AcceleratorReading(id=id_, others=others)
    says = {"accelerators": float(units)}
    return AcceleratorReading(id=id_, others=others, notes=_note(units), says=says, box=units)


def _note(count: float) -> tuple[str, ...]:
    return (f"{count:g} {'accelerator' if count == 1 else 'accelerators'}",)


def _fits(chip: Chip, spelling: Spelling) -> bool:
    """Whether vendor, line, memory and form of a spelling are those of an accelerator."""
    if spelling.vendor is not None and spelling.vendor != chip.vendor:
        return False
    if spelling.line is not None and not chip.is_named(spelling.line):
        vendor, segments = LINES[spelling.line]
        if chip.vendor != vendor or chip.segment not in segments:
            return False
    return chip.has_memory(spelling.memory_gb, spelling.roughly) and chip.has_form(spelling.form)


def _plural(known: AcceleratorReading, spelling: Spelling, names: AcceleratorNames) -> AcceleratorReading:
    """A name behind a count may be a plural that looks like another product: 8 V100s are V100, or V100S."""
    if not spelling.plural or spelling.count in (None, 1.0) or not spelling.text.endswith("v100s"):
        return known
    many = names.find(spelling.text[:-1])
    return known if many is None else replace(many, others=(*many.others, known.id))


def _counted(reading: AcceleratorReading, spelling: Spelling) -> AcceleratorReading | None:
    """A reading with the count of a spelling."""
    count = spelling.count
    if count is None:
        return reading
    if reading.box > 1:
        return _boxes(reading, spelling, count)
    noun = "slice" if reading.slice else "accelerator"
    note = f"{count:g} {noun}{'' if count == 1 else 's'}"
    return replace(reading, notes=(note, *reading.notes), says={**reading.says, "accelerators": count})


def _boxes(reading: AcceleratorReading, spelling: Spelling, count: float) -> AcceleratorReading | None:
    """Several boxes; a number of GPUs behind the name describes the box, any other number could do so if it fits."""
    if spelling.in_words:
        return reading if count == reading.box else None
    if count == reading.box and not spelling.leading:
        return None
    total = count * reading.box
    return replace(reading, notes=_note(total), says={"accelerators": total}, box=1)


def _within_limits(reading: AcceleratorReading | None) -> AcceleratorReading | None:
    """A reading whose number of accelerators a request may have."""
    if reading is None:
        return None
    said = reading.says.get("accelerators", 1.0)
    within = isinstance(said, float) and ACCELERATORS.low <= said <= ACCELERATORS.high
    return reading if within else None
