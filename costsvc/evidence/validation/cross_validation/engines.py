"""Cross-validation of engines: catalogs fitted without the publisher of the tested reading."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from costsvc.evidence.fits.engines import CONSTANTS, NAME, NEUTRAL, SCOPES, Misses, engine_rows, misses
from costsvc.evidence.fits.serving_assumptions import Row as Constant
from costsvc.evidence.validation.comparisons import with_tables
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Key, Row, Table


@dataclass(slots=True, kw_only=True)
class EngineCrossValidation:
    """Fits of engines without some publishers, cached for each set of publishers.

    Attributes:
        catalog: The current tables.
    """

    catalog: Catalog
    _misses: list[Misses] = field(default_factory=list)
    _made: dict[frozenset[str], Catalog] = field(default_factory=dict)

    def publishers(self, sources: Collection[str]) -> Catalog:
        """The catalog without the readings of some publishers.

        Args:
            sources: Keys of table ``sources``; those that published no reading change nothing.
        """
        if not self._misses:
            neutral = _with(self.catalog, [NEUTRAL])
            self._misses.extend((misses(neutral), misses(neutral, engine_given=False)))
        given, left_out = self._misses
        gone = frozenset(sources) & frozenset(given.source)
        if not gone:
            return self.catalog
        if gone not in self._made:
            self._made[gone] = _with(self.catalog, engine_rows(given.without(gone), left_out.without(gone)))
        return self._made[gone]


def _with(catalog: Catalog, rows: Sequence[Constant]) -> Catalog:
    """The tables with other rows for engines."""
    table = catalog.tables[CONSTANTS]
    result: dict[Key, Row] = dict(table.rows)
    for scope in SCOPES:
        del result[NAME, scope]
    for row in rows:
        result[NAME, row.scope] = {**table.rows[NAME, row.scope], **row._asdict()}
    return with_tables(catalog, {CONSTANTS: Table(table.name, table.key, result)})
