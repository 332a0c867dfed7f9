"""A generated month of a FOCUS 1.3 bill over several clouds, most of whose rows are not about accelerators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from costsvc.units import S_PER_H

MONTH = np.datetime64("2026-09-01")
DAYS = 30
RESOURCES = 20_000
TEAMS = ("search", "ads", "vision", "platform", "research")
SPREAD = 0.5
"""Standard deviation of the logarithm of quantities. [1]"""
DISCOUNT = 0.9
"""Effective cost over list cost. [1]"""

USAGE = {"ChargeCategory": "Usage", "PricingCategory": "Standard", "BillingCurrency": "USD"}
HOURLY = {**USAGE, "ServiceCategory": "Compute", "ConsumedUnit": "Hours", "PricingUnit": "Hours"}
AI = {**USAGE, "ServiceCategory": "AI and Machine Learning", "ConsumedUnit": "Tokens", "PricingUnit": "1000000 Tokens"}
AWS = {"ServiceProviderName": "Amazon Web Services", "HostProviderName": "Amazon Web Services"}
AZURE = {"ServiceProviderName": "Microsoft", "HostProviderName": "Microsoft"}
GOOGLE = {"ServiceProviderName": "Google Cloud", "HostProviderName": "Google Cloud"}
EC2 = {**HOURLY, **AWS, "ServiceName": "Amazon Elastic Compute Cloud", "x_ServiceCode": "AmazonEC2"}
RUN = {**EC2, "x_Operation": "RunInstances"}
VIRTUAL_MACHINES = {**HOURLY, **AZURE, "ServiceName": "Virtual Machines", "x_SkuMeterCategory": "Virtual Machines"}
COMPUTE_ENGINE = {**HOURLY, **GOOGLE, "ServiceName": "Compute Engine", "ConsumedUnit": "Seconds"}
AWS_REGIONS = {"us-east-1": "USE1", "us-west-2": "USW2", "eu-west-1": "EU", "eu-central-1": "EUC1"}
AZURE_REGIONS = ("eastus", "swedencentral", "westeurope")
GOOGLE_REGIONS = {"us-central1": "Iowa", "europe-west4": "Netherlands"}
AWS_PROCESSORS = {"m7i.2xlarge": 0.4, "c7g.xlarge": 0.15, "r6i.4xlarge": 1.0, "t3.medium": 0.04, "m5.24xlarge": 4.6}
AWS_ACCELERATORS = {
    "p5.48xlarge": 55.0,
    "p4d.24xlarge": 22.0,
    "g6e.12xlarge": 10.5,
    "g5.xlarge": 1.0,
    "inf2.xlarge": 0.8,
}
AZURE_SIZES = {"D4s v5": 0.2, "E16as v5": 0.9, "F8s v2": 0.34, "ND96isr H100 v5": 98.0, "NC24ads A100 v4": 3.7}
GOOGLE_CARDS = {"Nvidia H100 80GB": 10.0, "Nvidia L4": 0.56, "Nvidia Tesla T4": 0.35}
MODELS = {
    "anthropic.claude-sonnet-4-5": {**AWS, "ServiceName": "Amazon Bedrock", "RegionId": "us-east-1"},
    "gpt-5-mini": {**AZURE, "ServiceName": "Azure OpenAI", "RegionId": "swedencentral"},
    "gemini-2.5-flash": {**GOOGLE, "ServiceName": "Vertex AI", "RegionId": "us-central1"},
    "gpt-5": {"ServiceProviderName": "OpenAI", "HostProviderName": "OpenAI", "ServiceName": "OpenAI API"},
}
TOKENS = {
    '"Input","TokenCacheAction":"Uncached"': ("Input Tokens", 3e-6),
    '"Input","TokenCacheAction":"Read"': ("Cached Input Tokens", 3e-7),
    '"Output"': ("Output Tokens", 1.5e-5),
}
"""Direction and cache action of tokens: their meter and the price of one. [USD]"""
SPLIT_SHARES = (0.5, 0.3, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Rows of one kind.

    Attributes:
        share: How frequent they are, relative to the others. [1]
        texts: Their names and choices.
        quantity: Median of their quantities, negative in corrections; None if they have none. [ConsumedUnit]
        usd: List price of one. [USD]
    """

    share: float
    texts: Mapping[str, str]
    quantity: float | None = 24
    usd: float = 1


def generate(rows: int, seed: int) -> pa.Table:
    """A month of a bill; the same rows for the same arguments.

    Args:
        rows: Number of rows.
        seed: Seed of the random numbers.
    """
    random, lines = np.random.default_rng(seed), list(_lines())
    shares = np.array([line.share for line in lines])
    chosen = random.choice(len(lines), rows, p=shares / shares.sum())
    index = pa.array(chosen)
    names = dict.fromkeys(name for line in lines for name in line.texts)
    columns = {name: pa.array([line.texts.get(name) for line in lines], pa.string()).take(index) for name in names}
    quantity = np.array([np.nan if line.quantity is None else line.quantity for line in lines])[chosen]
    quantity = np.round(quantity * random.lognormal(0, SPREAD, rows), 6)
    list_cost = np.where(np.isnan(quantity), 1.0, quantity) * np.array([line.usd for line in lines])[chosen]
    days = pa.array((MONTH + np.arange(DAYS + 1)).astype("datetime64[us]"), pa.timestamp("us", "UTC"))
    start = random.integers(0, DAYS, rows)
    teams = pa.array([f'{{"team":"{team}"}}' for team in TEAMS])
    resources = pa.array([f"resource/{number:06d}" for number in range(RESOURCES)])
    return pa.table(
        {
            "ChargePeriodStart": days.take(pa.array(start)),
            "ChargePeriodEnd": days.take(pa.array(start + 1)),
            **columns,
            "ResourceId": resources.take(pa.array(random.integers(0, RESOURCES, rows))),
            "Tags": teams.take(pa.array(random.integers(0, len(TEAMS), rows))),
            "ConsumedQuantity": pa.array(quantity, from_pandas=True),
            "ListCost": list_cost,
            "BilledCost": np.round(list_cost * DISCOUNT, 6),
            "EffectiveCost": np.round(list_cost * DISCOUNT, 6),
        }
    )


