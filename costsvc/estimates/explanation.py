"""The chain of steps that leads to an answer: formulas, inputs, results and references as plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from costsvc.model.explanation import Traced, label_traced
from costsvc.units import Numeric

Plain = dict[str, Any]
SIGNS = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2), "power": ("**", 4)}
"""How operations of two numbers are written, and how strongly they bind."""
NEGATIVE = 3
ATOM = 5
FUNCTIONS = {"maximum": "max", "minimum": "min"}
"""What numpy calls otherwise than mathematics does."""
UNITS = {
    "tokens_per_s": "token/s",
    "kwh": "kWh",
    "hours": "h",
    "h": "h",
    "kg": "kg",
    "g": "g",
    "l": "L",
    "ml": "mL",
    "usd": "USD",
    "j": "J",
    "w": "W",
    "s": "s",
    "flop": "FLOP",
    "g_per_unit": "g",
}
"""Names end in their unit."""


def explanation(results: Mapping[str, Numeric | None], known: Mapping[str, float]) -> list[Plain]:
    """The steps to some results, each after those that it needs.

    Args:
        results: Traced numbers under the names by which they are shown; None is left out.
        known: Names and values that stand elsewhere in the answer, where steps begin.
    """
    ends = [label_traced(found, name, unit(name)) for name, found in results.items() if found is not None]
    return _Chain(known=known).steps(ends)


def unit(name: str) -> str:
    """The unit in which a name ends, or 1."""
    last = name.rpartition(".")[2].removesuffix("_per_request")
    return next((shown for end, shown in UNITS.items() if last == end or last.endswith(f"_{end}")), "1")


@dataclass(slots=True, kw_only=True)
class _Chain:
    """Numbers on the way to the results, each once, and the names under which they are shown.

    Attributes:
        known: Names and values where steps begin.
        same: For each traced number, by id, the one that stands for all like it.
        like: Those numbers by what they are made of.
        names: Under which name each is shown, by id.
    """

    known: Mapping[str, float]
    same: dict[int, tuple[Traced, Traced]] = field(default_factory=dict)
    like: dict[tuple[object, ...], Traced] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def steps(self, ends: list[Traced]) -> list[Plain]:
        """The steps to some numbers, then the checks of equations that were solved on the way."""
        ends = [self._one(end) for end in ends]
        order = {id(found): found for end in ends for found in self._before(end)}
        for found in [found for found in order.values() if found.check is not None]:
            check = self._one(label_traced(found.check or 0.0, f"{found.name}_check", found.unit))
            order |= {id(one): one for one in self._before(check)}
        shown = [found for found in order.values() if found.name is not None]
        self._name(ends, shown)
        return [self._step(found) for found in shown if not self._is_known(found)]

    def _one(self, found: Traced) -> Traced:
        """The number that stands for all that are made alike; a name of its own keeps one apart."""
        if id(found) in self.same:
            return self.same[id(found)][1]
        found.arguments = tuple(self._one(one) if isinstance(one, Traced) else one for one in found.arguments)
        made = tuple(id(one) if isinstance(one, Traced) else one for one in found.arguments)
        key = (found.operation, *made, *(() if made else (found.name, float(found), id(found.check))))
        first = self.like.setdefault(key, found)
        if found.settled and first.name != found.name:
            if first.settled:
                first = self.like.setdefault((*key, found.name), found)
            else:
                first.name, first.unit, first.settled = found.name, found.unit, True
        # the number itself is kept, so that no other gets its id
        self.same[id(found)] = found, first
        return first

    def _before(self, found: Traced) -> Iterator[Traced]:
        """A number after all that it is made of."""
        seen = set()
        waiting = [(found, False)]
        while waiting:
            one, ready = waiting.pop()
            if ready:
                yield one
            elif id(one) not in seen:
                seen.add(id(one))
                waiting.append((one, True))
                waiting.extend((part, False) for part in reversed(one.arguments) if isinstance(part, Traced))

    def _is_known(self, found: Traced) -> bool:
        value = self.known.get(found.name or "")
        return not found.arguments and found.check is None and value is not None and value == float(found)

    def _name(self, ends: list[Traced], shown: list[Traced]) -> None:
        """Give each its name; of several that would have the same, all but the first get a number."""
        for found in [*ends, *(one for one in shown if one.settled), *shown]:
            if id(found) in self.names:
                continue
            name = found.name or ""
            if not self._is_known(found):
                taken = {*self.known, *self.names.values()}
                count = 1
                while name in taken:
                    count += 1
                    name = f"{found.name}_{count}"
            self.names[id(found)] = name

    def _step(self, found: Traced) -> Plain:
        inputs: dict[str, float] = {}
        reference = found.reference
        if found.check is not None:
            check = self.names[id(self._one(found.check))]
            reference = f"Sought by bisection: the number that equals {check}, which follows from it."
        return {
            "name": self.names[id(found)],
            "formula": self._formula(found, inputs)[0],
            "inputs": inputs,
            "value": float(found),
            "unit": found.unit if found.unit not in (None, "1") else unit(found.name or ""),
            "reference": reference,
        }

    def _formula(self, found: Traced, inputs: dict[str, float]) -> tuple[str, int]:
        """How a number comes about, and how strongly the last operation binds."""
        if not found.arguments:
            return _number(float(found))
        parts = [self._operand(one, inputs) for one in found.arguments]
        if found.operation == "positive":
            return parts[0]
        if found.operation == "negative":
            return f"-{_bracketed(parts[0], NEGATIVE)}", NEGATIVE
        if found.operation in SIGNS:
            sign, strength = SIGNS[found.operation]
            left, right = (strength + 1, strength) if sign == "**" else (strength, strength + (sign in "-/"))
            return f"{_bracketed(parts[0], left)} {sign} {_bracketed(parts[1], right)}", strength
        name = FUNCTIONS.get(found.operation, found.operation)
        return f"{name}({', '.join(text for text, _ in parts)})", ATOM

    def _operand(self, one: float, inputs: dict[str, float]) -> tuple[str, int]:
        if not isinstance(one, Traced):
            return _number(one)
        if one.name is None:
            return self._formula(one, inputs)
        name = self.names[id(one)]
        inputs[name] = float(one)
        return name, ATOM


def _bracketed(part: tuple[str, int], least: int) -> str:
    text, strength = part
    return text if strength >= least else f"({text})"


def _number(value: float) -> tuple[str, int]:
    """A number in full precision."""
    short = f"{value:g}".replace("e+0", "e").replace("e+", "e")
    return short if float(short) == value else repr(value), NEGATIVE if value < 0 else ATOM
