"""Token charges of a FOCUS bill: provider, model and kind of tokens, from columns or from the text of a meter."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from costsvc.batch.formats.focus_charge import Charge, cloud, first, seller
from costsvc.batch.formats.focus_units import factor
from costsvc.units import PER_MILLION

AI = "AI and Machine Learning"
DIRECTION = "SkuPriceDetails.TokenDirection"
CACHE_ACTION = "SkuPriceDetails.TokenCacheAction"
MODELS = ("SkuPriceDetails.ModelId", "x_ModelId", "x_ModelName", "x_Model")
"""Columns with nothing but the model."""
METERS = ("SkuMeter", "x_SkuMeterName", "x_UsageType", "x_SkuDescription")
KIND_TEXTS = ("x_TokenType", *METERS, "SkuId", "ChargeDescription")
"""Columns in whose text the kind of tokens may be."""
SELLERS = ("ServiceProviderName", "ProviderName", "PublisherName", "HostProviderName", "InvoiceIssuerName")
TOKENS_PER_REQUEST = 1000.0
"""Tokens of the requests into which a charge is divided, for a bill does not say how many requests it is about."""
TOKEN = re.compile(r"token(?!-hours)", re.IGNORECASE)
WORD = re.compile(r"[A-Za-z0-9.]+")
KINDS = {
    **dict.fromkeys(("write", "creation", "cachewriteinputtokencount"), "write"),
    **dict.fromkeys(("cached", "cchd", "cd", "cache", "cachereadinputtokencount"), "cached"),
    **dict.fromkeys(("reasoning", "thinking"), "reasoning"),
    **dict.fromkeys(("output", "outp", "outpt", "out", "opt", "outputtokencount", "responsetokencount"), "output"),
    **dict.fromkeys(("response", "completion", "generated"), "output"),
    **dict.fromkeys(("input", "inp", "inpt", "in", "prompt", "inputtokencount"), "input"),
}
"""Kinds of tokens by words of meters."""
RANK = tuple(dict.fromkeys(KINDS.values()))
"""If a text has words of several kinds, the first of these counts."""
ABBREVIATION = 3
"""Letters of the longest abbreviation, which means something else in a sentence."""
PROCESSING = {
    **dict.fromkeys(("batch", "bt", "btch"), "batch"),
    "flex": "flex",
    **dict.fromkeys(("priority", "pp", "prty"), "priority"),
}
SCOPES = frozenset(
    {
        *("tokens", "token", "units", "count", "1m", "1k", "mantle", "cross", "std", "standard", "shortco", "longco"),
        *("glbl", "gl", "global", "regnl", "rgnl", "regional", "dzone", "dz", "dzn", "datazone"),
    }
)
"""Words of meters that follow the name of the model."""
TRAILING = re.compile(r"(?:[ _-](?:ga|text|txt))+$", re.IGNORECASE)
"""Words between the model and the kind of tokens."""
REGION_CODE = re.compile(r"^[A-Z]{2,4}\d{0,2}-(?=\w)")
"""Code of the region at the beginning of AWS's types of usage."""
MARKETPLACE = "MP:"
"""Mark of the meters of AWS's marketplace, which count millions of tokens and do not name the model."""
EDITION = re.compile(r"(?P<model>.+?)\s*\(Amazon Bedrock Edition\)$")
"""Services of AWS's marketplace, which do."""
CLAUDE = re.compile(r"^claude[ -]?(?P<version>[4-9](?:\.\d+)?)[ -]?(?P<size>opus|sonnet|haiku)$", re.IGNORECASE)
"""AWS's order of the words in a name, which the maker's is not from Claude 4 on: ``Claude4.6Opus``."""
OPENAI = re.compile(r"^(?:az-)?(?:gpt(?!.?oss)|\d|o\d|codex|text-embedding|whisper|tts)", re.IGNORECASE)
AZURE_PREFIX = re.compile(r"^(?:az-)?(?:gpt)?(?=\d)", re.IGNORECASE)
"""How Azure's meters abbreviate ``gpt-``: ``Az-GPT4o``, ``5 mini``."""
EMBEDDING = re.compile(r"embed", re.IGNORECASE)
SERVICES = {"aws": "bedrock", "gcp": "vertex_ai", "oci": "oci", "alibaba": "dashscope"}
"""Who sells hosted models in each cloud, as the tables of prices call it."""
PARENTS = ("input_tokens", "output_tokens")
PARTS = {"cached": "cached_input_tokens", "write": "cache_write_tokens", "reasoning": "reasoning_tokens"}
"""Fields of the kinds of tokens that are a part of others."""
GEMINI = re.compile(r"gemini api|generative language", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of a charge.

    Attributes:
        texts: Fields of the request that are names and choices.
        numbers: Numbers of tokens of a request.
        source: The column with the name of the model.
    """

    texts: Mapping[str, str]
    numbers: Mapping[str, float]
    source: str


def is_tokens(charge: Charge, *, has_unit: bool) -> bool:
    """Whether a charge is about tokens.

    Args:
        charge: The charge.
        has_unit: Whether one of its units counts tokens.
    """
    is_named = charge.get("ServiceCategory", AI) == AI or EDITION.match(charge.get("ServiceName", "")) is not None
    has_text = is_named and any(TOKEN.search(charge.get(column, "")) for column in KIND_TEXTS)
    return has_unit or DIRECTION in charge or has_text


def requests_in(charge: Charge, unit: str | None) -> float:
    """Requests in one of a unit of a charge about tokens; NaN if the unit measures something else.

    Args:
        charge: The charge.
        unit: The unit.

    Returns:
        The requests. [1]
    """
    tokens = factor(unit, "tokens")
    if math.isnan(tokens):
        is_sold = any(MARKETPLACE in charge.get(column, "") for column in METERS)
        tokens = factor(unit, "count") * (PER_MILLION if is_sold else 1.0)
    return tokens / TOKENS_PER_REQUEST


def read_tokens(charge: Charge) -> Tokens | tuple[str, str]:
    """The tokens of a charge, or the column at fault and what is wrong with it.

    Args:
        charge: The charge.
    """
    found = next(_models(charge), None)
    if found is None:
        return "SkuMeter", "must name the model, or SkuPriceDetails or SkuId must"
    source, model = found
    provider = _provider(charge, model)
    if provider is None:
        return "ServiceProviderName", "must name the provider of the model"
    is_embedding = EMBEDDING.search(model) is not None
    kind = "embedding" if is_embedding else _kind(charge)
    if kind is None:
        return "SkuMeter", "must say whether the tokens are input or output, or SkuPriceDetails must"
    texts = {"provider": provider, "model": _spelt(model, provider), **_processing(charge)}
    texts |= {"task": kind} if is_embedding else {}
    return Tokens(texts=texts, numbers=_numbers(kind), source=source)


def _models(charge: Charge) -> Iterator[tuple[str, str]]:
    """What may be the model of a charge, with its column, the surest first."""
    if given := first(charge, MODELS):
        yield given[0].partition(".")[0], given[1]
    if edition := EDITION.match(charge.get("ServiceName", "")):
        yield "ServiceName", edition["model"]
    for column in (*METERS, "SkuId"):
        text = charge.get(column, "")
        if MARKETPLACE not in text and (model := _before_kind(text, has_code=cloud(charge) == "aws")):
            yield column, model


def _before_kind(text: str, *, has_code: bool) -> str:
    """The text before the first word about tokens, empty if it has no such word."""
    spelt = REGION_CODE.sub("", text) if has_code else text
    ends = (
        word.start() for word in WORD.finditer(spelt) if word[0].casefold() in SCOPES | KINDS.keys() | PROCESSING.keys()
    )
    return TRAILING.sub("", spelt[: next(ends, 0)].strip(" _:-"))


def _spelt(model: str, provider: str) -> str:
    """The name of a model as its maker spells it, where a cloud's meters do otherwise."""
    if found := CLAUDE.match(model):
        return f"claude-{found['size']}-{found['version'].replace('.', '-')}".casefold()
    if provider == "azure":
        model = AZURE_PREFIX.sub("gpt-", model)
    return model.replace(" ", "-")


def _provider(charge: Charge, model: str) -> str | None:
    operator = cloud(charge)
    if operator == "azure":
        return "azure" if OPENAI.match(model) else "azure_ai"
    if operator == "gcp" and GEMINI.search(charge.get("ServiceName", "")):
        return "gemini"
    if operator in SERVICES:
        return SERVICES[operator]
    named = first(charge, SELLERS)
    return None if named is None else seller(named[1])


def _kind(charge: Charge) -> str | None:
    """The kind of the tokens, None if nothing says it."""
    action = charge.get(CACHE_ACTION, "").casefold()
    if action in ("read", "write"):
        return "cached" if action == "read" else action
    if DIRECTION in charge:
        return KINDS.get(charge[DIRECTION].casefold())
    for column in KIND_TEXTS:
        shortest = ABBREVIATION + 1 if column == "ChargeDescription" else 0
        words = (word for word in _words(charge.get(column, "")) if len(word) >= shortest)
        kinds = {KINDS[word] for word in words if word in KINDS}
        if kinds:
            return min(kinds, key=RANK.index)
    return None


def _processing(charge: Charge) -> dict[str, str]:
    words = (word for column in METERS for word in _words(charge.get(column, "")))
    named = next((PROCESSING[word] for word in words if word in PROCESSING), None)
    return {} if named is None else {"processing": named}


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _numbers(kind: str) -> dict[str, float]:
    """The tokens of a request that has only one kind of them."""
    if kind == "embedding":
        return {"input_tokens": TOKENS_PER_REQUEST}
    is_output = kind in ("output", "reasoning")
    whole = {"input_tokens": 0.0, "output_tokens": 0.0} | {PARENTS[is_output]: TOKENS_PER_REQUEST}
    return whole | {PARTS[kind]: TOKENS_PER_REQUEST} if kind in PARTS else whole
