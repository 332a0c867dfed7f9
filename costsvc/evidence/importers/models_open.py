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
SHAPED = [*DIMENSIONS.values(), "full_layers", "state_values", "cached_values"]
MAXTEXT_HEAD_DIM = 128
"""MaxText's default where a configuration does not set it."""
LATENT_HEAD = 128 + 64 + 128
"""Latent attention: a head's keys, their part that carries the position, and its values, in DeepSeek's models."""
ROPE_WIDTH = 64
"""Latent attention caches, beside the latent, one key of this width that carries the position."""
TEXT = ("names", "like", "source_id", "locator", "quality", "note", "disclosed", "native_precision")


def open_models(upstream: Path) -> pd.DataFrame:
    """The kept facts on open models, completed with upstream's dimensions.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        One row per model with the columns of table ``models`` up to the context length,
        ``training_tokens_b`` if the source of the sizes has it, and ``names``: what
        publishers call it, separated by semicolons.
    """
    facts = pd.read_csv(FACTS, dtype=dict.fromkeys(TEXT, str))
    published = _maxtext(upstream / MAXTEXT)
    facts = _sourced(facts, facts["like"].isin(published.index))
    facts = _like(facts, published)
    return _shaped(facts.drop(columns=["like", "note"]))


def _maxtext(path: Path) -> pd.DataFrame:
    """MaxText's configurations in our column names."""
    raw = pd.read_csv(path).set_index("model")
    table = raw.rename(columns=DIMENSIONS)[list(DIMENSIONS.values())].copy()
    # one entry of a Gemma 2 configuration is a pair of blocks, one local and one global
    table.loc[raw["decoder_block"] == "gemma2", "layers"] *= 2
    ordinary = raw["attention_type"] != "mla"
    table.loc[ordinary, "head_dim"] = table.loc[ordinary, "head_dim"].fillna(MAXTEXT_HEAD_DIM)
    return table


def _sourced(facts: pd.DataFrame, maxtext: pd.Series) -> pd.DataFrame:
    """Rows that name no source of their own are their publishers', or MaxText's."""
    config = "parameters and config.json of " + facts["names"].str.split(";").str[0]
    locator = config.where(~maxtext, "src/maxtext/configs/models/" + facts["like"] + ".yml")
    source = maxtext.map({True: "maxtext-configs", False: "model-configs"})
    return facts.assign(
        source_id=facts["source_id"].fillna(source),
        locator=facts["locator"].fillna(locator),
        quality=facts["quality"].fillna("reported"),
    )


def _like(facts: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Fill dimensions from the configuration, then from the model that a row names as similar."""
    table = _filled(facts, published)
    return _filled(table, table.set_index("=" + table["model_id"]))


def _filled(table: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    borrowed = sources.reindex(index=table["like"], columns=SHAPED).set_index(table.index)
    return table.assign(**table[SHAPED].astype(float).fillna(borrowed.astype(float)))


def _shaped(table: pd.DataFrame) -> pd.DataFrame:
    """Derive what the serving formulas read from what configurations state."""
    full = table["full_layers"].fillna(table["layers"]).where(table["layers"].notna())
    windowed = (table["layers"] - full).where(table["window_tokens"].notna(), 0.0).where(table["layers"].notna())
    # blocks that are neither full nor windowed keep a state, of a size that is not always known
    stateless = table["state_values"].isna() & (full + windowed >= table["layers"])
    return table.assign(
        **_mixture(table),
        full_layers=full,
        window_layers=windowed,
        cached_values=table["cached_values"].fillna(_cached(table)),
        attended_values=_attended(table),
        state_values=table["state_values"].mask(stateless, 0.0),
        params_disclosed=table["disclosed"].fillna("true"),
        name=table["names"].str.split(";").str[0].str.split("/").str[-1],
    )


def _cached(table: pd.DataFrame) -> pd.Series:
    """Numbers that a block keeps per token."""
    attends = table["kv_heads"].notna() | table["kv_lora_rank"].notna()
    ordinary = 2 * table["kv_heads"] * table["head_dim"]
    per_block = ordinary.where(table["kv_lora_rank"].isna(), table["kv_lora_rank"] + ROPE_WIDTH)
    return per_block.where(attends, table["layers"].where(table["layers"].isna(), 0.0))


def _attended(table: pd.DataFrame) -> pd.Series:
    """Numbers that a query multiplies with each token it attends to, in an attending block."""
    per_head = (2 * table["head_dim"]).where(table["kv_lora_rank"].isna(), LATENT_HEAD)
    return table["heads"] * per_head


def _mixture(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Whether few of the parameters are active; a model of unknown active parameters is a mixture.

    Embeddings of which each token reads one row are as experts, as many as there are words.
    """
    dense = table["active_params_b"] >= table["total_params_b"]
    looked_up = table["looked_up"].eq(1)
    share = (table["experts_per_token"] / table["experts"]).mask(looked_up, 1 / table["vocab_size"]).mask(dense, 1.0)
    architecture = pd.Series(np.where(dense | looked_up, "dense", "moe"), table.index)
    return {"architecture": architecture, "expert_share": share}
