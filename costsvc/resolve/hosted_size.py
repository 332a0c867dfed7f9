"""Resolve the size of a hosted model: given, published, or inferred from its price."""

import math
from dataclasses import fields, replace

from costsvc.model.market import SizeRule, active_params_b
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Subject, Task
from costsvc.resolve.log import FactorLog, present
from costsvc.resolve.model_size import ACTIVE, BILLION, TOTAL, ModelSize, resolve_model_size

FIT = "hosted_fit"
PARTS_OF_PRICE = ("input", "output")
MODES = {"embedding": "embedding", "image": "image", "video": "video", "other": "other"}
"""Tasks whose prices say nothing of the size."""


def resolve_hosted_size(subject: Subject, row: Row, task: Task, catalog: Catalog, log: FactorLog) -> ModelSize:
    """The size of a hosted model.

    Args:
        subject: Model and sizes of the request; sizes come first.
        row: The model's row of the price list, standard processing.
        task: Its task.
        catalog: The tables.
        log: Receives warnings.
    """
    if subject.total_params_b is not None:
        return resolve_model_size(replace(subject, model=None), catalog, log)
    known: ModelSize | None = catalog.memos[_published](row["model"], subject.model)
    if known is not None:
        return known
    inferred: ModelSize = catalog.memos[_inferred](row["provider"], row["model"], task)
    log.include(inferred.log)
    return inferred


def _published(catalog: Catalog, key: str, name: str | None) -> ModelSize | None:
    """The published size of a model by its key in the price list, or by the name of the request."""
    for text in (key, name):
        reading = None if text is None else catalog.models.read(text)
        if reading is not None:
            model = catalog.model(reading.id)
            if model["params_disclosed"] and model["total_params_b"] and model["active_params_b"]:
                return resolve_model_size(Subject(model=reading.id), catalog, FactorLog())
    return None


def _inferred(catalog: Catalog, provider: str, key: str, task: Task) -> ModelSize:
    row = catalog.tables["api_prices"].rows[provider, key, "standard"]
    prices = tuple(row[f"{part}_usd_per_million_tokens"] for part in PARTS_OF_PRICE)
    log = FactorLog()
    mode = MODES.get(task)
    if mode is not None or not all(prices):
        factor = catalog.default(f"hosted_{mode or 'other'}_params_b", TOTAL)
        text = f"The size of {key} is not published; a size between those of open models of its kind is assumed"
        log.add_warning("size-unpublished", f"{text}: {factor.low:g} to {factor.high:g} billion parameters.")
        total = replace(factor, origin="inferred")
        active = replace(total, name=ACTIVE)
        return ModelSize(total_factor=total, active_factor=active, total_b=total.value, active_b=total.value, log=log)
    active = _active(catalog, row, (prices[0], prices[1]))
    sparsity = replace(_constant(catalog, "sparsity"), origin="inferred")
    text = f"The size of {key} is not published; it is inferred from its list price"
    log.add_warning("size-unpublished", f"{text}: {active.low:.3g} to {active.high:.3g} billion active parameters.")
    return ModelSize(
        active_factor=active,
        sparsity=sparsity,
        total_b=active.value * sparsity.value,
        active_b=active.value,
        log=log,
    )


def _active(catalog: Catalog, row: Row, prices: tuple[float, float]) -> Factor:
    """Active parameters that the market would sell at a price, with the fit's error and a closed model's margin."""
    rule = SizeRule(**{field.name: _constant(catalog, field.name).value for field in fields(SizeRule)})
    error, margin = _constant(catalog, "active_error"), _constant(catalog, "closed_margin")
    exponent = rule.input_exponent + rule.output_exponent
    value = float(active_params_b(rule, *(price / margin.value for price in prices)))
    smaller = exponent * math.log(margin.high / margin.value)
    larger = exponent * math.log(margin.value / margin.low)
    low = value * math.exp(-math.hypot(math.log(error.value / error.low), float(smaller)))
    high = value * math.exp(math.hypot(math.log(error.high / error.value), float(larger)))
    return Factor(
        name=ACTIVE,
        value=value,
        low=low,
        high=high,
        unit=BILLION,
        origin="inferred",
        identity=f"inferred/{row['provider']}/{row['model']}/{ACTIVE}",
        source_id=error.source_id,
        locator=f"price of {row['model']} at {row['provider']}; {error.locator}",
    )


def _constant(catalog: Catalog, name: str) -> Factor:
    return present(catalog.factor(FIT, name, "value", name))
