"""Usage records of gateways and clients as requests to hosted models, or to one's own servers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.formats.format import Part
from costsvc.batch.formats.rows import Mask, as_column, extract, given, is_in, only_where
from costsvc.units import Array

OWN_SERVERS = (
    *("hosted_vllm", "vllm", "ollama", "ollama_chat", "llamafile", "llama_cpp", "llama.cpp", "lm_studio", "sglang"),
    *("openai_like", "custom_openai", "custom", "triton", "tgi", "huggingface_local", "infinity", "xinference"),
    *("oobabooga", "petals", "docker_model_runner", "lemonade", "litellm_proxy", "localai"),
)
"""Names of providers that are servers or gateways of one's own: no price list, and the machine may be given."""
ENDPOINTS = (
    (r"[.](?P<found>[a-z]{2}(?:-[a-z]+)+-[0-9])[.]amazonaws[.]com", "aws:"),
    (r"(?:^|/)(?P<found>[a-z]+(?:-[a-z]+)+[0-9]+)-aiplatform[.]googleapis[.]com", "gcp:"),
)
"""Addresses of clouds in which the region is, and its prefix."""
PROCESSING = ("batch", "flex", "priority")
"""Service tiers with a price list of their own; others have the standard one."""
OF_TEXT = ("cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
"""Fields that a request for an embedding or a classification does not have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usage:
    """What each row of a batch used.

    Attributes:
        names: Provider, model, task and other fields that are names or choices, by field of the request.
        input: Tokens of the prompt, with those of the cache. [tokens]
        cached: Part of the input that was read from the prompt cache. [tokens]
        written: Part of the input that was written to the prompt cache. [tokens]
        output: Tokens generated. [tokens]
        reasoning: Part of the output that is reasoning. [tokens]
        requests: Requests over which the tokens of a row are divided. [1]
    """

    names: Mapping[str, pa.Array]
    input: Array
    cached: Array
    written: Array
    output: Array
    reasoning: Array
    requests: Array


def usage_part(usage: Usage, rows: npt.NDArray[np.int64], columns: Mapping[str, str]) -> Part:
    """The requests of usage records.

    Args:
        usage: What each row of the batch used.
        rows: Index of the rows that are requests.
        columns: The column from which each field comes.
    """
    tokens: dict[str, Array] = {
        "input_tokens": usage.input / usage.requests,
        "cached_input_tokens": _if_any(usage.cached) / usage.requests,
        "cache_write_tokens": _if_any(usage.written) / usage.requests,
        "output_tokens": usage.output / usage.requests,
        "reasoning_tokens": _if_any(usage.reasoning) / usage.requests,
    }
    is_text = pc.is_null(usage.names["task"]).to_numpy(zero_copy_only=False)
    for name in OF_TEXT:
        tokens[name] = np.where(is_text, tokens[name], np.nan)
    tokens["requests"] = np.where(usage.requests == 1, np.nan, usage.requests)
    fields = given({**usage.names, **{name: as_column(values) for name, values in tokens.items()}}, rows)
    return Part(kind="inference", rows=rows, fields=fields, columns=columns)


def _if_any(tokens: Array) -> Array:
    return np.where(tokens > 0, tokens, np.nan)


def hosted(providers: pa.Array) -> pa.Array:
    """Providers with a price list; null for servers of one's own.

    Args:
        providers: Names of providers, as written.
    """
    return only_where(~is_in(pc.utf8_lower(providers), OWN_SERVERS), providers)


def region_of(endpoints: pa.Array) -> pa.Array:
    """The cloud region in the address of an endpoint; null if there is none.

    Args:
        endpoints: Addresses.
    """
    regions = pa.nulls(len(endpoints), pa.string())
    for pattern, prefix in ENDPOINTS:
        regions = pc.coalesce(regions, pc.binary_join_element_wise(prefix, extract(endpoints, pattern), ""))
    return regions


def processing(tiers: pa.Array) -> pa.Array:
    """Kind of processing of a service tier; null if it is the standard one.

    Args:
        tiers: Service tiers, as written.
    """
    lower = pc.utf8_lower(tiers)
    return only_where(is_in(lower, PROCESSING), lower)


def including(whole: Array, parts: Sequence[Array]) -> Array:
    """A count of all tokens, from clients that count some kinds separately and from those that do not.

    Kinds that exceed the whole were counted separately.

    Args:
        whole: Tokens of the prompt or of the answer; NaN if not given. [tokens]
        parts: Kinds of tokens, NaN if not given. [tokens]

    Returns:
        Tokens with those of all kinds. [tokens]
    """
    total = np.nan_to_num(whole)
    separate = np.sum([np.nan_to_num(part) for part in parts], axis=0)
    return np.where(separate > total, total + separate, total)


def has_tokens(*counts: Array) -> Mask:
    """Whether any count of each row is above 0.

    Args:
        counts: Counts of tokens. [tokens]
    """
    found: Mask = np.any([np.nan_to_num(count) != 0 for count in counts], axis=0)
    return found
