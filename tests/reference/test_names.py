"""Names as people and tools write them match ids, and unknown names give the nearest known ones."""

import pytest

from costsvc.errors import UnknownNameError
from costsvc.reference.names import Match, accelerators, instance, instances, normal, plain
from costsvc.reference.reading import AcceleratorReading

IDS = ["nvidia-x1-pcie", "nvidia-x1-sxm", "amd-x9", "acme-x9"]
ALIASES = {
    "x1": {"accelerator_id": "nvidia-x1-sxm", "kind": "family"},
    "box of x1": {"accelerator_id": "nvidia-x1-sxm", "kind": "box", "units": 8},
    "Tesla X1": {"accelerator_id": "nvidia-x1-pcie", "kind": "alias"},
}
FAMILIES = {"nvidia-x1-pcie": "x1", "nvidia-x1-sxm": "x1", "amd-x9": "x9", "acme-x9": "x9"}


@pytest.fixture(scope="module")
def names():
    return accelerators(IDS, ALIASES, FAMILIES)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        pytest.param("nvidia-x1-sxm", AcceleratorReading(id="nvidia-x1-sxm"), id="exact"),
        pytest.param("x1-sxm", AcceleratorReading(id="nvidia-x1-sxm"), id="without-vendor"),
        pytest.param("tesla x1", AcceleratorReading(id="nvidia-x1-pcie"), id="alias"),
        pytest.param(" NVIDIA  X1_SXM ", AcceleratorReading(id="nvidia-x1-sxm"), id="case-and-separators"),
        pytest.param(
            "X1", AcceleratorReading(id="nvidia-x1-sxm", others=("nvidia-x1-pcie",)), id="family-with-the-others"
        ),
        pytest.param(
            "Box of X1",
            AcceleratorReading(id="nvidia-x1-sxm", notes=("8 accelerators",), says={"accelerators": 8.0}, box=8),
            id="box",
        ),
        pytest.param("x9", None, id="two-vendors-claim-it"),
        pytest.param("x2", None, id="unknown"),
    ],
)
def test_a_name_matches_one_accelerator_or_none(names, name, match):
    assert names.find(name) == match


def test_a_short_name_matches_only_if_it_is_unique():
    names = plain(
        ["aws:big", "gcp:big", "aws:small"], {}, [("big", "aws:big"), ("big", "gcp:big"), ("small", "aws:small")]
    )
    assert names.find("big") is None
    assert names.find("SMALL") == Match(id="aws:small")


def test_an_id_is_never_shadowed_by_an_alias():
    assert plain(["a", "b"], {"a": "b"}).find("a") == Match(id="a")


def test_the_nearest_names_come_best_first_and_a_long_name_is_cut(names):
    assert names.nearest("x1-sxmm")[0] == "x1-sxm"
    assert names.nearest("q" * 1_000_000) == []


def test_normal_names_have_one_dash_between_words():
    assert normal("  TPU__v4 - Pod ") == "tpu-v4-pod"


