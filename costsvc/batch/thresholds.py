"""Where the classes of numbers begin, by what a request is about."""

from collections.abc import Mapping

import numpy as np

from costsvc.batch.formats.format import Kind
from costsvc.batch.resolving import needs_place
from costsvc.batch.row_numbers import ACCELERATOR_HOURS, POSITIVE, POWER, TRAINING_TOKENS, VARYING, Classes
from costsvc.errors import UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Serving, TrainingRun
from costsvc.resolve.machine import ResolvedMachine, resolve_machine

MEASURED = ("inference_measurements", "generation_measurements")
NONE: frozenset[float] = frozenset()
ALONE = Classes(thresholds=np.array([0.0]), whole_below=np.inf)
"""Classes of a number of which each value is a template of its own."""
NONE_AND_ONE = (0.0, 1.0)
"""Without tokens a request has no price for them; below one token a step is counted as a whole."""


class Thresholds:
    """Where the classes of numbers begin, by what a request is about.

    Only a hosted model has other prices for long prompts, and only the batches that were measured with the same model
    on the same machine decide how a request is resolved.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        prices = catalog.tables["api_prices"].rows.values()
        self._long = frozenset(row["long_prompt_tokens"] for row in prices) - {None}
        self._batches: dict[tuple[str, str], frozenset[float]] = {}
        for table in MEASURED:
            for row in catalog.tables[table].rows.values():
                key = (row["model_id"], row["accelerator_id"])
                self._batches[key] = self._batches.get(key, frozenset()) | {row["batch_size"]} - {None}
        self._all_batches = NONE.union(*self._batches.values())
        self._known: dict[tuple[Kind, frozenset[float], frozenset[float], bool], tuple[int, Mapping[str, Classes]]] = {}

    def classes_of(self, kind: Kind, request: TrainingRun | Serving | None) -> tuple[int, Mapping[str, Classes]]:
        """The classes of each number that varies, and a number that tells them from other ones.

        Args:
            kind: Kind of request.
            request: The request; None if it is refused.
        """
        key = (kind, self._long, self._all_batches, True)  # of a refused request nothing is known
        if request is not None:
            # a measured power must not be above that of the servers, if that is given
            key = (kind, *self._of(request), request.machine.it_power_w is not None)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (len(self._known), _classes(*key))
        return known

    def _of(self, request: TrainingRun | Serving) -> tuple[frozenset[float], frozenset[float]]:
        """Lengths of prompts and batches from which a request is resolved in another way."""
        if not isinstance(request, Serving):
            return NONE, NONE
        if needs_place(request, self._catalog):
            return self._long, self._all_batches
        name, machine = request.subject.model, _machine(request, self._catalog)
        reading = None if name is None else self._catalog.models.read(name)
        if reading is None or machine is None:
            return NONE, NONE
        return NONE, self._batches.get((reading.id, machine.id), NONE)


def _machine(request: Serving, catalog: Catalog) -> ResolvedMachine | None:
    try:
        return resolve_machine(request.machine, catalog)
    except UnknownNameError:
        return None


def _classes(kind: Kind, long: frozenset[float], batches: frozenset[float], is_bounded: bool) -> Mapping[str, Classes]:
    power = ALONE if is_bounded else POSITIVE
    if kind == "training":
        return {ACCELERATOR_HOURS: POSITIVE, TRAINING_TOKENS: POSITIVE, POWER: power}
    tokens = (name for name in VARYING[kind] if name.endswith("_tokens"))
    found = {name: Classes(thresholds=np.array(NONE_AND_ONE), whole_below=1.0) for name in tokens}
    found[POWER] = power
    found["input_tokens"] = Classes(thresholds=np.array(sorted({*NONE_AND_ONE, *long})), whole_below=1.0)
    found["batch_size"] = Classes(thresholds=np.array(sorted(batches), dtype=float))
    return found
