"""The reader of FOCUS bills: what it skips and rejects, corrections, unused commitments, split rows, money."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.batch.formats.focus import FOCUS
from tests.batch.formats.focus_bills import (
    AI,
    AWS,
    AZURE,
    BEDROCK,
    DIRECT,
    FOUNDRY,
    GOOGLE,
    H100,
    MODEL,
    ORACLE,
    USAGE,
    Row,
    bill,
    fields,
    read,
    request,
)
from tests.batch.formats.test_focus_machines import MACHINES
from tests.batch.formats.test_focus_tokens import TOKENS

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