@pytest.mark.parametrize(
    ("name", "accelerator_id"),
    [
        ("nvidia-h100-sxm5-80gb", "nvidia-h100-sxm5-80gb"),
        ("NVIDIA H100 80GB HBM3", "nvidia-h100-sxm5-80gb"),
        ("H100_SXM5", "nvidia-h100-sxm5-80gb"),
        ("NVIDIA H100 PCIe", "nvidia-h100-pcie-80gb"),
        ("NVIDIA H100 NVL", "nvidia-h100-nvl-94gb"),
        ("NVIDIA H200", "nvidia-h200-sxm"),
        ("A100-SXM4-80GB", "nvidia-a100-sxm4-80gb"),
        ("NVIDIA A100-SXM4-40GB", "nvidia-a100-sxm4-40gb"),
        ("NVIDIA A100 80GB PCIe", "nvidia-a100-pcie-80gb"),
        ("nvidia-tesla-a100", "nvidia-a100-sxm4-40gb"),
        ("Tesla V100-SXM2-16GB", "nvidia-v100-sxm2-16gb"),
        ("Tesla P100-PCIE-16GB", "nvidia-p100-pcie-16gb"),
        ("Tesla T4", "nvidia-t4"),
        ("nvidia-l4", "nvidia-l4"),
        ("NVIDIA A10G", "nvidia-a10g"),
        ("NVIDIA GH200 480GB", "nvidia-gh200"),
        ("NVIDIA GeForce RTX 5090", "nvidia-rtx-5090"),
        ("rtx_4090", "nvidia-rtx-4090"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "nvidia-rtx-pro-6000-bw-server"),
        ("Jetson AGX Orin", "nvidia-jetson-agx-orin-64gb"),
        ("NVIDIA GeForce RTX 2060", "nvidia-rtx-2060"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", "nvidia-rtx-4090-laptop"),
        ("RTX 4090 Mobile", "nvidia-rtx-4090-laptop"),
        ("NVIDIA RTX A2000 Laptop GPU", "nvidia-rtx-a2000-laptop"),
        ("NVIDIA GH200 120GB", "nvidia-gh200"),
        ("NVIDIA GH200 144G HBM3e", "nvidia-gh200-144gb"),
        ("RTX PRO Server 6000", "nvidia-rtx-pro-6000-bw-server"),
        ("NVIDIA A100-SXM-64GB", "nvidia-a100-sxm4-64gb"),
        ("MI250X GCD", "amd-mi250x-gcd"),
        ("a16-16gb", "nvidia-a16-gpu"),
        ("Ascend910B3", "huawei-ascend-910b3"),
        ("Intel Gaudi 3", "intel-gaudi3-oam"),
        ("Trainium 2", "aws-trainium2"),
        ("tpu-v6e-slice", "google-tpu-v6e"),
        ("nvidia-tesla-v100", "nvidia-v100-sxm2-16gb"),
        ("Intel(R) Arc(TM) A770 Graphics", "intel-arc-a770"),
        ("AMD Radeon RX 6600", "amd-rx-6600"),
        ("Apple M5 Max", "apple-m5-max"),
        ("Xeon E5-2683 v4", "cpu-intel-xeon-e5-2683-v4"),
        ("E5-2683 v4", "cpu-intel-xeon-e5-2683-v4"),
        ("Xeon 8480+", "cpu-intel-xeon-platinum-8480"),
        ("EPYC 7763", "cpu-amd-epyc-7763"),
        ("i9-14900K", "cpu-intel-core-i9-14900k"),
        ("Graviton4", "cpu-aws-graviton4"),
        ("MI300X", "amd-mi300x"),
        ("AMD Instinct MI250X", "amd-mi250x"),
        ("tpu-v4", "google-tpu-v4"),
        ("TPU v4", "google-tpu-v4"),
        ("TPU v5 lite", "google-tpu-v5e"),
        ("tpu-v5litepod", "google-tpu-v5e"),
        ("trillium", "google-tpu-v6e"),
        ("HL-225", "intel-gaudi2"),
        ("Trainium2", "aws-trainium2"),
        ("Apple M2 Ultra", "apple-m2-ultra"),
        ("AMD EPYC 7742 64-Core Processor", "cpu-amd-epyc-7742"),
        ("AMD Ryzen AI 5 340 w/ Radeon 840M", "cpu-amd-ryzen-ai-5-340"),
        ("AMD Ryzen 5 5600G with Radeon Graphics", "cpu-amd-ryzen-5-5600g"),
        ("AMD RYZEN AI MAX+ 395 w/ Radeon 8060S", "amd-ryzen-ai-max-395"),
        ("13th Gen Intel(R) Core(TM) i9-13900K", "cpu-intel-core-i9-13900k"),
        ("7th Gen A9-9425 APU", "cpu-7th-gen-a9-9425-apu"),
        ("Intel(R) Xeon(R) Platinum 8480+", "cpu-intel-xeon-platinum-8480"),
        ("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", "cpu-intel-xeon-e5-2686-v4"),
    ],
)
def test_names_of_accelerators_as_tools_print_them(catalog, name, accelerator_id):
    match, row = catalog.accelerator(name)
    assert match == AcceleratorReading(id=accelerator_id)
    assert row["accelerator_id"] == accelerator_id


@pytest.mark.parametrize(
    ("name", "default", "another"),
    [
        ("h100", "nvidia-h100-sxm5-80gb", "nvidia-h100-pcie-80gb"),
        ("A100", "nvidia-a100-sxm4-80gb", "nvidia-a100-pcie-40gb"),
        ("V100", "nvidia-v100-sxm2-32gb", "nvidia-v100-pcie-16gb"),
        ("h200", "nvidia-h200-sxm", "nvidia-h200-nvl"),
    ],
)
def test_a_family_matches_its_default_and_lists_the_others(catalog, name, default, another):
    match, _ = catalog.accelerator(name)
    assert match.id == default
    assert another in match.others
    assert default not in match.others


def test_every_family_is_a_name_for_one_of_its_members(catalog):
    for row in catalog.tables["accelerators"].rows.values():
        match, found = catalog.accelerator(row["family"])
        assert found["family"] == row["family"], match


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("aws:us-east-1", "aws:us-east-1"),
        ("aws/us-east-1", "aws:us-east-1"),
        ("AWS:US-East-1", "aws:us-east-1"),
        ("us-east-1", "aws:us-east-1"),
        ("us-central1", "gcp:us-central1"),
        ("nebius:us-central1", "nebius:us-central1"),
        ("eastus", "azure:eastus"),
        ("US", "USA"),
        ("USA", "USA"),
        ("United States", "USA"),
        ("DE", "DEU"),
        ("Germany", "DEU"),
        ("UK", "GBR"),
        ("US-VA", "US-VA"),
        ("Virginia", "US-VA"),
        ("CA-ON", "CA-ON"),
        ("CA", "CAN"),
        ("NA", "NAM"),
        ("Georgia", "GEO"),
        ("em:US-MIDA-PJM", "em:US-MIDA-PJM"),
        ("US-MIDA-PJM", "em:US-MIDA-PJM"),
        ("egrid:CAMX", "egrid:CAMX"),
        ("world", "world"),
        ("Global", "world"),
    ],
)
def test_names_of_places_as_people_write_them(catalog, name, region):
    assert catalog.place(name).region == region


