"""The reader of FOCUS bills."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.batch.formats.focus import FOCUS
from costsvc.batch.formats.format import Part, Translated
from costsvc.reference.catalog import Catalog

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


MACHINES = [
    # version 1.0
    pytest.param(
        {
            **AWS,
            "x_ServiceCode": "AmazonEC2",
            "x_Operation": "RunInstances:0002",
            "x_UsageType": "EUW2-BoxUsage:p5.48xlarge",
        },
        {"instance": "p5.48xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "on-demand"},
        id="aws-1.0",
    ),
    pytest.param(
        {
            **AZURE,
            "x_SkuMeterCategory": "Virtual Machines",
            "x_SkuDetails": '{"VMName": "a", "ServiceType": "Standard_ND96isr_H100_v5"}',
        },
        {"instance": "Standard_ND96isr_H100_v5", "hours": 24, "region": "azure:eastus", "pricing.kind": "on-demand"},
        id="azure-1.0",
    ),
    pytest.param(
        {
            **GOOGLE,
            "x_SkuDescription": "Nvidia H100 80GB GPU running in Americas",
            "ConsumedUnit": "seconds",
            "ConsumedQuantity": "86400",
        },
        {"accelerator": "H100 80GB", "accelerator_hours": 24, "region": "gcp:us-central1", "pricing.kind": "on-demand"},
        id="gcp-1.0",
    ),
    pytest.param(
        {
            **{
                name: text
                for name, text in ORACLE.items()
                if name not in ("ProviderName", "RegionId", "ConsumedQuantity", "ConsumedUnit")
            },
            "Provider": "Oracle",
            "Region": "us-ashburn-1",
            "UsageQuantity": "16",
            "UsageUnit": "GPU Per Hour",
            "ChargeDescription": "OCI - Compute - GPU - H100",
        },
        {"accelerator": "H100", "accelerator_hours": 16, "region": "oci:us-ashburn-1", "pricing.kind": "on-demand"},
        id="oci-before-1.0",
    ),
    # version 1.1
    pytest.param(
        {**AWS, **H100, "SkuPriceDetails": '{"InstanceType": "p5e.48xlarge", "GpuCount": 8}'},
        {"instance": "p5e.48xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "on-demand"},
        id="aws-1.1-details-before-meter",
    ),
    pytest.param(
        {**AZURE, "SkuMeter": "ND96isr H100 v5 Spot"},
        {"instance": "ND96isr H100 v5", "hours": 24, "region": "azure:eastus", "pricing.kind": "spot"},
        id="azure-1.1-spot",
    ),
    # version 1.2
    pytest.param(
        {**AWS, "SkuPriceDetails": {"InstanceType": "trn2.48xlarge", "CoreCount": "192"}},
        {"instance": "trn2.48xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "on-demand"},
        id="aws-1.2-struct",
    ),
    pytest.param(
        {**GOOGLE, "SkuMeter": "Nvidia L4 GPU attached to Spot Preemptible VMs running in Hong Kong"},
        {"accelerator": "L4", "accelerator_hours": 24, "region": "gcp:us-central1", "pricing.kind": "spot"},
        id="gcp-1.2-spot",
    ),
    pytest.param(
        {**GOOGLE, "SkuMeter": "Vertex AI: Training/Pipelines on NVIDIA H200 141GB in Iowa"},
        {
            "accelerator": "H200 141GB",
            "accelerator_hours": 24,
            "region": "gcp:us-central1",
            "pricing.kind": "on-demand",
        },
        id="vertex",
    ),
    pytest.param(
        {**GOOGLE, "SkuMeter": "Tpu-v6e Us Central", "ConsumedUnit": "Chip-Hours"},
        {"accelerator": "Tpu-v6e", "accelerator_hours": 24, "region": "gcp:us-central1", "pricing.kind": "on-demand"},
        id="tpu",
    ),
    pytest.param(
        {**GOOGLE, "SkuPriceDetails": '{"InstanceType": "a3-highgpu-8g"}'},
        {"instance": "a3-highgpu-8g", "hours": 24, "region": "gcp:us-central1", "pricing.kind": "on-demand"},
        id="gcp-instance",
    ),
    # version 1.3 and 1.4: no ProviderName
    pytest.param(
        {
            **USAGE,
            **H100,
            "ServiceProviderName": "Amazon Web Services, Inc.",
            "HostProviderName": "AWS",
            "RegionId": "us-east-1",
        },
        {"instance": "p5.48xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "on-demand"},
        id="aws-1.4",
    ),
    pytest.param(
        {**USAGE, "ServiceProviderName": "Microsoft Corporation", "RegionId": "eastus", "SkuMeter": "NC24ads A100 v4"},
        {"instance": "NC24ads A100 v4", "hours": 24, "region": "azure:eastus", "pricing.kind": "on-demand"},
        id="azure-1.4",
    ),
    pytest.param(
        {
            **USAGE,
            "HostProviderName": "CoreWeave",
            "SkuPriceDetails": '{"InstanceType": "gd-8xh100ib-i128"}',
            "RegionId": "US-EAST-04",
        },
        {"instance": "gd-8xh100ib-i128", "hours": 24, "region": "coreweave:US-EAST-04", "pricing.kind": "on-demand"},
        id="another-cloud",
    ),
    # other ways of writing
    pytest.param(
        {**AWS, "SkuMeter": "USE1-SpotUsage:g6e.12xlarge", "PricingCategory": "Dynamic"},
        {"instance": "g6e.12xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "spot"},
        id="aws-spot",
    ),
    pytest.param(
        {
            **AWS,
            "ServiceCategory": "AI and Machine Learning",
            "SkuMeter": "USE1-Train:ml.p5.48xlarge",
            "x_ServiceCode": "AmazonSageMaker",
        },
        {"instance": "ml.p5.48xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "on-demand"},
        id="sagemaker",
    ),
    pytest.param(
        {
            **AWS,
            **H100,
            "PricingCategory": "Committed",
            "CommitmentDiscountStatus": "Used",
            "CommitmentDiscountName": "3yr No Upfront",
        },
        {"instance": "p5.48xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "reserved-3y"},
        id="three-years",
    ),
    pytest.param(
        {**AWS, **H100, "PricingCategory": "Committed", "CommitmentDiscountType": "Savings Plan"},
        {"instance": "p5.48xlarge", "hours": 24, "region": "aws:us-east-1", "pricing.kind": "reserved-1y"},
        id="term-not-given",
    ),
    pytest.param(
        {
            **ORACLE,
            "ChargeDescription": "Compute - GPU - A100 - v2",
            "ConsumedUnit": "GPU-Hours",
            "PricingCategory": "Other",
        },
        {"accelerator": "A100 80GB", "accelerator_hours": 24, "region": "oci:us-ashburn-1"},
        id="oci-card-by-generation",
    ),
]


@pytest.mark.parametrize(("row", "expected"), MACHINES)
def test_reads_machines_of_each_cloud_and_version(row: Row, expected: Row) -> None:
    found, part = request(row)
    assert part.kind == "training"
    assert found == {**expected, "date": "2026-09-03"}


@pytest.mark.parametrize(("row", "expected"), MACHINES)
def test_names_machines_as_the_tables_know_them(row: Row, expected: Row, catalog: Catalog) -> None:
    found, _ = request(row)
    catalog.read_place(found["region"])
    if "instance" in found:
        catalog.read_instance(found["instance"])
    else:
        catalog.accelerator(found["accelerator"])


@pytest.mark.parametrize(
    ("consumed", "priced", "hours"),
    [
        pytest.param(("24", "Hrs"), (None, None), 24, id="hrs"),
        pytest.param(("24", "1 Hour"), (None, None), 24, id="one-hour"),
        pytest.param(("2", "100 Hours"), (None, None), 200, id="blocks-of-hours"),
        pytest.param(("24", "Instance-Hours"), (None, None), 24, id="instance-hours"),
        pytest.param(("7200", "Seconds"), (None, None), 2, id="seconds"),
        pytest.param(("90", "minutes"), (None, None), 1.5, id="minutes"),
        pytest.param(("2", "Days"), (None, None), 48, id="days"),
        pytest.param((None, None), ("3", "Hours"), 3, id="priced-only"),
        pytest.param(("1", "Instances"), ("3", "Hours"), 3, id="consumed-in-another-unit"),
        pytest.param(("8", "GPU-Hours"), ("1", "Hours"), 1, id="accelerator-hours-of-an-instance"),
        pytest.param((Decimal("0.25"), "Hours"), (None, None), 0.25, id="decimal"),
        pytest.param((0.0, "Hours"), (None, None), 0, id="zero"),
    ],
)
def test_reads_hours_in_the_units_that_bills_have(consumed: Any, priced: Any, hours: float) -> None:
    quantities = {"ConsumedQuantity": consumed[0], "ConsumedUnit": consumed[1]}
    found, _ = request({**AWS, **H100, **quantities, "PricingQuantity": priced[0], "PricingUnit": priced[1]})
    assert found["hours"] == pytest.approx(hours)


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


SKIPPED = [
    *(
        pytest.param({**AWS, **H100, "ChargeCategory": category}, f"charge category {category}", id=category.casefold())
        for category in ("Purchase", "Tax", "Credit", "Adjustment")
    ),
    pytest.param({**AWS, "ServiceCategory": "Storage"}, "service category Storage", id="storage"),
    pytest.param({**AWS, "SkuMeter": "USE1-BoxUsage:m7i.large"}, "a machine without accelerator", id="aws-cpu"),
    pytest.param({**AZURE, "SkuMeter": "D4s v5"}, "a machine without accelerator", id="azure-cpu"),
    pytest.param(
        {**GOOGLE, "SkuMeter": "N2 Instance Core running in Iowa"}, "a machine without accelerator", id="gcp-cpu"
    ),
    pytest.param(
        {**ORACLE, "SkuPriceDetails": '{"InstanceType": "VM.Standard.E4.Flex"}'},
        "a machine without accelerator",
        id="oci-cpu",
    ),
    *(
        pytest.param(row, "a part, a licence or a fee of a machine, which has rows of its own", id=name)
        for name, row in {
            "aws-marketplace-software": {**AWS, "SkuMeter": "USE1-SoftwareUsage:p5.48xlarge"},
            "aws-whole-reservation": {**AWS, "SkuMeter": "USE1-Reservation:p5.48xlarge"},
            "aws-other-operation": {**AWS, **H100, "x_ServiceCode": "AmazonEC2", "x_Operation": "CreateVolume"},
            "azure-licence": {
                **AZURE,
                "x_SkuMeterCategory": "Virtual Machines Licenses",
                "SkuMeter": "96 vCPU VM License",
            },
            "gcp-core": {**GOOGLE, "SkuMeter": "A3 Instance Core running in Americas"},
            "gcp-ram": {**GOOGLE, "SkuMeter": "Spot Preemptible A3 Instance Ram running in Americas"},
            "gcp-commitment": {**GOOGLE, "SkuMeter": "Commitment v1: Nvidia H100 80GB GPU running in Iowa for 1 Year"},
        }.items()
    ),
    *(
        pytest.param(row, "no instance type, accelerator or tokens", id=name)
        for name, row in {
            "aws-disk": {**AWS, "SkuMeter": "USE1-EBS:VolumeUsage.gp3"},
            "azure-bandwidth": {**AZURE, "x_SkuMeterCategory": "Bandwidth", "SkuMeter": "Standard Data Transfer Out"},
            "gcp-network": {**GOOGLE, "SkuMeter": "Network Internet Egress"},
            "cache-storage": {
                **AI,
                "ServiceProviderName": "OpenAI",
                "ConsumedUnit": "Token-Hours",
                "SkuMeter": "Context Cache",
            },
            "no-columns": USAGE,
        }.items()
    ),
    pytest.param(
        {**AWS, "CommitmentDiscountStatus": "Unused", "ConsumedQuantity": None},
        "unused commitment without an instance type",
        id="unused-spend",
    ),
    pytest.param(
        {**DIRECT, "SkuPriceDetails": MODEL, "CommitmentDiscountStatus": "Unused"},
        "unused commitment without an instance type",
        id="unused-tokens",
    ),
    pytest.param(
        {**AWS, **H100, "ChargeClass": "Correction", "ConsumedQuantity": None},
        "correction of a cost without a quantity",
        id="correction-of-cost",
    ),
]


@pytest.mark.parametrize(("row", "reason"), SKIPPED)
def test_skips_rows_that_are_not_about_accelerators(row: Row, reason: str) -> None:
    translated = read(row)
    assert {name: rows.tolist() for name, rows in translated.skipped.items()} == {reason: [0]}
    assert not translated.parts
    assert not translated.rejects
    assert translated.added["x_EstimateBasis"].to_pylist() == ["none"]


UNUSED = {**AWS, "CommitmentDiscountStatus": "Unused", "ConsumedQuantity": None, "ConsumedUnit": None, **H100}
REJECTED = [
    pytest.param({"ChargeCategory": None}, ("ChargeCategory", None, "must be given"), id="no-category"),
    pytest.param(
        {**AWS, **H100, "ConsumedQuantity": "many"}, ("ConsumedQuantity", "many", "must be a number"), id="text"
    ),
    pytest.param(
        {**AWS, **H100, "ConsumedQuantity": "1e400"}, ("ConsumedQuantity", "1e400", "must be a number"), id="infinite"
    ),
    pytest.param(
        {**AWS, **H100, "ConsumedQuantity": None}, ("ConsumedQuantity", None, "must be given"), id="no-quantity"
    ),
    pytest.param(
        {**AWS, **H100, "ConsumedUnit": "GB"},
        ("ConsumedUnit", "GB", "must be hours, minutes or seconds"),
        id="no-hours",
    ),
    pytest.param(
        {**DIRECT, "SkuPriceDetails": MODEL, "ConsumedUnit": "Requests"},
        ("ConsumedUnit", "Requests", "must be tokens"),
        id="no-tokens",
    ),
    pytest.param(
        {**AWS, **H100, "ChargePeriodStart": "9/3/2026"},
        ("ChargePeriodStart", "9/3/2026", "must be a date or time in ISO 8601"),
        id="no-iso-date",
    ),
    pytest.param(
        {**AWS, **H100, "ChargePeriodStart": time(12)},
        ("ChargePeriodStart", "12:00:00", "must be a date or time in ISO 8601"),
        id="time-of-day",
    ),
    pytest.param(
        {**DIRECT, "SkuMeter": "Input Tokens"},
        ("SkuMeter", "Input Tokens", "must name the model, or SkuPriceDetails or SkuId must"),
        id="no-model",
    ),
    pytest.param(
        {**DIRECT, "x_ModelId": "gpt-5", "SkuMeter": "Tokens"},
        ("SkuMeter", "Tokens", "must say whether the tokens are input or output, or SkuPriceDetails must"),
        id="no-direction",
    ),
    pytest.param(
        {**AI, "SkuMeter": "gpt-5 Input Tokens"},
        ("ServiceProviderName", None, "must name the provider of the model"),
        id="no-provider",
    ),
    pytest.param(
        {**UNUSED, "ChargePeriodEnd": None},
        ("ChargePeriodEnd", None, "must be after ChargePeriodStart for a charge without a quantity"),
        id="unused-without-period",
    ),
    *(
        pytest.param(
            {**UNUSED, "AllocatedMethodId": "cpu", "AllocatedMethodDetails": details},
            ("AllocatedMethodDetails", details, "must have the share of a split charge without a quantity"),
            id=name,
        )
        for name, details in {
            "unused-without-share": "{}",
            "share-above-1": '{"Elements": [{"AllocatedRatio": 2}]}',
            "deep-json": "[" * 100_000,
        }.items()
    ),
]


@pytest.mark.parametrize(("row", "expected"), REJECTED)
def test_rejects_rows_that_it_cannot_read(row: Row, expected: tuple[str, str | None, str]) -> None:
    translated = read(row)
    (reject,) = translated.rejects
    assert (reject.row, reject.column, reject.value, reject.reason) == (0, *expected)
    assert not translated.parts
    assert not translated.skipped


@pytest.mark.parametrize(
    ("row", "weight", "basis"),
    [
        pytest.param(
            {**AWS, **H100, "ChargeClass": "Correction", "ConsumedQuantity": "-24"}, [-1], "correction", id="correction"
        ),
        pytest.param(
            {**AWS, **H100, "ConsumedQuantity": "-24"}, [-1], "instance-hours", id="reversal-in-the-same-month"
        ),
        pytest.param({**AWS, **H100, "ChargeClass": "Correction"}, None, "correction", id="additional-usage"),
    ],
)
def test_counts_corrections_with_their_sign(row: Row, weight: list[float] | None, basis: str) -> None:
    found, part = request(row)
    assert found["hours"] == 24
    assert (None if part.weight is None else part.weight.tolist()) == weight
    assert read(row).added["x_EstimateBasis"].to_pylist() == [basis]


def test_a_charge_and_its_reversal_cancel() -> None:
    usage = {**AWS, **H100, "ConsumedQuantity": "17.25"}
    reversal = {**usage, "ChargeClass": "Correction", "ConsumedQuantity": "-17.25"}
    (part,) = read(usage, reversal).parts
    assert part.weight is not None
    assert np.sum(part.weight * part.fields["hours"].to_numpy()) == 0


@pytest.mark.parametrize(
    ("row", "hours", "weight"),
    [
        pytest.param(UNUSED, 24, None, id="from-the-period"),
        pytest.param(
            {**UNUSED, "CommitmentDiscountQuantity": "5", "CommitmentDiscountUnit": "Hours"},
            5,
            None,
            id="from-the-commitment",
        ),
        pytest.param(
            {**UNUSED, "CommitmentDiscountQuantity": "79.1", "CommitmentDiscountUnit": "USD"}, 24, None, id="spend"
        ),
        pytest.param({**UNUSED, "PricingQuantity": "7", "PricingUnit": "Hours"}, 7, None, id="priced"),
        pytest.param({**AWS, **H100, "CapacityReservationStatus": "Unused"}, 24, None, id="capacity-reservation"),
        pytest.param({**AWS, "SkuMeter": "USE1-UnusedBox:p5.48xlarge"}, 24, None, id="meter-of-unused-capacity"),
        pytest.param(
            {
                **UNUSED,
                "AllocatedMethodId": "cpu",
                "AllocatedMethodDetails": '{"Elements": [{"AllocatedRatio": 0.25}, {"AllocatedRatio": 0.05}]}',
            },
            24,
            [0.3],
            id="split",
        ),
    ],
)
def test_unused_commitments_are_idle_machines(row: Row, hours: float, weight: list[float] | None) -> None:
    found, part = request(row)
    assert part.is_unused
    assert found["hours"] == hours
    assert (None if part.weight is None else part.weight.tolist()) == weight
    assert read(row).added["x_EstimateBasis"].to_pylist() == ["unused-commitment"]


def test_split_rows_count_their_own_quantities_which_add_up_to_the_whole() -> None:
    shares = (0.5, 0.3, 0.2)
    rows = [
        {
            **AWS,
            **H100,
            "ResourceId": "i-1",
            "ConsumedQuantity": str(24 * share),
            "AllocatedMethodId": "pods",
            "AllocatedResourceId": f"pod-{share}",
            "AllocatedMethodDetails": f'{{"Elements": [{{"AllocatedRatio": {share}, "UsageUnit": "GPU"}}]}}',
        }
        for share in shares
    ]
    (part,) = read(*rows).parts
    assert part.weight is None
    assert np.sum(part.fields["hours"].to_numpy()) == pytest.approx(24)


@pytest.mark.parametrize(
    ("costs", "billed"),
    [
        pytest.param({"EffectiveCost": "12.5", "BilledCost": "0", "BillingCurrency": "USD"}, 12.5, id="effective"),
        pytest.param({"EffectiveCost": None, "BilledCost": "3", "BillingCurrency": "USD"}, 3, id="billed"),
        pytest.param({"BilledCost": Decimal("3.25"), "BillingCurrency": "USD"}, 3.25, id="decimal"),
        pytest.param({"EffectiveCost": "12.5", "BillingCurrency": "EUR"}, None, id="euro"),
        pytest.param({"EffectiveCost": "12.5", "BillingCurrency": "Tokens"}, None, id="token-currency"),
        pytest.param({"EffectiveCost": "12.5"}, None, id="no-currency"),
        pytest.param({"BillingCurrency": "USD"}, None, id="no-cost"),
    ],
)
def test_keeps_the_dollars_of_the_bill(costs: Row, billed: float | None) -> None:
    assert read({**AWS, **H100, **costs}).added["x_BilledUsd"].to_pylist() == [billed]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("2026-09-03T00:00:00Z", id="utc"),
        pytest.param("2026-09-03", id="day"),
        pytest.param("2026-09-03 05:00:00", id="space"),
        pytest.param("2026-09-04T01:00:00+02:00", id="offset"),
        pytest.param(date(2026, 9, 3), id="arrow-date"),
        pytest.param(datetime(2026, 9, 3, 23), id="arrow-naive"),  # noqa: DTZ001 - files have such columns
        pytest.param(datetime(2026, 9, 3, 23, tzinfo=UTC), id="arrow-utc"),
    ],
)
def test_reads_times_as_texts_and_as_timestamps(start: Any) -> None:
    found, _ = request({**AWS, **H100, "ChargePeriodStart": start})
    assert found["date"] == "2026-09-03"


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(pa.string(), id="json-text"),
        pytest.param(pa.large_string(), id="long-text"),
        pytest.param(pa.map_(pa.string(), pa.string()), id="map"),
        pytest.param(pa.struct({"InstanceType": pa.string()}), id="struct"),
        pytest.param(pa.dictionary(pa.int32(), pa.string()), id="dictionary"),
    ],
)
def test_reads_details_of_any_type(kind: pa.DataType) -> None:
    if pa.types.is_map(kind):
        cells = pa.array([[("GpuCount", "8"), ("InstanceType", "p5.48xlarge")]], kind)
    elif pa.types.is_struct(kind):
        cells = pa.array([{"InstanceType": "p5.48xlarge"}], kind)
    else:
        cells = pa.array(['{"InstanceType": "p5.48xlarge"}']).cast(kind)
    batch = bill(AWS).append_column("SkuPriceDetails", cells)
    (part,) = FOCUS.translate(batch).parts
    assert fields(part)["instance"] == "p5.48xlarge"
    assert part.columns["instance"] == "SkuPriceDetails"


ANY = [
    parameter.values[0]
    for parameter in (*MACHINES, *TOKENS, *SKIPPED, *REJECTED)
    if isinstance(parameter.values[0], dict)
]
PLAIN = [row for row in ANY if all(value is None or isinstance(value, str) for value in row.values())]


@given(st.lists(st.sampled_from(PLAIN), max_size=40))
def test_each_row_is_a_request_rejected_or_skipped(rows: list[dict[str, str | None]]) -> None:
    translated = read(*rows) if rows else FOCUS.translate(bill(AWS).slice(0, 0))
    found = [
        *(row for part in translated.parts for row in part.rows.tolist()),
        *(reject.row for reject in translated.rejects),
        *(row for some in translated.skipped.values() for row in some.tolist()),
    ]
    assert sorted(found) == list(range(len(rows)))
    assert all(np.all(np.diff(part.rows) > 0) for part in translated.parts)
    assert all(len(column) == len(rows) for column in translated.added.values())


@pytest.mark.parametrize("cloud", [AWS, AZURE, GOOGLE, ORACLE, BEDROCK, FOUNDRY])
@pytest.mark.parametrize("word", ["nvidia ", "a1 ", "tokens-", "=cmd()"])
def test_reads_cells_of_any_length(cloud: Row, word: str) -> None:
    text = word * 100_000
    translated = read({**cloud, "SkuMeter": text, "SkuPriceDetails": text, "ChargeDescription": text})
    assert len(translated.rejects) + len(translated.skipped) + len(translated.parts) == 1


def test_tells_rows_apart_that_differ_in_many_columns() -> None:
    names = [name for name in FOCUS.known if name.startswith("x_") or name.endswith("Name")]
    rows = [
        {**AWS, **H100, **{name: f"{name} {row}" for name in names}, "HostProviderName": "AWS"} for row in range(200)
    ]
    categories = ["Usage" if row % 2 else "Tax" for row in range(200)]
    translated = read(*({**row, "ChargeCategory": category} for row, category in zip(rows, categories, strict=True)))
    assert translated.skipped["charge category Tax"].tolist() == list(range(0, 200, 2))


def test_known_columns_include_all_that_are_required() -> None:
    assert {name for names in FOCUS.required for name in names} <= set(FOCUS.known)
