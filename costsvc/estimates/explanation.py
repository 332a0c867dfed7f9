"""The calculation steps of an answer: formulas, inputs, results and references."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from costsvc.answers.explanation import Step
from costsvc.model.explanation import Traced, label_traced
from costsvc.units import Numeric

SIGNS = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2), "power": ("**", 4)}
"""Operators and their precedence."""
NEGATIVE = 3
"""Precedence of a sign."""
ATOM = 5
"""Precedence of a number, a name or a call."""
FUNCTIONS = {"maximum": "max", "minimum": "min"}
"""Functions of numpy whose usual name is another."""
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
"""Units by the suffix of a name."""


def list_steps(results: Mapping[str, Numeric | None], known: Mapping[str, float]) -> list[Step]:
    """List the calculation steps of some results, each after the steps that it depends on.

    Args:
        results: Traced numbers by name; None is left out.
        known: Values by name that the answer contains elsewhere; steps start from them.
    """
    ends = [label_traced(number, name, unit_of(name)) for name, number in results.items() if number is not None]
    return _Chain(known=known).steps(ends)


def unit_of(name: str) -> str:
    """The unit of a name by its suffix; 1 if it has none."""
    last = name.rpartition(".")[2].removesuffix("_per_request")
    return next((unit for suffix, unit in UNITS.items() if last == suffix or last.endswith(f"_{suffix}")), "1")


@dataclass(slots=True, kw_only=True)
class _Chain:
    """The numbers that results depend on, without duplicates, and their names.

    Attributes:
        known: Values by name that steps start from.
        same: For each traced number, by id, the number itself and the one that represents all equal ones.
        like: Representative numbers by operation and arguments.
        names: Name of each step, by id.
    """

    known: Mapping[str, float]
    same: dict[int, tuple[Traced, Traced]] = field(default_factory=dict)
    like: dict[tuple[object, ...], Traced] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def steps(self, ends: list[Traced]) -> list[Step]:
        """The steps of some numbers, then the checks of the equations that were solved for them."""
        ends = [self._representative(end) for end in ends]
        order = {id(number): number for end in ends for number in self._in_order(end)}
        for number in [number for number in order.values() if number.check is not None]:
            check = self._representative(label_traced(number.check or 0.0, f"{number.name}_check", number.unit))
            order |= {id(one): one for one in self._in_order(check)}
        named = [number for number in order.values() if number.name is not None]
        self._assign_names(ends, named)
        return [self._step(number) for number in named if not self._is_known(number)]

    def _representative(self, number: Traced) -> Traced:
        """The number that represents all with equal operation and arguments; a different name separates them."""
        if id(number) in self.same:
            return self.same[id(number)][1]
        number.arguments = tuple(
            self._representative(one) if isinstance(one, Traced) else one for one in number.arguments
        )
        made = tuple(id(one) if isinstance(one, Traced) else one for one in number.arguments)
        key = (number.operation, *made, *(() if made else (number.name, float(number), id(number.check))))
        first = self.like.setdefault(key, number)
        if number.settled and first.name != number.name:
            if first.settled:
                first = self.like.setdefault((*key, number.name), number)
            else:
                first.name, first.unit, first.settled = number.name, number.unit, True
        # a reference to the number itself, so that its id is not reused
        self.same[id(number)] = number, first
        return first

    def _in_order(self, number: Traced) -> Iterator[Traced]:
        """The numbers that a number depends on, then the number itself."""
        seen = set()
        waiting = [(number, False)]
        while waiting:
            one, ready = waiting.pop()
            if ready:
                yield one
            elif id(one) not in seen:
                seen.add(id(one))
                waiting.append((one, True))
                waiting.extend((part, False) for part in reversed(one.arguments) if isinstance(part, Traced))

    def _is_known(self, number: Traced) -> bool:
        value = self.known.get(number.name or "")
        return not number.arguments and number.check is None and value is not None and value == float(number)

    def _assign_names(self, ends: list[Traced], named: list[Traced]) -> None:
        """Give each number a unique name; duplicates of a name get a numeric suffix."""
        for number in [*ends, *(one for one in named if one.settled), *named]:
            if id(number) in self.names:
                continue
            name = number.name or ""
            if not self._is_known(number):
                taken = {*self.known, *self.names.values()}
                count = 1
                while name in taken:
                    count += 1
                    name = f"{number.name}_{count}"
            self.names[id(number)] = name

    def _step(self, number: Traced) -> Step:
        inputs: dict[str, float] = {}
        reference = number.reference
        if number.check is not None:
            check = self.names[id(self._representative(number.check))]
            reference = f"Solved by bisection: the value that equals {check}, which depends on it."
        return {
            "name": self.names[id(number)],
            "formula": self._formula(number, inputs)[0],
            "inputs": inputs,
            "value": float(number),
            "unit": number.unit if number.unit not in (None, "1") else unit_of(number.name or ""),
            "reference": reference,
        }

    def _formula(self, number: Traced, inputs: dict[str, float]) -> tuple[str, int]:
        """The formula of a number, and the precedence of its last operation."""
        if not number.arguments:
            return _number(float(number))
        parts = [self._operand(one, inputs) for one in number.arguments]
        if number.operation == "positive":
            return parts[0]
        if number.operation == "negative":
            return f"-{_bracketed(parts[0], NEGATIVE)}", NEGATIVE
        if number.operation in SIGNS:
            sign, precedence = SIGNS[number.operation]
            left, right = (precedence + 1, precedence) if sign == "**" else (precedence, precedence + (sign in "-/"))
            return f"{_bracketed(parts[0], left)} {sign} {_bracketed(parts[1], right)}", precedence
        name = FUNCTIONS.get(number.operation, number.operation)
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
    text, precedence = part
    return text if precedence >= least else f"({text})"


def _number(value: float) -> tuple[str, int]:
    """A number in full precision, and its precedence."""
    short = f"{value:g}".replace("e+0", "e").replace("e+", "e")
    return short if float(short) == value else repr(value), NEGATIVE if value < 0 else ATOM
