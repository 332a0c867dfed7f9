"""Templates of requests: what rows have in common, resolved once each."""

import json
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import numpy as np

from costsvc.batch.formats.format import Kind
from costsvc.batch.groups import Codes, CodeTable, Numbering
from costsvc.batch.parts import (
    Family,
    Names,
    PlacePart,
    Refusals,
    Request,
    Texts,
    WorkPart,
    read_row,
)
from costsvc.batch.resolving import Around, Work, resolve_around, resolve_work
from costsvc.batch.row_numbers import POSITIVE
from costsvc.batch.shapes import Shape, Shapes
from costsvc.batch.thresholds import Thresholds
from costsvc.errors import BadRequestError, UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.resolve.log import FactorLog


@dataclass(slots=True, kw_only=True, eq=False)
class Template:
    """A resolved template.

    Attributes:
        id: Its number, from 0.
        work: Its work.
        place: Its place.
        is_unused: Whether the machines drew no energy because nobody used them.
        logs: Factors, warnings and gaps of its parts.
        shape: Its shape, None if its requests are refused.
        row: Its row in the shape.
        refusals: Why its requests are refused, by field.
    """

    id: int
    work: WorkPart
    place: PlacePart
    is_unused: bool
    logs: tuple[FactorLog, ...] = ()
    shape: Shape | None = None
    row: int = -1
    refusals: Refusals = field(default_factory=dict)

    def as_json(self) -> str:
        """Its parts as JSON, from which another process resolves the same template."""
        return json.dumps([*self._identity, sorted(self.work.numbers.items()), sorted(self.place.numbers.items())])

    @property
    def digest(self) -> str:
        """A short hash that is the same in all processes, whose numbers of a template differ."""
        return blake2b(json.dumps(self._identity).encode(), digest_size=8).hexdigest()

    @property
    def request(self) -> Mapping[str, object]:
        """A request of it as JSON, with the numbers of the first row that has its work."""
        return {**self.work.json, **self.place.json(self.work.kind)}

    @property
    def _identity(self) -> list[object]:
        work, place = self.work, self.place
        return [work.kind, work.texts, place.texts, work.classes, sorted(place.numbers), self.is_unused]


