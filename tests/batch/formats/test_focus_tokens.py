"""The reader of FOCUS bills finds tokens of hosted models."""

import pytest

from costsvc.reference.catalog import Catalog
from tests.batch.formats.focus_bills import AI, BEDROCK, CACHED, DIRECT, FOUNDRY, MODEL, Row, request

INPUT = {"input_tokens": 1000, "output_tokens": 0}
OUTPUT = {"input_tokens": 0, "output_tokens": 1000}
TOKENS = [
    pytest.param(
        {**DIRECT, "SkuPriceDetails": MODEL}, {"provider": "OpenAI", "model": "gpt-5-mini", **OUTPUT}, id="details"
    ),
    pytest.param(
        {**DIRECT, "SkuId": "gpt-5-mini-input", "SkuMeter": "Input Tokens"},
        {"provider": "OpenAI", "model": "gpt-5-mini", **INPUT},
        id="sku-names-the-model",
    ),
    pytest.param(
        {**DIRECT, "x_ModelId": "gpt-5-mini", "x_TokenType": "cached_input"},
        {"provider": "OpenAI", "model": "gpt-5-mini", **INPUT, "cached_input_tokens": 1000},
        id="custom-columns",
    ),
    pytest.param(
        {
            **BEDROCK,
            "SkuPriceDetails": CACHED.replace("Read", "Write"),
        },
        {"provider": "bedrock", "model": "anthropic.claude-sonnet-4-5", **INPUT, "cache_write_tokens": 1000},
        id="cache-write",
    ),
    pytest.param(
        {
            **BEDROCK,
            "SkuPriceDetails": CACHED,
        },
        {"provider": "bedrock", "model": "anthropic.claude-sonnet-4-5", **INPUT, "cached_input_tokens": 1000},
        id="cache-read",
    ),
    pytest.param(
        {**BEDROCK, "SkuMeter": "USE1-Claude3.5Sonnet-output-tokens-batch"},
        {"provider": "bedrock", "model": "Claude3.5Sonnet", **OUTPUT, "processing": "batch"},
        id="bedrock-meter",
    ),
    pytest.param(
        {**BEDROCK, "SkuMeter": "USE1-Claude4.6Opus-cache-read-input-token-count-cross-region-global"},
        {"provider": "bedrock", "model": "claude-opus-4-6", **INPUT, "cached_input_tokens": 1000},
        id="bedrock-meter-cache",
    ),
    pytest.param(
        {**BEDROCK, "SkuMeter": "USW2-anthropic.claude-opus-4-8-mantle-input-tokens-global-standard"},
        {"provider": "bedrock", "model": "anthropic.claude-opus-4-8", **INPUT},
        id="bedrock-meter-with-id",
    ),
    pytest.param(
        {
            **BEDROCK,
            "ServiceCategory": "Other",
            "ConsumedQuantity": "5",
            "ConsumedUnit": "Units",
            "ServiceName": "Claude Sonnet 4.5 (Amazon Bedrock Edition)",
            "SkuMeter": "APN1-MP:APN1_InputTokenCount_Global-Units",
        },
        {"provider": "bedrock", "model": "Claude-Sonnet-4.5", **INPUT},
        id="bedrock-marketplace-counts-millions",
    ),
    pytest.param(
        {**FOUNDRY, "SkuMeter": "gpt 4o 0806 Inp glbl Tokens", "ConsumedUnit": "Units", "PricingUnit": "1K"},
        {"provider": "azure", "model": "gpt-4o-0806", **INPUT},
        id="azure-counts-single-tokens",
    ),
    pytest.param(
        {**FOUNDRY, "x_SkuMeterName": "5 mini pp cd Inp Gl 1M Tokens"},
        {"provider": "azure", "model": "gpt-5-mini", **INPUT, "cached_input_tokens": 1000, "processing": "priority"},
        id="azure-abbreviates",
    ),
    pytest.param(
        {**FOUNDRY, "SkuMeter": "DeepSeek V3 Outp glbl Tokens"},
        {"provider": "azure_ai", "model": "DeepSeek-V3", **OUTPUT},
        id="azure-other-makers",
    ),
    pytest.param(
        {**FOUNDRY, "SkuMeter": "text-embedding-3-large-glbl Tokens"},
        {"provider": "azure", "model": "text-embedding-3-large", "input_tokens": 1000, "task": "embedding"},
        id="embedding",
    ),
    pytest.param(
        {
            **AI,
            "ProviderName": "Google Cloud",
            "SkuMeter": "Gemini 2.5 Flash GA Text Output - Predictions",
            "RegionId": "global",
        },
        {"provider": "vertex_ai", "model": "Gemini-2.5-Flash", **OUTPUT},
        id="vertex",
    ),
    pytest.param(
        {
            **AI,
            "ProviderName": "Google Cloud",
            "ServiceName": "Gemini API",
            "SkuMeter": "Gemini 2.5 Pro thinking output token count",
        },
        {"provider": "gemini", "model": "Gemini-2.5-Pro", **OUTPUT, "reasoning_tokens": 1000},
        id="reasoning",
    ),
]


@pytest.mark.parametrize(("row", "expected"), TOKENS)
def test_reads_tokens_of_each_provider(row: Row, expected: Row) -> None:
    found, part = request(row)
    assert part.kind == "inference"
    assert found.pop("region", None) in (None, "aws:us-east-1", "azure:swedencentral")
    assert found == {**expected, "requests": 5000, "date": "2026-09-03"}


@pytest.mark.parametrize(("row", "expected"), TOKENS)
def test_names_models_as_the_tables_know_them(row: Row, expected: Row, catalog: Catalog) -> None:
    catalog.hosted_model(catalog.api_provider(expected["provider"]), expected["model"])


@pytest.mark.parametrize(
    ("quantity", "unit", "tokens"),
    [
        pytest.param("5000", "Tokens", 5e3, id="tokens"),
        pytest.param("5", "1K tokens", 5e3, id="1k"),
        pytest.param("5", "1000 Tokens", 5e3, id="1000"),
        pytest.param("5", "1M Tokens", 5e6, id="1m"),
        pytest.param("5", "Million Tokens", 5e6, id="million"),
    ],
)
@pytest.mark.parametrize("column", ["Consumed", "Pricing"])
def test_reads_blocks_of_tokens(column: str, quantity: str, unit: str, tokens: float) -> None:
    row = {name: text for name, text in DIRECT.items() if not name.startswith("Consumed")}
    found, _ = request({**row, "SkuPriceDetails": MODEL, f"{column}Quantity": quantity, f"{column}Unit": unit})
    assert found["requests"] * found["output_tokens"] == pytest.approx(tokens)
