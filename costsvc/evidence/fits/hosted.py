"""Fits what the price of a hosted model says of its size, on open models that third parties host.

The size of a closed model is not published, its price is. Open models have both. Each model is predicted from those of
other organisations, and the errors of these predictions give the interval.

The speed of decoding is not used. Of 20 open models of two makers (Mistral, Cohere) with a published size, a price and
a speed, each left out in turn, ln(active) is predicted with a standard deviation of 0.49 from the price, 0.50 from
price and speed, 1.06 from the speed and 1.10 from nothing. With the maker left out, the root mean square is 0.67 from
the price and 0.71 from both. The errors of the relation fitted to other makers have a correlation of -0.02 with
ln(speed). Speeds: EcoLogits 2026-03 and 0.11.3, field ``deployment``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.rows import write
from costsvc.model.market import SizeRule, active_params_b
from costsvc.reference.catalog import STANDARD, Catalog
from costsvc.reference.hosted_names import MAKERS
from costsvc.reference.table import Row, describe
from costsvc.units import Array

TABLE = "hosted_fit"
MODES = ("chat", "completion", "responses")
SMALLEST_B = 3.0
"""Active parameters [10^9] from which on models are used: smaller ones are sold at the least price of a seller."""
RECENT = "2024-12"
"""Release from which on the share of active parameters counts as that of today's models."""
TAILS = (0.05, 0.95)
USD = "usd_per_million_tokens"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HostedModels:
    """Open models of known size with their prices, one row per model.

    Attributes:
        ids: Model ids.
        organizations: Who published each.
        active_b: Active parameters. [10^9]
        total_b: All parameters. [10^9]
        input_usd: Median price of input tokens over sellers. [USD/10^6 tokens]
        output_usd: Median price of output tokens over sellers. [USD/10^6 tokens]
        released_on: Days of release.
        markup: Price of output tokens of the maker over the median of other sellers; NaN without one of both. [1]
    """

    ids: list[str]
    organizations: Array
    active_b: Array
    total_b: Array
    input_usd: Array
    output_usd: Array
    released_on: list[str]
    markup: Array


def sold_models(catalog: Catalog) -> list[tuple[Row, list[Row]]]:
    """The open models of the price table whose size is published, each with its prices.

    Args:
        catalog: The tables.

    Returns:
        Rows of tables ``models`` and ``api_prices``.
    """
    sold: dict[str, list[Row]] = {}
    for row in catalog.tables["api_prices"].rows.values():
        prices = row[f"input_{USD}"], row[f"output_{USD}"]
        is_current = row["observed_on"] == catalog.reference_date.isoformat()
        if is_current and row["processing"] == STANDARD and row["mode"] in MODES and min(prices) > 0:
            reading = catalog.models.read(row["model"])
            if reading is not None and is_known(catalog.model(reading.id)):
                sold.setdefault(reading.id, []).append(row)
    models = [(catalog.model(id_), rows) for id_, rows in sorted(sold.items())]
    return [(model, rows) for model, rows in models if model["active_params_b"] >= SMALLEST_B]


def hosted_models(catalog: Catalog) -> HostedModels:
    """The open models of the price table whose size is published.

    Args:
        catalog: The tables.
    """
    models = sold_models(catalog)
    return HostedModels(
        ids=[model["model_id"] for model, _ in models],
        organizations=np.array([organization_of(model) for model, _ in models]),
        active_b=np.array([model["active_params_b"] for model, _ in models]),
        total_b=np.array([model["total_params_b"] for model, _ in models]),
        input_usd=np.array([np.median([row[f"input_{USD}"] for row in rows]) for _, rows in models]),
        output_usd=np.array([np.median([row[f"output_{USD}"] for row in rows]) for _, rows in models]),
        released_on=[str(model["released_on"] or "") for model, _ in models],
        markup=np.array([_markup(rows) for _, rows in models]),
    )


def organization_of(model: Row) -> str:
    """Who published a model, the first of several, in one spelling: ``Mistral`` and ``Mistral AI`` are one.

    Args:
        model: A row of table ``models``.
    """
    return str(model["organization"] or "").partition(",")[0].removesuffix(" AI")


def is_known(model: Row) -> bool:
    """Whether the size of a model is published."""
    return bool(model["params_disclosed"] and model["active_params_b"] and model["total_params_b"])