class Templates:
    """All templates of a run. It is not safe for several threads.

    Attributes:
        catalog: The reference tables.
        all: The templates by number.
        refused: Numbers of templates whose requests are refused.
        families: Families of work, by number.
        works: Works, by number.
        places: Places, by number.
        alone: Numbers that do not vary inside their class.
        shapes: Shapes of the templates.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.all: list[Template] = []
        self.refused: set[int] = set()
        self.families: list[Family] = []
        self.works: list[WorkPart] = []
        self.places: list[PlacePart] = []
        self.alone: Numbering[float] = Numbering()
        self.shapes = Shapes()
        self._thresholds = Thresholds(catalog)
        self._numberings: dict[tuple[object, ...], Numbering[str | None]] = {}
        self._tables: dict[tuple[object, ...], CodeTable] = {}
        self._works: dict[object, WorkPart] = {}
        self._places: dict[tuple[Texts, Names], PlacePart] = {}
        self._by_parts: dict[tuple[int, int, bool], Template] = {}
        self._shape_of, self._row_of = array("q"), array("q")

    def numbering(self, kind: Kind, name: str) -> Numbering[str | None]:
        """The numbers of the texts of a field."""
        return self._numberings.setdefault((kind, name), Numbering())

    def table(self, *key: object) -> CodeTable:
        """Numbers of combinations of codes of some fields."""
        return self._tables.setdefault(key, CodeTable())

    def shape_rows(self) -> tuple[Codes, Codes]:
        """The number of the shape of each template, -1 if it is refused, and its row there."""
        return np.array(self._shape_of, dtype=np.int64), np.array(self._row_of, dtype=np.int64)

    def add_family(self, kind: Kind, texts: Mapping[str, str], numbers: Mapping[str, float]) -> int:
        """Add a family of work, and return its number.

        Args:
            kind: Kind of request.
            texts: Fields with their texts.
            numbers: The numbers of its first row. [any]
        """
        try:
            request: Request | None = read_row(kind, tuple(texts.items()), numbers, self.catalog)
        except BadRequestError:
            request = None  # its templates say why
        id_, classes = self._thresholds.classes_of(kind, request)
        self.families.append(Family(kind=kind, texts=texts, classes=classes, classes_id=id_))
        return len(self.families) - 1

    def add_work(self, family: Family, numbers: Mapping[str, float]) -> int:
        """The number of a work.

        Args:
            family: Its family.
            numbers: The numbers of its first row. [any]
        """
        texts, classes = dict(family.texts), list[tuple[str, str]]()
        for name, value in numbers.items():
            of_name = family.classes.get(name)
            if of_name is not None and not of_name.varies(value):
                texts[name] = repr(value)
            else:
                classes.append((name, "" if of_name is None else of_name.ends_of(value)))
        varying = {name: numbers[name] for name, _ in classes}
        return self._work(family.kind, tuple(sorted(texts.items())), tuple(classes), varying).id

    def add_place(self, texts: Mapping[str, str], numbers: Mapping[str, float]) -> int:
        """The number of a place.

        Args:
            texts: Its fields with their texts.
            numbers: The numbers of its first row that may vary. [any]
        """
        fixed = {name: repr(value) for name, value in numbers.items() if not POSITIVE.varies(value)}
        varying = {name: value for name, value in numbers.items() if name not in fixed}
        key = tuple(sorted({**texts, **fixed}.items())), tuple(sorted(varying))
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = PlacePart(id=len(self.places), texts=key[0], numbers=varying)
            self.places.append(known)
        return known.id

    def find(self, work: int, place: int, *, is_unused: bool = False) -> Template:
        """The template of a work in a place, which is resolved at its first use.

        Args:
            work: Number of the work.
            place: Number of the place.
            is_unused: Whether the machines drew no energy.
        """
        key = (work, place, is_unused)
        known = self._by_parts.get(key)
        if known is None:
            known = Template(id=len(self.all), work=self.works[work], place=self.places[place], is_unused=is_unused)
            self._by_parts[key] = known
            self._resolve(known)
            self.all.append(known)
            self._shape_of.append(-1 if known.shape is None else known.shape.id)
            self._row_of.append(known.row)
            if known.refusals:
                self.refused.add(known.id)
        return known

    def read(self, text: str) -> Template:
        """The template that another process has.

        Args:
            text: Its parts, as :meth:`Template.as_json` writes them.
        """
        kind, work, place, classed, _, is_unused, of_work, of_place = json.loads(text)
        texts, classes = (tuple((name, value) for name, value in fields) for fields in (work, classed))
        part = self._work(kind, texts, classes, dict(of_work))
        return self.find(part.id, self.add_place(dict(place), dict(of_place)), is_unused=is_unused)

    def _work(self, kind: Kind, texts: Texts, classes: Texts, numbers: Mapping[str, float]) -> WorkPart:
        key = (kind, texts, classes)
        known = self._works.get(key)
        if known is None:
            known = self._works[key] = WorkPart(
                id=len(self.works), kind=kind, texts=texts, classes=classes, numbers=numbers
            )
            self.works.append(known)
        return known

    def _resolve(self, template: Template) -> None:
        try:
            found = self._parts(template)
        except UnknownNameError as error:
            template.refusals = {error.field: str(error)}
        except BadRequestError as error:
            template.refusals = error.problems
        else:
            work, around = found
            template.logs = (work.log, *around.logs)
            varying = template.place.varying(template.work.varying(work.activity))
            template.shape, template.row = self.shapes.add(work, around, varying, is_unused=template.is_unused)

    def _parts(self, template: Template) -> tuple[Work, Around]:
        """The work and the surroundings of a template.

        Raises:
            UnknownNameError: If a name is not known.
            BadRequestError: If the request is refused.
        """
        work, place, catalog = template.work, template.place, self.catalog
        of_work = work.request_at(place, catalog)
        if isinstance(of_work, Mapping):
            raise BadRequestError(of_work)
        of_place = place.request_of(work, catalog)
        if isinstance(of_place, Mapping):
            raise BadRequestError(of_place)
        if work.needs_place(of_work, catalog):
            whole = resolve_work(replace(of_work, site=of_place.site), catalog)
            if whole.around is None:
                raise TypeError("a request that needs its place has its surroundings")
            return whole, whole.around
        resolved = work.resolved(of_work, catalog)
        if resolved.machine is None:
            raise TypeError("a request without a machine needs its place")
        located = place.located(of_place, resolved.machine, catalog)
        return resolved, resolve_around(located, resolved.machine, catalog)
