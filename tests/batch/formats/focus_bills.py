"""Rows of FOCUS bills for tests, and what the reader makes of them."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from costsvc.batch.formats.focus import FOCUS
from costsvc.batch.formats.format import Part, Translated

Row = Mapping[str, Any]

PERIOD = {"ChargePeriodStart": "2026-09-03T00:00:00Z", "ChargePeriodEnd": "2026-09-04T00:00:00Z"}
USAGE = {
    **PERIOD,
    "ChargeCategory": "Usage",
    "ServiceCategory": "Compute",
    "PricingCategory": "Standard",
    "ConsumedQuantity": "24",
    "ConsumedUnit": "Hours",
}
AWS = {**USAGE, "ProviderName": "AWS", "RegionId": "us-east-1"}
AZURE = {**USAGE, "ProviderName": "Microsoft", "RegionId": "eastus"}
GOOGLE = {**USAGE, "ProviderName": "Google Cloud", "RegionId": "us-central1"}
ORACLE = {**USAGE, "ProviderName": "Oracle", "RegionId": "us-ashburn-1"}
AI = {
    **USAGE,
    "ServiceCategory": "AI and Machine Learning",
    "ConsumedQuantity": "5000000",
    "ConsumedUnit": "Tokens",
}
BEDROCK = {**AI, "ProviderName": "AWS", "RegionId": "us-east-1"}
FOUNDRY = {**AI, "ProviderName": "Microsoft", "RegionId": "swedencentral"}
DIRECT = {**AI, "ServiceProviderName": "OpenAI, LLC", "SkuMeter": "Output Tokens"}
H100 = {"SkuMeter": "USE1-BoxUsage:p5.48xlarge"}
MODEL = '{"ModelId": "gpt-5-mini", "TokenDirection": "Output"}'
CACHED = '{"ModelId": "anthropic.claude-sonnet-4-5", "TokenDirection": "Input", "TokenCacheAction": "Read"}'


def bill(*rows: Row) -> pa.RecordBatch:
    """A batch with the columns of all rows."""
    columns = dict.fromkeys(name for row in rows for name in row)
    return pa.RecordBatch.from_pydict({name: [row.get(name) for row in rows] for name in columns})


def read(*rows: Row) -> Translated:
    """What the reader makes of rows."""
    return FOCUS.translate(bill(*rows))


def fields(part: Part, at: int = 0) -> dict[str, Any]:
    """The fields of a request that it has."""
    found = {name: column[at].as_py() for name, column in part.fields.items()}
    return {name: value for name, value in found.items() if value is not None}


def request(row: Row) -> tuple[dict[str, Any], Part]:
    """The only request of a row."""
    translated = read(row)
    assert not translated.rejects
    assert not translated.skipped
    (part,) = translated.parts
    return fields(part), part