def _markup(rows: list[Row]) -> float:
    """The maker's price over the median of others; NaN without one of both."""
    own = [row[f"output_{USD}"] for row in rows if row["provider"] in MAKERS]
    others = [row[f"output_{USD}"] for row in rows if row["provider"] not in MAKERS]
    return float(np.median(own) / np.median(others)) if own and others else float("nan")


def without(models: HostedModels, organization: str) -> HostedModels:
    """The models of other organisations.

    Args:
        models: The models.
        organization: Whose models are left out.
    """
    others = models.organizations != organization
    arrays = ("organizations", "active_b", "total_b", "input_usd", "output_usd", "markup")
    return replace(
        models,
        ids=[id_ for id_, other in zip(models.ids, others, strict=True) if other],
        released_on=[day for day, other in zip(models.released_on, others, strict=True) if other],
        **{name: getattr(models, name)[others] for name in arrays},
    )


def solve(models: HostedModels, used: Array) -> SizeRule:
    """Fit the relation by least squares on logarithms.

    Args:
        models: The models.
        used: Which of them to use.
    """
    entering, leaving = np.log(models.input_usd[used]), np.log(models.output_usd[used])
    columns = np.column_stack([np.ones(leaving.size), entering, leaving])
    found, *_ = np.linalg.lstsq(columns, np.log(models.active_b[used]), rcond=None)
    return SizeRule(
        intercept=float(found[0]),
        input_exponent=float(found[1]),
        output_exponent=float(found[2]),
        lowest_usd=float(np.exp(leaving).min()),
        highest_usd=float(np.exp(leaving).max()),
    )


def log_errors(models: HostedModels) -> Array:
    """Logarithm of known over predicted active parameters, each predicted from other organisations [1].

    Args:
        models: The models.
    """
    errors = np.full(len(models.ids), np.nan)
    for organization in np.unique(models.organizations):
        own = models.organizations == organization
        predicted = active_params_b(solve(models, ~own), models.input_usd[own], models.output_usd[own])
        errors[own] = np.log(models.active_b[own] / predicted)
    return errors


def fit(into: Path) -> Iterator[str]:
    """Fit table ``hosted_fit`` and write it.

    Args:
        into: The data package.

    Yields:
        What was fitted, in lines.
    """
    models = hosted_models(Catalog.load(into))
    rows = {row["name"]: row for row in fitted_rows(models)}
    write(pd.DataFrame(list(rows.values())), into, describe(into)[TABLE])
    low, high = (rows["active_error"][end] for end in ("low", "high"))
    yield f"hosted models: {_evidence(models)}; active parameters within {low:.2g} to {high:.2g} times"
    for name in ("sparsity", "closed_margin"):
        yield f"{name}: {rows[name]['value']:.2f}, {rows[name]['low']:.2f} to {rows[name]['high']:.2f}"


def fitted_rows(models: HostedModels) -> Iterator[Row]:
    """Rows of table ``hosted_fit``, fitted to some models.

    Args:
        models: The models.
    """
    errors, how = log_errors(models), _evidence(models)
    rule = solve(models, np.ones(len(models.ids), dtype=bool))
    low, high = np.exp(np.quantile(errors, TAILS))
    recent = np.array([day >= RECENT for day in models.released_on])
    sparsity = np.quantile((models.total_b / models.active_b)[recent], (0.5, *TAILS))
    markup = np.quantile(models.markup[~np.isnan(models.markup)], (0.5, *TAILS))
    lines = [
        *((field.name, getattr(rule, field.name), None, None, f"least squares: {how}") for field in fields(rule)),
        ("active_error", 1.0, low, high, f"5th and 95th percentile of errors, organisations left out: {how}"),
        ("sparsity", *sparsity, f"percentiles of all over active parameters, released since {RECENT}: {how}"),
        ("closed_margin", *_margin(markup), "maker's price over the median of other sellers of its open models"),
    ]
    return _rows(lines)


def _evidence(models: HostedModels) -> str:
    organizations = len(set(models.organizations))
    return f"{len(models.ids)} open models of {organizations} organisations in api_prices, of known size"


def _margin(markup: Array) -> tuple[float, float, float]:
    """Margin of a closed model: that of a maker of open ones, which competes with other sellers, or more."""
    return max(float(markup[0]), 1.0), 1.0, float(markup[2])


def _rows(lines: list[tuple[str, float, float | None, float | None, str]]) -> Iterator[Row]:
    for name, value, low, high, how in lines:
        source = {"source_id": "hosted-fit", "locator": how, "quality": "derived"}
        yield {"name": name, "value": value, "low": low, "high": high, "unit": "1", **source}
