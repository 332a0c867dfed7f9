"""Templates of requests: what rows have in common, resolved once each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TypeAlias

import numpy as np

from costsvc.batch.formats.format import Kind
from costsvc.batch.groups import Codes, CodeTable, Numbering
from costsvc.batch.resolving import Around, Work, needs_place, resolve_around, resolve_work
from costsvc.batch.row_numbers import ACTIVITIES, Classes, classes
from costsvc.batch.shapes import Shape, Shapes
from costsvc.errors import BadRequestError, UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Serving, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.schemas.query import body, leaves
from costsvc.schemas.reading import SCHEMAS, read_request

PLACE = ("region", "year", "date", "scope", "pue", "wue_l_per_kwh", "grid_g_per_kwh", "grid_losses")
OF_PLACE = ("pricing.", "contract.")
Texts: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What identifies a template.

    Attributes:
        kind: Kind of request.
        work: Fields of the work with their texts, numbers that do not vary included.
        place: Fields of the place and of prices with their texts.
        classes: Class of each number that varies and is given.
        is_unused: Whether the machines drew no energy because nobody used them.
    """

    kind: Kind
    work: Texts
    place: Texts
    classes: tuple[tuple[str, int], ...]
    is_unused: bool = False

    def as_json(self, numbers: Mapping[str, float]) -> str:
        """The specification as JSON, with example numbers from which another process resolves the same template."""
        return json.dumps([*self._parts, sorted(numbers.items())])

    @property
    def digest(self) -> str:
        """A short hash that is the same in all processes, whose numbers of a template differ."""
        return blake2b(json.dumps(self._parts).encode(), digest_size=8).hexdigest()

    @property
    def _parts(self) -> list[object]:
        return [self.kind, self.work, self.place, self.classes, self.is_unused]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Template:
    """A resolved template.

    Attributes:
        id: Its number, from 0.
        spec: What identifies it.
        numbers: Example numbers, those of its first row. [any]
        logs: Factors, warnings and gaps of its parts.
        shape: Its shape, None if its requests are refused.
        row: Its row in the shape.
        refusals: Why its requests are refused, by field.
    """

    id: int
    spec: Spec
    numbers: Mapping[str, float]
    logs: tuple[FactorLog, ...] = ()
    shape: Shape | None = None
    row: int = -1
    refusals: Mapping[str, str] = field(default_factory=dict)

    @property
    def request(self) -> Mapping[str, object]:
        """The request of its first row, as JSON."""
        return _body(self.spec.kind, (*self.spec.work, *self.spec.place), self.numbers)


Refusals: TypeAlias = Mapping[str, str]
Request: TypeAlias = TrainingRun | Serving


