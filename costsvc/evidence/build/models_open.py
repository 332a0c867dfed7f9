"""Open models: parameters as published, dimensions from MaxText or the published configuration."""

from pathlib import Path

import numpy as np
import pandas as pd

FACTS = Path(__file__).with_name("model_facts.csv")
MAXTEXT = "maxtext-model-configs/model_dimensions.csv"
DIMENSIONS = {
    "base_num_decoder_layers": "layers",
    "base_emb_dim": "hidden_size",
    "base_num_query_heads": "heads",
    "base_num_kv_heads": "kv_heads",
    "head_dim": "head_dim",
    "sliding_window_size": "window_tokens",
    "kv_lora_rank": "kv_lora_rank",
    "num_experts": "experts",
    "num_experts_per_tok": "experts_per_token",
    "shared_experts": "shared_experts",
    "vocab_size": "vocab_size",
    "max_position_embeddings": "context_length",
}
MAXTEXT_HEAD_DIM = 128
"""MaxText's default where a configuration does not set it."""
ROPE_WIDTH = 64
"""Latent attention caches, beside the latent, one key of this width that carries the position."""


def open_models(upstream: Path) -> pd.DataFrame:
    """The kept facts on open models, completed with upstream's dimensions.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        One row per model with the columns of table ``models`` up to the context length, and
        ``names``: what publishers call it, separated by semicolons.
    """
    facts = pd.read_csv(FACTS, dtype={"names": str, "like": str})
    published = _maxtext(upstream / MAXTEXT)
    facts["source_id"] = np.where(facts["like"].isin(published.index), "maxtext-configs", "model-configs")
    facts["locator"] = _locators(facts)
    facts["quality"] = "reported"
    facts = _like(facts, published)
    return _shaped(facts.drop(columns="like"))


def _maxtext(path: Path) -> pd.DataFrame:
    """MaxText's configurations in our column names."""
    raw = pd.read_csv(path).set_index("model")
    table = raw.rename(columns=DIMENSIONS)[list(DIMENSIONS.values())].copy()
    # one entry of a Gemma 2 configuration is a pair of blocks, one local and one global
    table.loc[raw["decoder_block"] == "gemma2", "layers"] *= 2
    ordinary = raw["attention_type"] != "mla"
    table.loc[ordinary, "head_dim"] = table.loc[ordinary, "head_dim"].fillna(MAXTEXT_HEAD_DIM)
    return table


def _locators(facts: pd.DataFrame) -> pd.Series:
    config = "parameters and config.json of " + facts["names"].str.split(";").str[0]
    return config.where(facts["source_id"] == "model-configs", "src/maxtext/configs/models/" + facts["like"] + ".yml")


def _like(facts: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Fill dimensions from the configuration, then from the model, that a row says it is like."""
    table = _filled(facts, published)
    return _filled(table, table.set_index("=" + table["model_id"]))


def _filled(table: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    shaped = [*DIMENSIONS.values(), "full_layers", "state_values"]
    borrowed = sources.reindex(index=table["like"], columns=shaped).set_index(table.index)
    return table.assign(**table[shaped].astype(float).fillna(borrowed.astype(float)))


def _shaped(table: pd.DataFrame) -> pd.DataFrame:
    """Derive what the serving formulas read from what configurations state."""
    attends = table["kv_heads"].notna() | table["kv_lora_rank"].notna()
    full = table["full_layers"].fillna(table["layers"]).where(table["layers"].notna())
    windowed = (table["layers"] - full).where(table["window_tokens"].notna(), 0.0)
    per_block = np.where(
        table["kv_lora_rank"].notna(),
        table["kv_lora_rank"] + ROPE_WIDTH,
        2 * table["kv_heads"] * table["head_dim"],
    )
    share = (table["experts_per_token"] / table["experts"]).where(table["experts"].notna())
    dense = table["active_params_b"] >= table["total_params_b"]
    return table.assign(
        architecture=np.where(dense, "dense", "moe"),
        full_layers=full,
        window_layers=windowed.where(table["layers"].notna()),
        cached_values=pd.Series(per_block, table.index).where(attends, np.where(table["layers"].notna(), 0.0, np.nan)),
        state_values=table["state_values"].where(table["state_values"].notna() | table["layers"].isna(), 0.0),
        expert_share=share.mask(dense, 1.0),
        params_disclosed="true",
        name=table["names"].str.split(";").str[0].str.split("/").str[-1],
    )
