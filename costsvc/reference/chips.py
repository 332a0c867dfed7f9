"""Accelerators by the product in their names, with the memory and the form of each variant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from costsvc.reference.accelerator_spelling import Spelling, take_apart
from costsvc.reference.reading import AcceleratorReading

ROUNDING_GB = 0.6
LEFT_BY_DRIVERS = 0.9
"""Least part of the nominal memory that drivers report."""
UNNUMBERED = ("sxm5", "sxm6")
"""Generations of SXM whose number most names omit."""
SHORTEST = 2
"""Letters and digits that a product must share with an unknown name to be suggested."""
Default = tuple[str, float | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """An accelerator as its names describe it.

    Attributes:
        id: Its id.
        vendor: Its vendor.
        family: Its family.
        segment: Its segment.
        form_factor: Its form factor in the table.
        memory_gb: Its memory in the table; 0 if not known. [GB]
        memories_gb: Its memory, and what its names say of it. [GB]
        forms: Forms in its names.
        lines: Lines of products in its names.
    """

    id: str
    vendor: str
    family: str
    segment: str
    form_factor: str
    memory_gb: float
    memories_gb: set[float] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)

    def has_memory(self, memory_gb: float | None, roughly: bool) -> bool:
        """Whether a memory in a name can be that of the accelerator; what drivers report is a little less [GB]."""
        if memory_gb is None:
            return True
        if roughly:
            return any(LEFT_BY_DRIVERS * one <= memory_gb <= one + ROUNDING_GB for one in self.memories_gb)
        if self.form_factor == "soc":  # sold with any memory up to that of the table
            return memory_gb <= self.memory_gb
        return any(abs(one - memory_gb) <= ROUNDING_GB for one in self.memories_gb)

    def has_form(self, form: str | None) -> bool:
        """Whether a form in a name is that of the accelerator."""
        if form is None or form in self.forms:
            return True
        is_nvl = "nvl" in self.forms
        numbered = any(one.startswith("sxm") and one != "sxm" for one in self.forms)
        if form == "nvlink":
            return is_nvl or self.form_factor == "sxm"
        if form.startswith("sxm"):
            return self.form_factor == "sxm" and (form == "sxm" or (not numbered and form in UNNUMBERED))
        return form == self.form_factor and not is_nvl

    def is_named(self, line: str) -> bool:
        """Whether a line of products is in the accelerator's own names."""
        return line in self.lines


@dataclass(frozen=True, slots=True)
class Chips:
    """Accelerators by product.

    Attributes:
        by_core: Accelerators whose names have a product.
        by_id: Accelerators by id.
        defaults: Variant that a name without memory or without form stands for.
    """

    by_id: Mapping[str, Chip]
    aliases: Mapping[str, Mapping[str, Any]]
    _built: dict[str, Any] = field(default_factory=dict, repr=False)

    def of(self, core: str) -> Sequence[Chip]:
        """The accelerators of a product."""
        found: Sequence[Chip] = self._index()[0].get(core, ())
        return found

    def reading(self, core: str, spelling: Spelling, fitting: Sequence[Chip]) -> AcceleratorReading:
        """The reading of a product: its default among the fitting variants, and the other ones.

        Args:
            core: The product.
            spelling: The spelling, with memory and form.
            fitting: The variants that fit it, at least one.
        """
        ids = [chip.id for chip in fitting]
        if len(ids) == 1:
            return AcceleratorReading(id=ids[0])
        defaults: Mapping[Default, str] = self._index()[1]
        keys = (
            (core, spelling.memory_gb, spelling.form),
            (core, spelling.memory_gb, None),
            (core, None, spelling.form),
            (core, None, None),
        )
        known = next((defaults[key] for key in keys if defaults.get(key) in ids), None)
        if known is None:
            usual = self.by_id.get(defaults.get((core, None, None), ""))
            same = [chip.id for chip in fitting if usual is not None and chip.form_factor == usual.form_factor]
            known = (same or ids)[0]
        return AcceleratorReading(id=known, others=tuple(id_ for id_ in ids if id_ != known))

    def cores(self) -> Iterable[str]:
        """All products."""
        return self._index()[0]

    def product(self, core: str) -> str:
        """The longest product that a name begins with; empty if there is none."""
        squeezed = core.replace("-", "")
        starts = (key for key in self.cores() if len(key) >= SHORTEST and squeezed.startswith(key.replace("-", "")))
        return max(starts, key=len, default="")

    def relatives(self, core: str) -> list[str]:
        """Ids of the product that a name begins with, the default first; none if no product is known."""
        index, defaults = self._index()
        best = self.product(core)
        ids = [chip.id for chip in index.get(best, ())]
        usual = defaults.get((best, None, None))
        return ([usual] if usual in ids else []) + [id_ for id_ in ids if id_ != usual]

    def _index(self) -> tuple[dict[str, list[Chip]], dict[Default, str]]:
        """Accelerators by product, and defaults; made when the first unknown name is read."""
        if "index" not in self._built:
            self._built["index"] = self._build()
        found: tuple[dict[str, list[Chip]], dict[Default, str]] = self._built["index"]
        return found

    def _build(self) -> tuple[dict[str, list[Chip]], dict[Default, str]]:
        index: dict[str, list[Chip]] = {}
        defaults: dict[Default, str] = {}
        for name, id_, kind in self._names():
            spelling = take_apart(name)
            if spelling is None or spelling.box or spelling.mig or spelling.count is not None:
                continue
            chip = self.by_id[id_]
            cores = {spelling.core} | ({f"{spelling.line}-{spelling.core}"} if spelling.line else set())
            for core in filter(None, cores):
                owners = index.setdefault(core, [])
                if chip not in owners:
                    owners.append(chip)
                defaults.setdefault((core, spelling.memory_gb, spelling.form), id_)
            if kind != "family":
                _learn(chip, spelling)
        return index, defaults

    def _names(self) -> Iterable[tuple[str, str, str]]:
        """Known names with their ids; names of families first, since they say what a product's default is."""
        rows = [(alias, str(row["accelerator_id"]), str(row["kind"])) for alias, row in self.aliases.items()]
        yield from sorted((row for row in rows if row[2] == "family"), key=lambda row: len(row[0]))
        yield from (row for row in rows if row[2] == "alias")
        yield from ((id_, id_, "id") for id_ in self.by_id)


def _learn(chip: Chip, spelling: Spelling) -> None:
    """Add to an accelerator what one of its names says of it."""
    if spelling.memory_gb is not None:
        chip.memories_gb.add(spelling.memory_gb)
    if spelling.form is not None:
        chip.forms.add(spelling.form)
    if spelling.line is not None:
        chip.lines.add(spelling.line)


def chips(rows: Mapping[str, Mapping[str, Any]], aliases: Mapping[str, Mapping[str, Any]]) -> Chips:
    """The accelerators of the table, with what their names say of them.

    Args:
        rows: Every accelerator by id.
        aliases: Alias to its row of the alias table.
    """
    by_id = {
        id_: Chip(
            id=id_,
            vendor=str(row["vendor"]),
            family=str(row["family"]),
            segment=str(row["segment"]),
            form_factor=str(row["form_factor"]),
            memory_gb=float(row["memory_gb"] or 0.0),
            memories_gb={float(row["memory_gb"])} if row["memory_gb"] else set(),
        )
        for id_, row in rows.items()
    }
    return Chips(by_id, aliases)
