"""The form of a question, with the values of a request and the errors beside their fields."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import marshmallow as ma

from costsvc.schemas.fields import BoundedList, Choice, NameList, Number, StrictBoolean
from costsvc.schemas.query import inside
from costsvc.schemas.schedule import Instant
from costsvc.web.page.field_labels import EXAMPLES, LISTED, LISTED_HINT, LISTED_HINTS, UNITS, hint, label, with_labels
from costsvc.web.page.layout import (
    BRIEF,
    CALL,
    CANDIDATES,
    DEMAND,
    LISTS,
    OWN_LEAVES_OUT,
    PARTS,
    PHASES,
    SERVING,
    TRAFFIC,
    TRAINING,
    WINDOW,
    Group,
)

Values = Mapping[str, str]
Errors = Mapping[str, Sequence[str]]
NONE: Values = MappingProxyType({})
WORKLOADS: Mapping[str, tuple[Group, ...]] = {"training": TRAINING, "inference": SERVING}
STRATEGIES = ("shared", "per-task")
"""The names of the strategies in an empty form."""
LONG = 8
SHORT = 14
YES_OR_NO = ("true", "false")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)?")
NEW = "after."


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field of a form.

    Attributes:
        name: Its dotted name in the request.
        label: Its label.
        hint: Its description.
        value: Its value; empty if it is not set.
        default: What the answer took because the field is not set; empty if it is not known.
        example: What somebody may type; empty if the label says enough.
        unit: The unit of a number.
        choices: The allowed words; none for free text and numbers.
        suggestions: The name of its list of suggestions.
        numeric: Whether its value is a number.
        errors: Its errors.
        moment: Whether its value is a local time or empty, which a browser can pick.
    """

    name: str
    label: str
    hint: str
    value: str
    default: str
    example: str
    unit: str
    choices: tuple[str, ...]
    suggestions: str | None
    numeric: bool
    errors: tuple[str, ...]
    moment: bool = False

    @property
    def used(self) -> bool:
        """Whether it has a value or an error."""
        return bool(self.value or self.errors)

    @property
    def id(self) -> str:
        """Its id in the page."""
        return f"f-{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Controls that belong together.

    Attributes:
        title: Its title.
        first: Controls that are always visible: those of the layout, and others that have a value or an error.
        more: Controls that can be unfolded.
        level: Its depth: 0 for a section of the form, 1 and 2 inside of one.
    """

    title: str
    first: tuple[Control, ...] = ()
    more: tuple[Control, ...] = ()
    level: int = 0

    @property
    def used(self) -> bool:
        """Whether a control that can be unfolded has a value or an error."""
        return any(one.used for one in self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form.

    Attributes:
        sections: Its controls.
        errors: Field and text of the errors without a control.
        filled: Whether any field is set.
        strategies: The number of strategies in the request.
    """

    sections: tuple[Section, ...]
    errors: tuple[tuple[str, str], ...]
    filled: bool
    strategies: int

    @property
    def long(self) -> bool:
        """Whether it needs its buttons at the top as well."""
        return len(self.sections) > LONG

    @property
    def wrong(self) -> bool:
        """Whether anything in it has an error."""
        return bool(self.errors) or any(one.errors for one in self.controls())

    @property
    def is_short(self) -> bool:
        """Whether its visible controls are so few and distinct that they need no headings."""
        labels = [one.label for section in self.sections for one in section.first]
        return len(set(labels)) == len(labels) <= SHORT and not self.long

    @property
    def folded(self) -> tuple[Section, ...]:
        """The sections that have controls behind the fold of the form."""
        return tuple(one for one in self.sections if one.more and not one.level)

    @property
    def given(self) -> list[str]:
        """The values that the request gives, for a summary in one line."""
        return [one.value for one in self.controls() if one.value]

    @property
    def lists(self) -> set[str]:
        """The lists of suggestions of its controls."""
        return {one.suggestions for one in self.controls() if one.suggestions}

    def controls(self) -> Iterator[Control]:
        """All controls."""
        for section in self.sections:
            yield from (*section.first, *section.more)


