"""What models were trained on and with, from Epoch AI."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.model_names import same, slug
from costsvc.evidence.importers.models_sparse import sparse
from costsvc.units import PER_BILLION

NOTABLE = "epoch-ai-models/notable_ai_models_2026-07_trimmed.csv"
ALL_SYSTEMS = "epoch-ai-models/all_ml_systems_2025-06_trimmed.csv"
COLUMNS = {
    "Model": "name",
    "Organization": "organization",
    "Publication date": "released_on",
    "Domain": "domain",
    "Parameters": "params",
    "Training compute (FLOP)": "training_flop",
    "Epochs": "epochs",
    "Training time (hours)": "hours",
    "Training hardware": "training_accelerator",
    "Hardware quantity": "quantity",
    "Training chip-hours": "chip_hours",
    "Base model": "base_model",
    "Confidence": "confidence",
    "Training compute estimation method": "method",
    "Model accessibility": "access",
}
PUBLISHED = {NOTABLE: "notable_ai_models.csv", ALL_SYSTEMS: "training-cost-trends: All ML Systems - full view.csv"}
"""Upstream's own names of the two files."""
SOURCE = "epoch-ai-models"
TRAINING = ("training_flop", "training_accelerator", "training_accelerator_hours", "method", "base_model")
SIZES = {NOTABLE: "Training dataset size (total)", ALL_SYSTEMS: "Training dataset size (datapoints)"}
SPARSE = 0.5
"""FLOP below this share of 6 x all parameters x tokens: few of the parameters are active."""
SMALLEST_PARAMS = 5e7
OLDEST = "2018"
DOMAINS = "Language|Vision|Image generation|Multimodal|Speech"
WITH_WORDS = "Language|Multimodal"
PRODUCTS_SINCE, PRODUCT_PARAMS = "2023", 6e10
"""Since then makers keep to themselves how large their largest models are."""
OPEN = "Open weights"
SURE = "Confident"
HEARSAY = {
    "Hunyuan": "more than 100 billion, says its maker",
    "Doubao-pro": "a sparse model by its maker, of which upstream has one size",
}
"""Records that upstream is sure of and whose size is a saying."""
SPARSE_BY_MAKER = ("doubao-pro",)
GUESSED = 2.0
"""Assumed uncertainty of an unpublished size, as a factor either way."""


def trained_models(upstream: Path) -> pd.DataFrame:
    """Epoch's models that have parameters, the newest record of each.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        One row per model: name, organisation, date, parameters, tokens, FLOP, hardware.
    """
    frames = [_read(upstream / path, size).assign(file=PUBLISHED[path]) for path, size in SIZES.items()]
    both = pd.concat(frames, ignore_index=True)
    both = both.assign(key=both["name"].map(same))
    # the first record of a model wins; what it leaves out is taken from the other
    table = both.groupby("key", sort=True).first().reset_index()
    tokens = table["domain"].fillna("").str.contains(WITH_WORDS)
    hours = table["chip_hours"].fillna(table["hours"] * table["quantity"])
    return table.assign(
        datapoints=table["datapoints"].where(tokens),
        training_accelerator_hours=hours,
        params_b=table["params"] / PER_BILLION,
    )


def with_training(models: pd.DataFrame, trained: pd.DataFrame) -> pd.DataFrame:
    """Models with what is known of their training.

    Args:
        models: Rows that have ``model_id`` and active parameters.
        trained: Epoch's rows by ``key``.

    Returns:
        The rows, with date and organisation filled in, training_tokens_b, training_flop, training_accelerator and
        training_accelerator_hours where Epoch has them, and how it came by the FLOP.
    """
    known = trained.set_index("key")
    keys = [_key(*row, known.index) for row in zip(models["model_id"], models["names"], strict=True)]
    result = known.reindex(keys).set_index(models.index)
    return _trained(models, result)