class Templates:
    """All templates of a run. It is not safe for several threads.

    Attributes:
        catalog: The reference tables.
        all: The templates by number.
        refused: Numbers of templates whose requests are refused.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.all: list[Template] = []
        self.refused: set[int] = set()
        self.classes: Mapping[Kind, Mapping[str, Classes]] = {kind: classes(kind, catalog) for kind in ACTIVITIES}
        self.shapes = Shapes()
        self._numberings: dict[tuple[Kind, str], Numbering[str | None]] = {}
        self._tables: dict[tuple[object, ...], CodeTable] = {}
        self._places: tuple[Codes, Codes] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        self._by_spec: dict[Spec, Template] = {}
        self._works: dict[object, Work] = {}
        self._requests: dict[object, Request] = {}
        self._around: dict[object, Around] = {}

    def numbering(self, kind: Kind, name: str) -> Numbering[str | None]:
        """The numbers of the texts of a field."""
        return self._numberings.setdefault((kind, name), Numbering())

    def table(self, fields: tuple[object, ...]) -> CodeTable:
        """The templates of combinations of codes of some fields."""
        return self._tables.setdefault(fields, CodeTable())

    def places(self) -> tuple[Codes, Codes]:
        """The number of the shape of each template, -1 if it is refused, and its row there."""
        if len(self._places[0]) != len(self.all):
            shapes = {shape: place for place, shape in enumerate(self.shapes.all)}
            of_shape = [-1 if one.shape is None else shapes[one.shape] for one in self.all]
            self._places = np.array(of_shape, dtype=np.int64), np.array([one.row for one in self.all], dtype=np.int64)
        return self._places

    def find(self, spec: Spec, numbers: Mapping[str, float]) -> Template:
        """The template of a specification, which is resolved at its first use.

        Args:
            spec: What identifies it.
            numbers: The numbers of its first row. [any]
        """
        known = self._by_spec.get(spec)
        if known is None:
            known = self._by_spec[spec] = self._resolved(spec, numbers)
            self.all.append(known)
            if known.refusals:
                self.refused.add(known.id)
        return known

    def read(self, text: str) -> Template:
        """The template of a specification in JSON.

        Args:
            text: The specification, as :meth:`Spec.as_json` writes it.
        """
        kind, work, place, classed, is_unused, numbers = json.loads(text)
        texts = [tuple((name, value) for name, value in fields) for fields in (work, place, classed)]
        spec = Spec(kind=kind, work=texts[0], place=texts[1], classes=texts[2], is_unused=is_unused)
        return self.find(spec, dict(numbers))

    def _resolved(self, spec: Spec, numbers: Mapping[str, float]) -> Template:
        template = Template(id=len(self.all), spec=spec, numbers=numbers)
        request = self._request(spec, numbers)
        if isinstance(request, Mapping):
            return replace(template, refusals=request)
        try:
            work, around = self._parts(spec, request)
        except (BadRequestError, UnknownNameError) as error:
            refusals = {error.field: str(error)} if isinstance(error, UnknownNameError) else error.problems
            return replace(template, refusals=refusals)
        varying = frozenset(name for name, _ in spec.classes) | ({work.activity} if work.activity else frozenset())
        shape, row = self.shapes.add(work, around, varying, is_unused=spec.is_unused)
        return replace(template, logs=(work.log, around.log), shape=shape, row=row)

    def _parts(self, spec: Spec, request: Request) -> tuple[Work, Around]:
        if needs_place(request, self.catalog):
            work = resolve_work(request, self.catalog)
            if work.around is None:
                raise TypeError("a request that needs its place has its surroundings")
            return work, Around(inputs=work.around.inputs)
        work = self._work(spec, request)
        if work.machine is None:
            raise TypeError("a request without a machine needs its place")
        place = (spec.place, work.machine)
        around = self._around.get(place)
        if around is None:
            around = self._around[place] = resolve_around(request, work.machine, self.catalog)
        return work, around

    def _work(self, spec: Spec, request: Request) -> Work:
        key = (spec.kind, spec.work, spec.classes)
        known = self._works.get(key)
        if known is None:
            known = self._works[key] = resolve_work(request, self.catalog)
        return known

    def _request(self, spec: Spec, numbers: Mapping[str, float]) -> Request | Refusals:
        """The request of a specification, from those of its work and of its place where both are known.

        Fields of the work are checked against each other, and against which fields of the place are given, since
        what a place may have besides depends on that alone. So most templates need no reading of their own.
        """
        given = tuple(name for name, _ in spec.place)
        key = ("work", spec.kind, spec.work, spec.classes, given)
        work = self._read(key, spec, numbers)
        if isinstance(work, Mapping):
            return work
        given = tuple(name for name, _ in spec.work)
        place = self._read(("place", spec.kind, spec.place, given), spec, numbers)
        return place if isinstance(place, Mapping) else replace(work, site=place.site)

    def _read(self, key: object, spec: Spec, numbers: Mapping[str, float]) -> Request | Refusals:
        known = self._requests.get(key)
        if known is None:
            try:
                known = read_row(spec.kind, (*spec.work, *spec.place), numbers, self.catalog)
            except BadRequestError as error:
                return error.problems
            self._requests[key] = known
        return known


def read_row(kind: Kind, texts: Texts, numbers: Mapping[str, float], catalog: Catalog) -> Request:
    """The request of a row.

    Args:
        kind: Kind of request.
        texts: Fields with their texts.
        numbers: Fields that vary by row. [any]
        catalog: The reference tables.

    Raises:
        BadRequestError: If fields are invalid or names are not known, with all errors by field.
    """
    request = read_request(kind, _body(kind, texts, numbers), catalog)
    if not isinstance(request, TrainingRun | Serving):
        raise TypeError(f"{kind} is no kind of estimate")
    return request


def _body(kind: Kind, texts: Texts, numbers: Mapping[str, float]) -> Mapping[str, object]:
    return {**body(texts, SCHEMAS[kind]), **numbers}


def is_of_place(name: str) -> bool:
    """Whether a field belongs to the place and the prices of a request.

    Args:
        name: Its dotted name.
    """
    return name in PLACE or name.startswith(OF_PLACE)


def field_names(kind: Kind) -> tuple[str, ...]:
    """All fields of a kind of request, dotted where nested.

    Args:
        kind: Kind of request.
    """
    return tuple(name for name, _ in leaves(SCHEMAS[kind]))
