"""The file of templates: the factors, sources and warnings of the rows of an output."""

from collections.abc import Mapping
from itertools import accumulate, chain

import numpy as np
import orjson
import pyarrow as pa

from costsvc.batch.groups import Codes
from costsvc.batch.templates import Template, Templates
from costsvc.model.uncertainty import Factor

FACTOR = pa.struct(
    [
        ("name", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("unit", pa.string()),
        ("origin", pa.string()),
        ("source_id", pa.string()),
        ("locator", pa.string()),
        ("year", pa.int64()),
        ("as_of", pa.string()),
    ]
)
FIELDS = tuple(one.name for one in FACTOR)


def as_batch(templates: Templates, rows: Codes, *, by_digest: bool = False) -> pa.RecordBatch:
    """Templates as rows, by what the output has in its column ``template``.

    Args:
        templates: The templates of the run.
        rows: How many rows of the output each template has, in the order of their numbers.
        by_digest: Whether the output has digests in place of numbers.
    """
    places = np.flatnonzero(rows)
    used = [templates.all[place] for place in places.tolist()]
    version = templates.catalog.version
    columns = {
        "template": pa.array([one.digest for one in used]) if by_digest else pa.array(places.astype(np.int32)),
        "kind": pa.array([one.work.kind for one in used], pa.string()),
        "request": pa.array([orjson.dumps(one.request).decode() for one in used], pa.string()),
        "rows": pa.array(rows[places]),
        "warnings": pa.array([list(_warnings(one)) for one in used], pa.list_(pa.string())),
        "factors": _factors(used),
        "data_version": pa.array([version] * len(used), pa.string()),
    }
    return pa.RecordBatch.from_pydict(columns)


def _warnings(template: Template) -> Mapping[str, None]:
    texts = (f"{code}: {text}" for log in template.logs for code, text in log.warnings.items())
    return dict.fromkeys(texts)


def _factors(templates: list[Template]) -> pa.Array:
    """A list of factors for each template; most templates share theirs, so that each is converted once."""
    of_each = [list(_factors_of(each).values()) for each in templates]
    distinct = {factor: place for place, factor in enumerate(dict.fromkeys(chain.from_iterable(of_each)))}
    places = [distinct[factor] for factors in of_each for factor in factors]
    ends = [0, *accumulate(map(len, of_each))]
    arrays = [pa.array([getattr(one, name) for one in distinct], FACTOR.field(name).type) for name in FIELDS]
    values = pa.StructArray.from_arrays(arrays, fields=list(FACTOR))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values.take(pa.array(places, pa.int64())))


def _factors_of(template: Template) -> dict[str, Factor]:
    found: dict[str, Factor] = {}
    for log in template.logs:
        found |= log.factors
    return found