@pytest.mark.parametrize(
    ("name", "model_id"),
    [
        ("llama-3.1-70b", "llama-3.1-70b"),
        ("Llama 3.1 70B", "llama-3.1-70b"),
        ("meta-llama/Llama-3.1-70B-Instruct", "llama-3.1-70b"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral-8x7b"),
        ("deepseek-ai/DeepSeek-V3", "deepseek-v3"),
        ("Qwen/Qwen2.5-72B-Instruct", "qwen2.5-72b"),
        ("openai/gpt-oss-120b", "gpt-oss-120b"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("GPT-3", "gpt-3-175b"),
        ("bert-base-uncased", "bert-base"),
        ("google-bert/bert-large-uncased", "bert-large"),
        ("openai-community/gpt2", "gpt-2"),
        ("stabilityai/stable-diffusion-xl-base-1.0", "stable-diffusion-xl"),
        ("openai/whisper-large-v3", "whisper-large-v3"),
        ("bigscience/bloom", "bloom-176b"),
    ],
)
def test_names_of_models_as_hubs_write_them(catalog, name, model_id):
    assert catalog.model(name)["model_id"] == model_id


@pytest.mark.parametrize("name", ["p5.48xlarge", "aws:p5.48xlarge", "aws/p5.48xlarge", "AWS:P5.48XLARGE"])
def test_names_of_instances(catalog, name):
    row = catalog.instance(name)
    assert (row["accelerator_id"], row["accelerators"]) == ("nvidia-h100-sxm5-80gb", 8)


@pytest.mark.parametrize(
    ("look_up", "name", "near"),
    [
        pytest.param("accelerator", "h1000", "nvidia-h100-sxm5-80gb", id="accelerator"),
        pytest.param("place", "us-eats-1", "aws:us-east-1", id="place"),
        pytest.param("model", "llama-3.1-700b", "llama-3.1-70b", id="model"),
        pytest.param("instance", "p5.48xlargee", "p5.48xlarge", id="instance"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_and_as_it_was_written(catalog, look_up, name, near):
    with pytest.raises(UnknownNameError) as refused:
        getattr(catalog, look_up)(name, "asked")
    error = refused.value
    assert (error.field, error.name) == ("asked", name)
    assert near in error.near
    assert repr(name) in str(error)
    assert near in str(error)


def test_a_name_without_similar_names_is_refused_without_a_hint(catalog):
    with pytest.raises(UnknownNameError, match=r"is not known\.$"):
        catalog.place("§" * 40)


@pytest.mark.parametrize(
    "name", ["A100X", "NVIDIA A100X", "tpu", "google tpu", "A1000", "3070", "7763", "6148", "GTX 690"]
)
def test_an_ambiguous_product_name_is_refused(catalog, name):
    with pytest.raises(UnknownNameError, match="give the most similar known one"):
        catalog.accelerator(name)


MACHINES = [
    {"instance_id": "aws:p4d.24xlarge", "instance_type": "p4d.24xlarge"},
    {"instance_id": "azure:Standard_NC6s_v3", "instance_type": "Standard_NC6s_v3"},
    {"instance_id": "one:small", "instance_type": "small"},
    {"instance_id": "two:small", "instance_type": "small"},
]


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        pytest.param("P4D.24xlarge", "aws:p4d.24xlarge", id="any-case"),
        pytest.param("ml.p4d.24xlarge", "aws:p4d.24xlarge", id="managed"),
        pytest.param("aws/ml.p4d.24xlarge", "aws:p4d.24xlarge", id="managed-with-its-provider"),
        pytest.param("NC6s v3", "azure:Standard_NC6s_v3", id="without-the-prefix"),
        pytest.param("azure:nc6s-v3", "azure:Standard_NC6s_v3", id="provider-without-the-prefix"),
        pytest.param("USE1-Train:ml.p4d.24xlarge", "aws:p4d.24xlarge", id="usage-type"),
        pytest.param("BoxUsage:NC6s_v3", None, id="usage-type-of-another-seller"),
        pytest.param("two:small", "two:small", id="provider-tells-which"),
        pytest.param("small", None, id="two-have-it"),
    ],
)
def test_instances_are_found_as_bills_and_people_write_them(name, id_):
    match = instances(MACHINES).find(instance(name))
    assert (match and match.id) == id_


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("EUC1-BoxUsage:p4d.24xlarge", "EUC1"),
        ("projects/p/zones/us-central1-a/machineTypes/a3-highgpu-8g", "us-central1-a"),
    ],
)
def test_the_region_before_an_instance_is_noted_since_it_is_not_used(catalog, name, region):
    reading, _ = catalog.read_instance(name)
    assert reading.notes == (f"its region {region} is not used, only that of the request",)