def form(kind: str, workload: str, schema: ma.Schema, values: Values, errors: Errors, defaults: Values = NONE) -> Form:
    """The form of a question.

    Args:
        kind: The kind of question.
        workload: The workload of an empty form, ``training`` or ``inference``.
        schema: The schema of the request.
        values: The fields of the request by dotted name.
        errors: The errors by dotted name.
        defaults: What the answer took for fields that are not set, by dotted name.
    """
    draw = _Controls(schema, values, errors, defaults)
    sections = [draw.section(group) for group in groups(kind, workload)]
    if kind == "amortization":
        sections += _strategies(draw)
    if others := [name for name in values if name not in draw.names]:
        sections.append(draw.section(Group(title="Other fields", first=tuple(others))))
    loose = [(field, with_labels(text)) for field, texts in errors.items() if field not in draw.names for text in texts]
    return Form(
        sections=tuple(sections), errors=tuple(loose), filled=bool(values), strategies=draw.entries("strategies")
    )


def groups(kind: str, workload: str) -> list[Group]:
    """The groups of a question's form, without the strategies of a comparison.

    Args:
        kind: The kind of question.
        workload: The workload of questions that take either.
    """
    if kind in WORKLOADS:
        return list(WORKLOADS[kind])
    workload_groups = WORKLOADS[workload]
    if kind == "placement":
        return [*CANDIDATES, *(group.under(f"{workload}.") for group in workload_groups)]
    if kind == "api_or_own":
        return [CALL, TRAFFIC, *_own_groups()]
    if kind == "change":
        return [_pairs(group, workload) for group in workload_groups]
    if kind == "schedule":
        return [WINDOW[0], *(group.under("training.") for group in TRAINING), WINDOW[1]]
    return list(DEMAND)


def _pairs(group: Group, workload: str) -> Group:
    """The fields of a group before a change, each followed by the same field after it."""
    first, more = (
        tuple(f"{side}.{workload}.{name}" for name in names for side in ("before", "after"))
        for names in (group.first, group.more)
    )
    return Group(title=group.title, first=first, more=more)


def _own_groups() -> Iterator[Group]:
    """The groups of own hardware, without the fields that the calls decide."""
    for group in SERVING:
        first, more = (
            tuple(f"own.{name}" for name in names if name not in OWN_LEAVES_OUT) for names in (group.first, group.more)
        )
        if first or more:
            yield Group(title=f"Own: {group.title.lower()}", first=first, more=more)


def _strategies(draw: "_Controls") -> Iterator[Section]:
    """A section for each strategy and each of its parts, those of the request before empty ones."""
    for place in range(max(draw.entries("strategies"), len(STRATEGIES))):
        where = f"strategies.{place}"
        default = STRATEGIES[place] if place < len(STRATEGIES) else ""
        name = draw.control(f"{where}.name", default)
        yield Section(title=f"Strategy {place + 1}: {name.value or 'no name'}", first=(name,))
        for phase, (title, kinds) in PHASES.items():
            yield Section(title=title, level=1)
            listed = phase != "per_request"
            for prefix, kind in draw.parts(f"{where}.{phase}", kinds, listed=listed):
                others = [name for name in draw.values if name.startswith(prefix)]
                fields = dict.fromkeys([*(f"{prefix}{field}" for field in BRIEF[kind]), *others])
                yield Section(title=PARTS[kind], more=tuple(map(draw.control, fields)), level=2)


