"""The reader of FOCUS bills finds machines and their hours."""

from decimal import Decimal
from typing import Any

import pytest

from costsvc.reference.catalog import Catalog
from tests.batch.formats.focus_bills import AWS, AZURE, GOOGLE, H100, ORACLE, USAGE, Row, request

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