def _lines() -> Iterator[Line]:
    yield from _elsewhere()
    yield from _of_aws()
    yield from _of_azure()
    yield from _of_google()
    yield from _of_tokens()


def _elsewhere() -> Iterator[Line]:
    """Storage, network, databases, taxes, credits and purchases."""
    for region, code in AWS_REGIONS.items():
        place = {**USAGE, **AWS, "RegionId": region}
        disk = {**EC2, "RegionId": region, "ConsumedUnit": "GB-Months", "SkuMeter": f"{code}-EBS:VolumeUsage.gp3"}
        objects = {**place, "ServiceCategory": "Storage", "ServiceName": "Amazon S3", "ConsumedUnit": "GB-Months"}
        network = {**place, "ServiceCategory": "Networking", "ServiceName": "Amazon VPC", "ConsumedUnit": "GB"}
        tables = {**place, "ServiceCategory": "Databases", "ServiceName": "Amazon RDS", "ConsumedUnit": "Hours"}
        yield Line(share=60, texts={**disk, "x_Operation": "CreateVolume-Gp3"}, quantity=80, usd=0.08)
        yield Line(share=60, texts={**objects, "SkuMeter": f"{code}-TimedStorage-ByteHrs"}, quantity=50, usd=0.02)
        yield Line(share=50, texts={**network, "SkuMeter": f"{code}-DataTransfer-Out-Bytes"}, quantity=20, usd=0.09)
        yield Line(share=20, texts={**tables, "SkuMeter": f"{code}-InstanceUsage:db.r6g.large"}, usd=0.2)
    for category in ("Tax", "Credit", "Purchase", "Adjustment"):
        texts = {**AWS, "ChargeCategory": category, "BillingCurrency": "USD", "ServiceCategory": "Other"}
        yield Line(share=1, texts=texts, quantity=None, usd=100)


def _of_aws() -> Iterator[Line]:
    """Machines of EC2; corrections, unused commitments and split rows of those with accelerators."""
    for region, code in AWS_REGIONS.items():
        run = {**RUN, "RegionId": region}
        for kind, usd in AWS_PROCESSORS.items():
            details = f'{{"InstanceType":"{kind}"}}'
            yield Line(
                share=25, texts={**run, "SkuMeter": f"{code}-BoxUsage:{kind}", "SkuPriceDetails": details}, usd=usd
            )
        for kind, usd in AWS_ACCELERATORS.items():
            texts = {**run, "SkuMeter": f"{code}-BoxUsage:{kind}", "SkuPriceDetails": f'{{"InstanceType":"{kind}"}}'}
            spot = {**run, "SkuMeter": f"{code}-SpotUsage:{kind}", "PricingCategory": "Dynamic"}
            reserved = {**texts, "PricingCategory": "Committed", "CommitmentDiscountName": "3yr"}
            yield Line(share=2, texts=texts, usd=usd)
            yield Line(share=0.5, texts=spot, usd=usd / 2)
            yield Line(share=1, texts={**reserved, "CommitmentDiscountStatus": "Used"}, usd=usd / 2)
            yield Line(share=0.2, texts={**reserved, "CommitmentDiscountStatus": "Unused"}, quantity=None, usd=usd)
            yield Line(share=0.1, texts={**texts, "ChargeClass": "Correction"}, quantity=-6, usd=usd)
            for share in SPLIT_SHARES:
                details = f'{{"Elements":[{{"AllocatedRatio":{share},"UsageUnit":"GPU"}}]}}'
                split = {"AllocatedMethodId": "pod-gpu-share", "AllocatedMethodDetails": details}
                yield Line(share=0.2, texts={**texts, **split}, quantity=24 * share, usd=usd)


def _of_azure() -> Iterator[Line]:
    for region in AZURE_REGIONS:
        for size, usd in AZURE_SIZES.items():
            share = 1 if size.startswith("N") else 30
            texts = {**VIRTUAL_MACHINES, "RegionId": region, "SkuMeter": size}
            yield Line(share=share, texts=texts, usd=usd)
            yield Line(share=share / 3, texts={**texts, "SkuMeter": f"{size} Spot"}, usd=usd / 3)


def _of_google() -> Iterator[Line]:
    """Google bills processors, memory and cards of a machine apart."""
    for region, place in GOOGLE_REGIONS.items():
        run = {**COMPUTE_ENGINE, "RegionId": region}
        for family, share in {"N2": 30.0, "E2": 20.0, "A3": 2.0}.items():
            for part in ("Core", "Ram"):
                texts = {**run, "SkuMeter": f"{family} Instance {part} running in {place}"}
                yield Line(share=share, texts=texts, quantity=8e4, usd=1e-5)
        for card, usd in GOOGLE_CARDS.items():
            texts = {**run, "SkuMeter": f"{card} GPU running in {place}"}
            yield Line(share=2, texts=texts, quantity=8e4, usd=usd / S_PER_H)


def _of_tokens() -> Iterator[Line]:
    for model, seller in MODELS.items():
        for action, (meter, usd) in TOKENS.items():
            details = f'{{"ModelId":"{model}","TokenDirection":{action}}}'
            texts = {**AI, **seller, "SkuMeter": meter, "SkuPriceDetails": details}
            yield Line(share=3, texts=texts, quantity=2e7, usd=usd)
