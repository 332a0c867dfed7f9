"""Shape of a language model: the bytes that serving it reads and keeps in memory."""

from dataclasses import dataclass, replace

import numpy as np

from costsvc.model.explanation import formula
from costsvc.units import PER_BILLION, Numeric

BYTES_PER_GB = 1e9
FLOP_PER_MULTIPLY_ADD = 2.0
STATE_WIDTH = 2
"""Width of recurrent state (32 bits) relative to that of keys and values (16 bits)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServedModel:
    """Dimensions of a language model for the serving formulas; NaN if not known.

    Attributes:
        total_params_b: All parameters. [10^9]
        active_params_b: Parameters that one token passes through. [10^9]
        layers: Transformer blocks. [1]
        full_layers: Blocks whose cache grows with the whole context. [1]
        window_layers: Blocks whose cache is limited to a sliding window. [1]
        window_tokens: Length of the sliding window. [token]
        picked_tokens: Tokens that a query of a full block attends to if an index selects them; 0 if it attends to
            all. [token]
        attended_values: Numbers that a query multiplies with each token it attends to: query heads times the sizes of
            their keys and values. [1]
        cached_values: Numbers cached per token and block: keys and values, or the latent. [1]
        state_values: Numbers of recurrent state per sequence, independent of its length. [1]
        expert_share: Share of the routed experts that process a token; 1 if dense. [1]
        sparsity: All parameters over the active ones, if only the latter are known. [1]
    """

    total_params_b: Numeric
    active_params_b: Numeric
    layers: Numeric = np.nan
    full_layers: Numeric = np.nan
    window_layers: Numeric = np.nan
    window_tokens: Numeric = np.nan
    picked_tokens: Numeric = np.nan
    attended_values: Numeric = np.nan
    cached_values: Numeric = np.nan
    state_values: Numeric = np.nan
    expert_share: Numeric = np.nan
    sparsity: Numeric | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShapeRule:
    """Dimensions of the typical model of a size; fitted to the models table.

    Attributes:
        layers_coefficient: Blocks of a dense model with 10^9 parameters. [1]
        layers_exponent: Growth of blocks with active parameters. [1]
        layers_sparsity_exponent: Growth of blocks with total over active parameters. [1]
        cached_values: Numbers that a block caches per token. [1]
        attended_coefficient: Numbers that a query multiplies with a token, relative to the square root of a block's
            active parameters. [1]
        expert_share_factor: Share of experts that process a token, relative to active over total parameters. [1]
    """

    layers_coefficient: Numeric
    layers_exponent: Numeric
    layers_sparsity_exponent: Numeric
    cached_values: Numeric
    attended_coefficient: Numeric
    expert_share_factor: Numeric


@formula
def completed(model: ServedModel, rule: ShapeRule) -> ServedModel:
    """Fill in missing dimensions with those of the typical model of the same size.

    Args:
        model: The model; a missing dimension is NaN.
        rule: Dimensions of the typical model.

    Returns:
        The model without NaN.
    """
    if model.sparsity is not None:
        model = replace(model, total_params_b=model.active_params_b * model.sparsity)
    density = model.active_params_b / model.total_params_b
    grown = np.power(model.active_params_b, rule.layers_exponent)
    usual = rule.layers_coefficient * grown * density**-rule.layers_sparsity_exponent
    layers = _known(model.layers, usual)
    window_layers = _known(model.window_layers, 0.0)
    return replace(
        model,
        layers=layers,
        full_layers=_known(model.full_layers, layers - window_layers),
        window_layers=window_layers,
        window_tokens=_known(model.window_tokens, 0.0),
        picked_tokens=_known(model.picked_tokens, 0.0),
        attended_values=_known(
            model.attended_values, rule.attended_coefficient * np.sqrt(model.active_params_b * PER_BILLION / layers)
        ),
        cached_values=_known(model.cached_values, rule.cached_values),
        state_values=_known(model.state_values, 0.0),
        expert_share=_known(model.expert_share, np.where(density < 1, rule.expert_share_factor * density, 1.0)),
    )


@formula
def expert_params_b(model: ServedModel) -> Numeric:
    """Parameters in routed experts.

    With d parameters for every token and x in experts, total = d + x and active = d + share x.

    Args:
        model: The model.

    Returns:
        Parameters in experts; 0 if dense. [10^9]
    """
    share = model.expert_share
    spare = np.where(share < 1, 1.0 - share, 1.0)
    return np.where(share < 1, (model.total_params_b - model.active_params_b) / spare, 0.0)


@formula
def touched_params_b(model: ServedModel, batch: Numeric, routing_exponent: Numeric) -> Numeric:
    """Parameters that one decode step reads.

    If the b tokens of a batch chose experts independently, an expert would be unused with
    probability (1 - share)^b. The choices are correlated, so b counts as b^exponent choices.

    Args:
        model: The model.
        batch: Sequences decoded together. [1]
        routing_exponent: Exponent of the batch; 1 is independent choice. [1]

    Returns:
        Parameters read. [10^9]
    """
    choices = np.power(batch, routing_exponent)
    untouched = np.power(np.maximum(1.0 - model.expert_share, 0.0), choices)
    return model.total_params_b - expert_params_b(model) * untouched


@formula
def attended_pairs(new_tokens: Numeric, cached_tokens: Numeric, window_tokens: Numeric) -> Numeric:
    """Number of pairs of a new token and a token that it attends to, in a block with a window.

    The i-th of n new tokens attends to the c cached tokens and the i before it, up to the window.

    Args:
        new_tokens: Prompt tokens to process. [token]
        cached_tokens: Preceding tokens whose keys and values are cached. [token]
        window_tokens: Length of the window. [token]

    Returns:
        Pairs. [1]
    """
    growing = np.minimum(np.maximum(window_tokens - cached_tokens, 0.0), new_tokens)
    return growing * (cached_tokens + growing / 2) + (new_tokens - growing) * window_tokens


@formula
def attention_flop(model: ServedModel, new_tokens: Numeric, cached_tokens: Numeric, index_share: Numeric) -> Numeric:
    """Arithmetic of the attention of a prompt, without that of the weights.

    Each pair of tokens costs one multiplication and one addition for every number of the keys and of the values.
    Recurrent and linear blocks have no such pairs.

    Args:
        model: The model, complete.
        new_tokens: Prompt tokens to process. [token]
        cached_tokens: Preceding tokens whose keys and values are cached. [token]
        index_share: Cost of a pair in the index that selects tokens, relative to a pair of the attention. [1]

    Returns:
        Arithmetic of one prompt. [FLOP]

    References:
        T. Dao, "FlashAttention-2", arXiv:2307.08691, section 4.1: 4 n^2 d per block, halved by causality.
    """
    everything = new_tokens * (new_tokens / 2 + cached_tokens)
    picked = attended_pairs(new_tokens, cached_tokens, model.picked_tokens) + index_share * everything
    full = np.where(model.picked_tokens > 0, picked, everything)
    windowed = attended_pairs(new_tokens, cached_tokens, model.window_tokens)
    pairs = model.full_layers * full + model.window_layers * windowed
    return FLOP_PER_MULTIPLY_ADD * model.attended_values * pairs


@formula
def cache_per_sequence(model: ServedModel, context_tokens: Numeric) -> Numeric:
    """Numbers that one sequence caches: keys and values of its tokens, and recurrent state.

    Args:
        model: The model.
        context_tokens: Tokens of the sequence. [token]

    Returns:
        Numbers in all blocks; a number of recurrent state counts twice, because it has twice the width. [1]
    """
    windowed = model.window_layers * np.minimum(context_tokens, model.window_tokens)
    growing = model.cached_values * (model.full_layers * context_tokens + windowed)
    return growing + STATE_WIDTH * model.state_values


@formula
def moved_per_step(model: ServedModel, context_tokens: Numeric) -> Numeric:
    """Numbers that a decode step reads and writes for one sequence.

    The step reads the cache (if an index selects tokens, only theirs) and reads and writes recurrent state.

    Args:
        model: The model.
        context_tokens: Tokens of the sequence. [token]

    Returns:
        Numbers, in the width of the cache. [1]

    References:
        T. Dao, A. Gu, "Transformers are SSMs", arXiv:2405.21060, section 3 (recurrent state).
    """
    picked = np.where(model.picked_tokens > 0, np.minimum(context_tokens, model.picked_tokens), context_tokens)
    windowed = model.window_layers * np.minimum(context_tokens, model.window_tokens)
    read = model.cached_values * (model.full_layers * picked + windowed)
    return read + 2 * STATE_WIDTH * model.state_values


@formula
def weights_gb(total_params_b: Numeric, weight_bytes: Numeric) -> Numeric:
    """Memory of the weights of one replica.

    Args:
        total_params_b: All parameters. [10^9]
        weight_bytes: Bytes per weight. [B]

    Returns:
        Memory. [GB]
    """
    return total_params_b * PER_BILLION * weight_bytes / BYTES_PER_GB


@formula
def cache_gb(model: ServedModel, batch: Numeric, context_tokens: Numeric, cache_bytes: Numeric) -> Numeric:
    """Memory of the key-value cache of a batch.

    Args:
        model: The model.
        batch: Sequences in the cache. [1]
        context_tokens: Tokens of a sequence. [token]
        cache_bytes: Bytes per cached number. [B]

    Returns:
        Memory. [GB]
    """
    return batch * cache_per_sequence(model, context_tokens) * cache_bytes / BYTES_PER_GB


def fewest_accelerators(needed_gb: Numeric, device_gb: Numeric) -> Numeric:
    """Smallest number of devices that holds a replica: a power of two, as tensor parallelism needs.

    Args:
        needed_gb: Memory of weights and cache. [GB]
        device_gb: Memory of one device for weights and cache. [GB]

    Returns:
        Devices of the replica, at least 1. [1]
    """
    return 2.0 ** np.ceil(np.log2(np.maximum(needed_gb / device_gb, 1.0)))


def _known(value: Numeric, usual: Numeric) -> Numeric:
    if isinstance(value, np.ndarray):
        return np.where(np.isnan(value), usual, value)
    return usual if np.isnan(value) else value