class _Controls:
    """Makes controls and records which fields have one."""

    def __init__(self, schema: ma.Schema, values: Values, errors: Errors, defaults: Values) -> None:
        self.schema, self.values, self.errors, self.defaults = schema, values, errors, defaults
        self.names: set[str] = set()

    def section(self, group: Group) -> Section:
        first, more = [*map(self.control, group.first)], [*map(self.control, group.more)]
        return Section(
            title=group.title,
            first=(*first, *(one for one in more if one.used)),
            more=tuple(one for one in more if not one.used),
        )

    def control(self, name: str, default: str = "") -> Control:
        field = _field(self.schema, name)
        wrong = [name, *self._entries_of(name, field)]
        self.names.update(wrong)
        metadata: Mapping[str, Any] = field.metadata if field else {}
        unit = field.limit.unit if isinstance(field, Number) else "1"
        description = str(metadata.get("description", "")).removesuffix(f" [{unit}]")
        return Control(
            name=name,
            label=_label(name, field),
            hint=_hint(name, field, description),
            value=self.values.get(name, default),
            default=self.defaults.get(name, ""),
            example=EXAMPLES.get(name.rpartition(".")[2], ""),
            unit=UNITS.get(unit, unit),
            choices=field.words if isinstance(field, Choice) else YES_OR_NO if isinstance(field, StrictBoolean) else (),
            suggestions=LISTS.get(name.rpartition(".")[2]) if not isinstance(field, Number) else None,
            numeric=isinstance(field, Number),
            errors=tuple(with_labels(text) for one in wrong for text in self.errors.get(one, ())),
            moment=isinstance(field, Instant) and bool(MOMENT.fullmatch(self.values.get(name, default))),
        )

    def _entries_of(self, name: str, field: ma.fields.Field[Any] | None) -> list[str]:
        """The names of the errors of single entries of a list of words."""
        if not isinstance(field, NameList | BoundedList) or inside(field) is not None:
            return []
        return [one for one in self.errors if one.startswith(f"{name}.")]

    def entries(self, name: str) -> int:
        """The number of entries of a list that have values."""
        places = [one[len(name) + 1 :].split(".")[0] for one in self.values if one.startswith(f"{name}.")]
        return max((int(place) + 1 for place in places if place.isdecimal()), default=0)

    def parts(self, name: str, kinds: tuple[str, ...], *, listed: bool) -> Iterator[tuple[str, str]]:
        """Prefix and kind of the parts in the request, then of the kinds that it lacks."""
        given = self.entries(name) if listed else 1
        held = [(f"{name}.{place}" if listed else name) for place in range(given)]
        present = [(where, kind) for where in held for kind in BRIEF if self._has(f"{where}.{kind}.")]
        yield from ((f"{where}.{kind}.", kind) for where, kind in present)
        missing = [kind for kind in kinds if kind not in {kind for _, kind in present}]
        for place, kind in enumerate(missing, given):
            yield (f"{name}.{place}.{kind}." if listed else f"{name}.{kind}."), kind

    def _has(self, prefix: str) -> bool:
        return any(name.startswith(prefix) for name in self.values)


def _label(name: str, field: ma.fields.Field[Any] | None) -> str:
    """The label of a field; that of a field after a change says so."""
    if isinstance(field, NameList):
        return LISTED[name]
    text = label(name)
    if not name.startswith(NEW):
        return text
    return f"New {text if text[:2].isupper() else text[:1].lower() + text[1:]}"


def _hint(name: str, field: ma.fields.Field[Any] | None, description: str) -> str:
    """The hint of a field; none of a field after a change, whose label and twin say it all."""
    if name.startswith(NEW):
        return ""
    if not isinstance(field, NameList):
        return hint(name, description)
    return LISTED_HINTS.get(name) or (LISTED_HINT if field.word is None else f"{LISTED_HINT}; or {field.word}")


def _field(schema: ma.Schema, name: str) -> ma.fields.Field[Any] | None:
    """The field of a dotted name; None if the schema has none."""
    head, _, rest = name.partition(".")
    field = schema.fields.get(head)
    deeper = inside(field)
    if deeper is None or not rest:
        return field if not rest else None
    if isinstance(field, ma.fields.List):
        rest = rest.partition(".")[2]
    return _field(deeper, rest) if rest else None
