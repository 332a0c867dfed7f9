"""Names for people of accelerators, places, instances and models."""

from collections.abc import Callable

import pytest

from costsvc.estimates.answer import names_in
from costsvc.reference.catalog import Catalog
from costsvc.reference.display_names import accelerator_name, instance_name, model_name, place_name


@pytest.mark.parametrize(
    ("name_of", "id_", "expected"),
    [
        (accelerator_name, "nvidia-h100-sxm5-80gb", "H100 SXM5 80 GB"),
        (accelerator_name, "h100", "H100 SXM5 80 GB"),
        (accelerator_name, "nvidia-b200", "B200"),
        (accelerator_name, "amd-mi300x", "AMD Instinct MI300X"),
        (accelerator_name, "amd-mi250-gcd", "AMD Instinct MI250 (GCD, one half)"),
        (accelerator_name, "apple-m3", "Apple M3"),
        (accelerator_name, "aws:p5.48xlarge", "p5.48xlarge (AWS) accelerators"),
        (accelerator_name, "no-such-chip", "no-such-chip"),
        (place_name, "aws:us-east-1", "N. Virginia (AWS us-east-1)"),
        (place_name, "azure:francecentral", "Paris (Azure francecentral)"),
        (place_name, "coreweave:ATL2", "Georgia, USA (CoreWeave ATL2)"),
        (place_name, "city:FR/Paris", "Paris, France"),
        (place_name, "FRA", "France"),
        (place_name, "US-VA", "Virginia, United States"),
        (place_name, "em:US-MIDA-PJM", "grid zone US-MIDA-PJM"),
        (place_name, "EU27", "the EU"),
        (place_name, "north-america", "North America"),
        (place_name, "world", "world"),
        (place_name, "nowhere", "nowhere"),
        (instance_name, "p5.48xlarge", "p5.48xlarge (AWS)"),
        (model_name, "llama-3.1-8b", "Llama 3.1 8B"),
        (model_name, "bloom-176b", "bloom 176B"),
        (model_name, "gpt-3-175b", "GPT-3 175B"),
        (model_name, "deepseek-v3", "DeepSeek-V3"),
        (model_name, "gpt-4o", "gpt-4o"),
        (model_name, "llama-33b", "llama-33b"),
        (model_name, "bert-large", "bert-large"),
    ],
)
def test_an_id_has_the_name_that_people_use(
    name_of: Callable[[Catalog, str], str], id_: str, expected: str, catalog: Catalog
) -> None:
    assert name_of(catalog, id_) == expected


def test_names_of_a_request_are_found_at_any_depth(catalog: Catalog) -> None:
    body = {
        "training": {"accelerator": "h100", "region": "FRA", "note": "h200"},
        "regions": ["aws:us-east-1", "world"],
        "parts": [{"model": "llama-3.1-8b", "pricing": {"provider": "gcp"}}],
    }
    assert names_in(body, catalog=catalog) == {
        "h100": "H100 SXM5 80 GB",
        "FRA": "France",
        "aws:us-east-1": "N. Virginia (AWS us-east-1)",
        "llama-3.1-8b": "Llama 3.1 8B",
        "gcp": "Google Cloud",
    }


def test_every_accelerator_and_region_has_a_name_of_its_own(catalog: Catalog) -> None:
    for table, name_of in (("accelerators", accelerator_name), ("regions", place_name)):
        ids = [str(id_) for id_ in catalog.tables[table].rows]
        assert len({name_of(catalog, id_) for id_ in ids}) == len(ids)
