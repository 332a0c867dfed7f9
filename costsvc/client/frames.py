"""Answers as the rows of a data frame."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import nan
from typing import TYPE_CHECKING, Any, get_args

from typing_extensions import get_type_hints, is_typeddict

from costsvc.answers.estimate import InferenceEstimate, TrainingEstimate
from costsvc.answers.quantities import Quantity
from costsvc.answers.short import ShortEstimate

if TYPE_CHECKING:
    import pandas as pd

REQUEST = "request."
ESTIMATES = (TrainingEstimate, InferenceEstimate, ShortEstimate)


def to_pandas(answers: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> "pd.DataFrame":
    """Answers as a data frame with one row per answer.

    A quantity has three columns: ``carbon_total_kg``, ``carbon_total_kg_low``, ``carbon_total_kg_high``; all are NaN if
    it is not available. ``warnings`` has the codes. The fields of the request have dotted names: ``request.region``,
    ``request.pricing.kind``. Lists such as ``factors`` are left out.

    Args:
        answers: An answer of the client, or several.
    """
    import pandas as pd  # noqa: PLC0415 - it takes longer to load than all the rest of the client

    many = [answers] if isinstance(answers, Mapping) else answers
    return pd.DataFrame([dict(_cells(answer)) for answer in many])


def _cells(answer: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Column and value of everything that a row has of an answer."""
    for path, value in _leaves({name: part for name, part in answer.items() if name != "names"}):
        yield path if path.startswith(REQUEST) else path.replace(".", "_"), value
    if "warnings" in answer:  # with their texts in a whole answer, codes alone in a short one
        codes = [warning if isinstance(warning, str) else warning["code"] for warning in answer["warnings"]]
        yield "warnings", ", ".join(codes)


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Dotted path and value of everything that is in no list."""
    if isinstance(value, Mapping) and value.keys() != Quantity.__annotations__.keys():
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping) or (value is None and path in _quantities()):
        central, low, high = (nan, nan, nan) if value is None else (value["value"], value["low"], value["high"])
        yield from ((path, central), (f"{path}_low", low), (f"{path}_high", high))
    elif not isinstance(value, list):
        yield path, value


@cache
def _quantities() -> frozenset[str]:
    """Dotted path of every quantity of an estimate."""
    return frozenset(path for kind in ESTIMATES for path in _paths(kind))


def _paths(kind: type, above: str = "") -> Iterator[str]:
    for name, hint in get_type_hints(kind).items():
        for inner in (hint, *get_args(hint)):
            if inner is Quantity:
                yield f"{above}{name}"
            elif is_typeddict(inner):
                yield from _paths(inner, f"{above}{name}.")
