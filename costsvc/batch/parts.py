"""The two parts of a template, each shared by many: the work of its requests, and their place.

A file with a thousand machines in a thousand regions has a million templates, but two thousand parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from costsvc.batch.formats.format import Kind
from costsvc.batch.resolving import Located, Work, locate, needs_place, resolve_work
from costsvc.batch.row_numbers import Classes, factor_name
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Serving, TrainingRun
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.site import resident_of
from costsvc.schemas.query import body, leaves
from costsvc.schemas.reading import SCHEMAS, read_request

PLACE = ("region", "year", "date", "scope", "pue", "wue_l_per_kwh", "grid_g_per_kwh", "grid_losses")
OF_PLACE = ("pricing.", "contract.")
Texts: TypeAlias = tuple[tuple[str, str], ...]
Names: TypeAlias = tuple[str, ...]
Refusals: TypeAlias = Mapping[str, str]
Request: TypeAlias = TrainingRun | Serving


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """Work whose numbers that vary are still open.

    Attributes:
        kind: Kind of request.
        texts: Fields with their texts.
        classes: Classes of each number that varies.
        classes_id: Number of these classes.
    """

    kind: Kind
    texts: Mapping[str, str]
    classes: Mapping[str, Classes]
    classes_id: int


@dataclass(slots=True, kw_only=True, eq=False)
class WorkPart:
    """The work of templates, wherever it is done.

    Attributes:
        id: Its number, from 0.
        kind: Kind of request.
        texts: Fields with their texts, numbers that do not vary included.
        classes: Ends of the class of each number that varies and is given.
        numbers: These numbers in its first row. [any]
        given: Names of the given fields.
    """

    id: int
    kind: Kind
    texts: Texts
    classes: Texts
    numbers: Mapping[str, float]
    given: Names = field(init=False)
    _requests: dict[object, Request] = field(default_factory=dict)
    _work: Work | None = None
    _needs_place: bool | None = None
    _varying: frozenset[str] | None = None
    _json: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.given = tuple(name for name, _ in (*self.texts, *self.classes))

    @property
    def json(self) -> Mapping[str, Any]:
        """Its part of a request as JSON, with the numbers of its first row."""
        if self._json is None:
            self._json = {**body(self.texts, SCHEMAS[self.kind]), **self.numbers}
        return self._json

    def request_at(self, place: "PlacePart", catalog: Catalog) -> Request | Refusals:
        """The request in a place, or why it is refused.

        The fields of the work are checked against each other, and against which fields of the place are given: what a
        place may have besides depends on that alone. So it is read once for all places with the same fields.
        """
        return _kept(self._requests, place.given, self, place, catalog)

    def needs_place(self, request: Request, catalog: Catalog) -> bool:
        """Whether it can only be resolved together with a place."""
        if self._needs_place is None:
            self._needs_place = needs_place(request, catalog)
        return self._needs_place

    def resolved(self, request: Request, catalog: Catalog) -> Work:
        """The work, which is resolved at its first use.

        Raises:
            UnknownNameError: If a name is not known.
            BadRequestError: If fields contradict each other, or a required figure is not known.
        """
        if self._work is None:
            self._work = resolve_work(request, catalog)
        return self._work

    def varying(self, activity: str | None) -> frozenset[str]:
        """Numbers that differ by row, with the one to which all results are proportional."""
        if self._varying is None:
            self._varying = frozenset(name for name, _ in self.classes) | ({activity} if activity else frozenset())
        return self._varying


@dataclass(slots=True, kw_only=True, eq=False)
class PlacePart:
    """The place and the prices of templates, whatever is done there.

    Attributes:
        id: Its number, from 0.
        texts: Fields with their texts, numbers that do not vary included.
        numbers: The numbers that vary, in its first row. [any]
        given: Names of the given fields.
    """

    id: int
    texts: Texts
    numbers: Mapping[str, float]
    given: Names = field(init=False)
    _requests: dict[object, Request] = field(default_factory=dict)
    _located: dict[object, Located] = field(default_factory=dict)
    _json: dict[Kind, Mapping[str, Any]] = field(default_factory=dict)
    _varying: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.given = tuple(name for name, _ in self.read)

    def json(self, kind: Kind) -> Mapping[str, Any]:
        """Its part of a request of a kind as JSON."""
        known = self._json.get(kind)
        if known is None:
            known = self._json[kind] = body(self.read, SCHEMAS[kind])
        return known

    @property
    def read(self) -> Texts:
        """All fields with the texts of its first row."""
        return (*self.texts, *((name, repr(value)) for name, value in self.numbers.items()))

    def varying(self, of_work: frozenset[str]) -> frozenset[str]:
        """Numbers that differ by row, with those of a work."""
        if not self.numbers:
            return of_work
        known = self._varying.get(of_work)
        if known is None:
            known = self._varying[of_work] = of_work | {factor_name(name) for name in self.numbers}
        return known

    def request_of(self, work: WorkPart, catalog: Catalog) -> Request | Refusals:
        """A request of the place, whose site is that of all work with the same fields; or why it is refused."""
        return _kept(self._requests, (work.kind, work.given), work, self, catalog)

    def located(self, request: Request, machine: ResolvedMachine, catalog: Catalog) -> Located:
        """The place of a machine; only the seller of an instance, and a machine that may be at home, change it.

        Raises:
            UnknownNameError: If a name is not known.
        """
        key = (machine.provider, resident_of(request.site, machine, catalog))
        known = self._located.get(key)
        if known is None:
            known = self._located[key] = locate(request.site, machine, catalog)
        return known


def _kept(
    known: dict[object, Request], key: object, work: WorkPart, place: PlacePart, catalog: Catalog
) -> Request | Refusals:
    """The request of a work in a place, or its errors by field, which other places or works need not have."""
    found = known.get(key)
    if found is None:
        try:
            found = known[key] = read_row(work.kind, (*work.texts, *place.read), work.numbers, catalog)
        except BadRequestError as error:
            return error.problems
    return found


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
    request = read_request(kind, {**body(texts, SCHEMAS[kind]), **numbers}, catalog)
    if not isinstance(request, TrainingRun | Serving):
        raise TypeError(f"{kind} is no kind of estimate")
    return request


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
