"""The changes of a workload that would lower its totals most, each one an answer of its own."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from marshmallow import ValidationError

from costsvc.answers.quantities import Metric
from costsvc.errors import CostsvcError
from costsvc.reference.catalog import Catalog
from costsvc.reference.display_names import accelerator_name, place_name
from costsvc.reference.places import LARGE_CLOUDS, UNKNOWN_OPERATOR
from costsvc.report import numbers
from costsvc.report.answers import AnyEstimate, central_value, totals
from costsvc.web.endpoint import Endpoint

MOST = 3
"""Changes that a page shows."""
LEAST = 0.05
"""Least relative saving of CO2e or of money that is worth a line."""
NEWER = ("nvidia-h200-sxm", "nvidia-b200")
"""Accelerators that are tried in place of an older one of a data centre."""
SAVED: Mapping[Metric, str] = {"carbon_kg": "CO2e", "cost_usd": "money"}
OF_THE_SITE = ("pue", "wue_l_per_kwh", "grid_g_per_kwh", "grid_losses", "contract")
"""Fields that do not hold in another place."""
NOT_FITTING = {"does-not-fit", "batch-capped"}
"""Warnings of changes that would not work."""
Body = Mapping[str, Any]


class Change(NamedTuple):
    """A change of a request.

    Attributes:
        kind: What it changes; of each kind the best one is kept.
        title: What to do.
        body: The request with the change.
    """

    kind: str
    title: str
    body: Body


class Improvement(NamedTuple):
    """A change that lowers CO2e or money.

    Attributes:
        title: What to do.
        effect: What it does to CO2e and money.
        body: The request with the change.
        saving: The larger of both relative savings.
    """

    title: str
    effect: str
    body: Body
    saving: float


def improvements(question: Endpoint, body: Body, answer: AnyEstimate, catalog: Catalog) -> list[Improvement]:
    """The best changes of a workload, one of each kind, the largest saving first.

    Args:
        question: The endpoint of the workload.
        body: The request.
        answer: Its answer.
        catalog: The reference tables.
    """
    best: dict[str, Improvement] = {}
    for change in _changes(body, answer, catalog):
        found = _improvement(question, change, answer, catalog)
        if found and found.saving >= max(LEAST, best[change.kind].saving if change.kind in best else 0.0):
            best[change.kind] = found
    return sorted(best.values(), key=lambda one: -one.saving)[:MOST]


def _improvement(question: Endpoint, change: Change, answer: AnyEstimate, catalog: Catalog) -> Improvement | None:
    """What a change saves; None if it cannot be estimated, does not fit or saves nothing."""
    try:
        changed = cast("AnyEstimate", question.answer(change.body, catalog))
    except (ValidationError, CostsvcError):
        return None
    if NOT_FITTING & {warning["code"] for warning in changed["warnings"]}:
        return None
    before, after = totals(answer), totals(changed)
    savings = {}
    for metric, noun in SAVED.items():
        old, new = central_value(before[metric]), central_value(after[metric])
        if old and new is not None:
            savings[noun] = 1 - new / old
    effect = ", ".join(_words(saving, noun) for noun, saving in savings.items() if abs(saving) >= LEAST / 5)
    return Improvement(change.title, effect, change.body, max(savings.values(), default=0.0))


def _words(saving: float, noun: str) -> str:
    return f"{numbers.percent(abs(saving))} {'less' if saving > 0 else 'more'} {noun}"


def _changes(body: Body, answer: AnyEstimate, catalog: Catalog) -> Iterator[Change]:
    if "provider" in body:
        if "processing" not in body:
            yield Change("price", "Let the provider batch the calls", {**body, "processing": "batch"})
        return
    yield from _places(body, answer, catalog)
    if "energy_kwh" in body or "it_energy_kwh" in body:
        return
    yield from _prices(body, answer)
    yield from _machines(body, answer, catalog)
    yield from _loads(body, answer)


def _places(body: Body, answer: AnyEstimate, catalog: Catalog) -> Iterator[Change]:
    """The cleanest region of the same cloud, anywhere and in the same country."""
    pricing = body.get("pricing") or {}
    if pricing.get("kind") == "owned":
        return
    place = catalog.places[answer["place"]["region"]]
    named = pricing.get("provider")
    operators = (named or place.operator,) if named or place.operator != UNKNOWN_OPERATOR else LARGE_CLOUDS
    regions = [one for operator in operators for one in catalog.memos[cleanest_regions](operator)]
    at_home = [one for one in regions if catalog.places[one[1]].country == place.country]
    for found in (regions, at_home):
        if found:
            id_ = min(found)[1]
            elsewhere = {name: value for name, value in body.items() if name not in OF_THE_SITE}
            yield Change("place", f"Run it in {place_name(catalog, id_)}", {**elsewhere, "region": id_})


def cleanest_regions(catalog: Catalog, operator: str) -> list[tuple[float, str]]:
    """The regions of a cloud with the average intensity of their grids, the cleanest first.

    Args:
        catalog: The reference tables.
        operator: The operator of the regions.
    """
    found = []
    for id_, row in catalog.tables["regions"].rows.items():
        if row["provider"] == operator:
            areas = catalog.places[str(id_)].areas(direct=False)
            grid = catalog.grid.find(areas, "lifecycle", "average", catalog.reference_year)
            if grid is not None:
                found.append((float(grid.row["g_per_kwh"]), str(id_)))
    return sorted(found)


def _prices(body: Body, answer: AnyEstimate) -> Iterator[Change]:
    pricing = body.get("pricing") or {}
    if answer["cost"]["rental_usd"] and "kind" not in pricing and "usd_per_accelerator_hour" not in pricing:
        yield Change("price", "Rent it at spot prices", {**body, "pricing": {**pricing, "kind": "spot"}})


def _machines(body: Body, answer: AnyEstimate, catalog: Catalog) -> Iterator[Change]:
    """A newer accelerator, and a narrower precision, where the time follows from the work."""
    follows = "training_tokens_b" in body or "requests" in body or "output_tokens" in body
    given = {"mfu", "accelerator_power_w", "it_power_w", "throughput_tokens_per_s", "instance"} & body.keys()
    if not follows or given or "accelerator" not in body:
        return
    used = catalog.row("accelerators", str(answer["request"].get("accelerator", "")))
    if used is None:
        return
    if used["peak_fp8_tflops"] and "precision" not in body:
        yield Change("precision", "Compute in fp8, if the quality allows it", {**body, "precision": "fp8"})
    if used["segment"] == "datacenter" and used["vendor"] == "NVIDIA":
        for id_ in NEWER:
            if id_ != used["accelerator_id"]:
                yield Change("machine", f"Use {accelerator_name(catalog, id_)}", {**body, "accelerator": id_})


def _loads(body: Body, answer: AnyEstimate) -> Iterator[Change]:
    """More requests at once."""
    if "throughput_tokens_per_s" in body or "requests_per_s" in body or body.get("task", "text") != "text":
        return
    batch = next((factor["value"] for factor in answer["factors"] if factor["name"] == "batch_size"), None)
    if batch is not None:
        more = round(4 * batch)
        yield Change("load", f"Serve {more} requests at once", {**body, "batch_size": more})