def only_trained(trained: pd.DataFrame, taken: set[str]) -> pd.DataFrame:
    """Models that only Epoch has, where its figures are those of a dense model.

    Args:
        trained: Epoch's rows.
        taken: Keys of models that have a row already.

    Returns:
        Rows with the columns of table ``models`` that are known, and ``names``.
    """
    dense = 6 * trained["params"] * trained["datapoints"]
    fits = (
        trained["params"].ge(SMALLEST_PARAMS)
        & trained["training_flop"].notna()
        & trained["domain"].fillna("").str.contains(DOMAINS)
        & trained["released_on"].ge(OLDEST)
        & trained["base_model"].isna()
        & trained["confidence"].ne("Speculative")
        & ~(trained["training_flop"] / dense).lt(SPARSE)
        & ~trained["key"].isin(taken)
    )
    table = trained[fits].reset_index(drop=True)
    return _trained(_rows(table), table).drop_duplicates("model_id")


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    name = table["name"].str.strip()
    ids = table["name"].map(slug)
    few = sparse(ids, table["params_b"], table["training_flop"]) | ids.isin(SPARSE_BY_MAKER)
    active, disclosed = table["params_b"].mask(few), _disclosed(table)
    return pd.DataFrame(
        {
            "model_id": ids,
            "names": name,
            "name": name,
            "organization": table["organization"].map(_first, "ignore"),
            "released_on": table["released_on"],
            "architecture": np.where(few, "moe", "dense"),
            "total_params_b": table["params_b"],
            "total_params_b_low": (table["params_b"] / GUESSED).mask(disclosed),
            "total_params_b_high": (table["params_b"] * GUESSED).mask(disclosed),
            "active_params_b": active,
            "active_params_b_low": (active / GUESSED).mask(disclosed),
            "active_params_b_high": (active * GUESSED).mask(disclosed),
            "params_disclosed": disclosed.map({True: "true", False: "false"}),
            "expert_share": np.where(few, np.nan, 1.0),
            "source_id": SOURCE,
            "locator": _locators(table),
            "quality": np.where(disclosed, "reported", "assumed"),
        }
    )


def _disclosed(table: pd.DataFrame) -> pd.Series:
    """Whether a size was published: open weights, a confident upstream, or part of the name.

    Research is published with its sizes, so only large models of the years of products are doubted.
    """
    opened = table["access"].astype(str).str.startswith(OPEN)
    sure = table["confidence"].eq(SURE) & ~table["name"].isin(HEARSAY)
    named = table["name"].str.contains(r"\d[Bb]\b")
    research = table["released_on"].lt(PRODUCTS_SINCE) | table["params"].lt(PRODUCT_PARAMS)
    return opened | sure | named | (research & ~table["name"].isin(HEARSAY))


def _first(organizations: str) -> str:
    """The first of several names, of which those that hold a comma stand in quotation marks."""
    return next(csv.reader([organizations]))[0].strip()


def _filled(models: pd.DataFrame, column: str, result: pd.Series) -> pd.Series:
    """A column of the models, from upstream's record where it is empty or missing."""
    return models[column].fillna(result) if column in models else result


def _locators(result: pd.DataFrame) -> pd.Series:
    return result["file"] + ": Model = " + result["name"].str.strip()


def _read(path: Path, size: str) -> pd.DataFrame:
    raw = pd.read_csv(path)
    known = raw.rename(columns=COLUMNS).reindex(columns=list(COLUMNS.values()))
    numbers = {name: pd.to_numeric(known[name], errors="coerce") for name in ("params", "training_flop", "epochs")}
    return known.assign(**numbers, datapoints=pd.to_numeric(raw[size], errors="coerce")).query("params > 0")


def _key(model_id: str, names: str, known: pd.Index) -> str:
    """Upstream's record of a model: under its id, else under a name that is no repository."""
    plain = [name for name in names.split(";") if "/" not in name]
    return next((same(name) for name in (model_id, *plain) if same(name) in known), same(model_id))


def _trained(models: pd.DataFrame, result: pd.DataFrame) -> pd.DataFrame:
    active = models["active_params_b"].astype(float) * PER_BILLION
    tokens = _tokens(result, active) / PER_BILLION
    published = models.get("training_tokens_b", pd.Series(np.nan, models.index))
    known = result[[*TRAINING[:3], "datapoints"]].notna().any(axis=1)
    own = published.notna()
    both = models["locator"] + ("; FLOP: " + _locators(result)).where(known, "")
    return models.assign(
        released_on=_filled(models, "released_on", result["released_on"]),
        organization=_filled(models, "organization", result["organization"].map(_first, "ignore")),
        training_tokens_b=published.fillna(tokens),
        **{column: result[column] for column in TRAINING},
        training_source_id=pd.Series(SOURCE, models.index).where(known).mask(own, models["source_id"]),
        training_locator=_locators(result).where(known).mask(own, both),
    )


def _tokens(result: pd.DataFrame, active: pd.Series) -> pd.Series:
    """Tokens passed, each epoch counted; upstream's size holds the epochs in some rows."""
    once, passes = result["datapoints"], result["datapoints"] * result["epochs"].fillna(1.0)
    by_flop = result["training_flop"] / (6 * active)
    nearer = (np.log(once / by_flop)).abs() < (np.log(passes / by_flop)).abs()
    return once.where(nearer, passes)
