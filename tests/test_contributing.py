"""The map in CONTRIBUTING.md is true: its paths exist, and its folders are those of the import contract."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:costsvc|tests|docs|data|requirements)/[\w./-]*)`", TEXT)))


@pytest.mark.parametrize("path", NAMED)
def test_a_path_that_the_guide_names_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(\w+_facts\.csv|accelerator_\w+\.csv)`", TEXT))))
def test_a_file_of_facts_that_the_guide_names_is_beside_the_importers(name):
    assert (ROOT / "costsvc" / "evidence" / "importers" / name).exists()


def test_the_map_has_every_layer_in_the_order_of_imports():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    modules = [name for layer in layers for name in re.findall(r"\w+", re.sub(r"\(\w+\)", "", layer))]
    rows = re.findall(
        r"^\| (`costsvc/[^|]*) \|", TEXT.partition("## Map of the code")[2].partition("###")[0], re.MULTILINE
    )
    mapped = [name for row in rows for name in re.findall(r"`costsvc/(\w+)", row)]
    assert set(mapped) == set(modules)
    assert _places(mapped, layers) == sorted(_places(mapped, layers))


def _places(names, layers):
    return [next(i for i, layer in enumerate(layers) if name in re.findall(r"\w+", layer)) for name in names]
