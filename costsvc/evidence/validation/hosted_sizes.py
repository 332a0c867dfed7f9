"""Compares sizes that are inferred from list prices with published ones, on open models that third parties host.

The size of a closed model is published nowhere, so open models stand for them: the size of each is hidden, and its
organisation is left out of the relation of size to price. Closed models also have a margin, which open ones do not.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from costsvc.errors import CostsvcError
from costsvc.evidence.estimating import Plain
from costsvc.evidence.fits.hosted import (
    TABLE,
    USD,
    HostedModels,
    fitted_rows,
    hosted_models,
    organization_of,
    sold_models,
    without,
)
from costsvc.evidence.validation.comparisons import Comparison, Unanswered, compare, with_tables
from costsvc.evidence.validation.unseen_sources import Answerer
from costsvc.reference.catalog import Catalog
from costsvc.reference.hosted_scoreboard import ACTIVE, ENERGY
from costsvc.reference.table import Row, Table

PATH = "/v1/estimates/inference"
PROMPT = {"input_tokens": 1000, "output_tokens": 500}
WH_PER_KWH = 1000.0
DENSE = 0.95
"""Share of active parameters from which a model is dense."""
MODELS, MARGIN = "models", "closed_margin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """An open model at one of its sellers.

    Attributes:
        model: Its row of table ``models``.
        seller: Its row of table ``api_prices`` at the seller whose price is in the middle.
    """

    model: Row
    seller: Row

    @property
    def is_sparse(self) -> bool:
        """Whether a token passes through a part of the parameters only."""
        return bool(self.model["active_params_b"] < DENSE * self.model["total_params_b"])

    @property
    def request(self) -> Plain:
        """A request to the seller."""
        return {"provider": self.seller["provider"], "model": self.seller["model"], **PROMPT}


def hosted_comparisons(catalog: Catalog, answer_request: Answerer) -> Iterator[Comparison | Unanswered]:
    """Compare inferred with published sizes, and estimates of energy that follow from each.

    Args:
        catalog: The tables.
        answer_request: Answers a request.

    Yields:
        Two comparisons for each open model, in units of 10^9 parameters and Wh.
    """
    fitted = hosted_models(catalog)
    models = [Sold(model=model, seller=middle(rows)) for model, rows in sold_models(catalog)]
    for organization in dict.fromkeys(organization_of(one.model) for one in models):
        own = [one for one in models if organization_of(one.model) == organization]
        hidden = hide_sizes(catalog, fitted, organization)
        for one in own:
            try:
                yield from compare_sizes(one, answer_request, catalog, hidden)
            except CostsvcError as error:
                source, id_ = organization, one.model["model_id"]
                yield from (
                    Unanswered(kind=kind, id=id_, source=source, why=str(error))
                    for kind in (ACTIVE, ENERGY[one.is_sparse])
                )


def hide_sizes(catalog: Catalog, fitted: HostedModels, organization: str) -> Catalog:
    """The tables with the sizes of an organisation's models hidden and the relation fitted to the others.

    Args:
        catalog: The tables.
        fitted: The models of the fit.
        organization: Whose models are hidden.
    """
    table, models = catalog.tables[TABLE], catalog.tables[MODELS]
    constants = {row["name"]: row for row in fitted_rows(without(fitted, organization))}
    constants[MARGIN] = {**constants[MARGIN], "value": 1.0, "low": 1.0, "high": 1.0}
    hidden = {
        id_: {**row, "params_disclosed": False} if organization_of(row) == organization else row
        for id_, row in models.rows.items()
    }
    return with_tables(
        catalog,
        {TABLE: Table(table.name, table.key, dict(constants)), MODELS: Table(models.name, models.key, hidden)},
    )


def compare_sizes(one: Sold, answer_request: Answerer, known: Catalog, hidden: Catalog) -> Iterator[Comparison]:
    """Compare the estimates of a model of hidden size with its published figures.

    Args:
        one: The model.
        answer_request: Answers a request.
        known: The tables.
        hidden: The tables that hide the size of the model.
    """
    id_, organization = one.model["model_id"], organization_of(one.model)
    open_answer, answer = (answer_request(PATH, one.request, tables) for tables in (known, hidden))
    (active,) = (factor for factor in answer["factors"] if factor["name"] == "active_params_b")
    row = {"id": id_, "source": organization}
    size = compare(ACTIVE, row, active, one.model["active_params_b"])
    known_wh = open_answer["energy_kwh"]["value"] * WH_PER_KWH
    energy = compare(ENERGY[one.is_sparse], row, answer["energy_kwh"], known_wh, scale=WH_PER_KWH)
    yield from (replace(found, source=organization, row={}) for found in (size, energy))


def middle(rows: Sequence[Row]) -> Row:
    """The seller whose prices are closest to the median over sellers.

    Args:
        rows: Rows of table ``api_prices`` of one model.
    """
    columns = [f"{part}_{USD}" for part in ("input", "output")]
    medians = [median(row[column] for row in rows) for column in columns]
    return min(
        rows,
        key=lambda row: sum(abs(math.log(row[column] / at)) for column, at in zip(columns, medians, strict=True)),
    )
