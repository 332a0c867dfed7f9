"""How tests compare tables that were computed in two ways."""

import json
import random
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from costsvc.batch.estimating import estimate
from costsvc.batch.plan import Plan
from costsvc.batch.rejects import as_table
from costsvc.batch.templates import Templates
from costsvc.batch.totals import totals
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.web.registry import answer_request

ROWS = 2_000
PATHS = {
    "energy_kwh": ("energy_kwh",),
    "carbon_location_kg": ("carbon", "location_kg"),
    "carbon_market_kg": ("carbon", "market_kg"),
    "carbon_embodied_kg": ("carbon", "embodied_kg"),
    "carbon_total_kg": ("carbon", "total_kg"),
    "water_total_l": ("water", "total_l"),
    "cost_total_usd": ("cost", "total_usd"),
}


def rows(kind: str) -> pa.Table:
    """Rows of which some have no estimate, with names that Spark would take apart."""
    chosen = random.Random(16)  # noqa: S311 - a sample
    hours = [str(chosen.lognormvariate(3, 2)) for _ in range(ROWS)]
    tokens = [chosen.randint(1, 10_000) for _ in range(ROWS)]
    own = {
        "training": {
            "accelerator": chosen.choices(["H100 SXM", "A100 80GB", "T4", None, "no such card"], k=ROWS),
            "accelerator_hours": [chosen.choice([one, one, one, "", "-1", "a few"]) for one in hours],
            "pricing.kind": chosen.choices(["on_demand", "spot", None], k=ROWS),
        },
        "inference": {
            "model": chosen.choices(["llama-3.1-8b", "llama-3.1-70b", "no such model"], k=ROWS),
            "input_tokens": tokens,
            "output_tokens": [chosen.choice([one, -1]) for one in tokens],
        },
    }
    return pa.table(
        {
            "id": range(ROWS),
            **own[kind],
            "region": chosen.choices(["eu-west-1", "SE", "us-east-1"], k=ROWS),
            "team": chosen.choices(["a", "b", None], k=ROWS),
            "template": chosen.choices(["theirs"], k=ROWS),
        }
    )


def estimated_here(table: pa.Table, planned: Plan, catalog: Catalog) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Rows with results, rejected rows and totals, of one batch in this process."""
    templates = Templates(catalog)
    (batch,) = table.combine_chunks().to_batches()
    made = estimate(batch, planned, templates)
    results = pa.Table.from_batches([made.results]).drop(["template"])
    for name in results.column_names:
        table = table.append_column(name, results[name])
    return table, pa.Table.from_batches([as_table(made.rejects, 0)]), totals(made.sums, templates)


def without_templates(results: pa.Table) -> pa.Table:
    """Results of Spark in the order of :func:`rows`."""
    return results.drop(["estimated_template"]).sort_by("id")


def in_order(rejects: pa.Table) -> list[tuple[object, ...]]:
    """Why rows of :func:`rows` have no estimate in Spark, by their number."""
    ids = [json.loads(cells)["id"] for cells in rejects["cells"].to_pylist()]
    return sorted(
        zip(ids, *(rejects[name].to_pylist() for name in ("column", "value", "reason")), strict=True), key=str
    )


def assert_same(one: pa.Table, other: pa.Table, tolerance: float = 1e-12) -> None:
    """Numbers are equal but for rounding, and all else is equal, but for the drivers of totals, which are rounded."""
    assert one.schema.names == other.schema.names
    assert one.num_rows == other.num_rows > 0
    for name in one.schema.names:
        if pa.types.is_floating(one[name].type):
            np.testing.assert_allclose(one[name].to_numpy(), other[name].to_numpy(), rtol=tolerance, err_msg=name)
        elif name != "drivers":
            assert one[name].to_pylist() == other[name].to_pylist(), name


def body_of(row: Mapping[str, object]) -> dict[str, object]:
    body: dict[str, object] = {}
    for name, value in row.items():
        outer, _, inner = name.partition(".")
        if value is None:
            continue
        if inner:
            body.setdefault(outer, {})[inner] = value  # type: ignore[index] # an object
        else:
            body[name] = value
    return body


def answered(kind: str, row: Mapping[str, object], catalog: Catalog) -> dict[str, float | None] | None:
    """The results of a row as the API gives them; None if it refuses the row."""
    try:
        answer = answer_request(f"/v1/estimates/{kind}", body_of(row), catalog)
    except BadRequestError:
        return None
    found = {}
    for name, path in PATHS.items():
        value: object = answer
        for part in path:
            value = value[part]  # type: ignore[index] # an answer
        found[name] = None if value is None else value["value"]  # type: ignore[index] # a quantity
    return found
