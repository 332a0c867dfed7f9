"""The sample of upstream files, and what the builders make of it."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from costsvc.evidence.importers import build
from costsvc.settings import bundled_data

SAMPLE = Path(__file__).parents[1] / "upstream"


def empty_package(folder):
    """A data package that describes its tables and knows the sources, and has no rows."""
    folder.mkdir()
    for name in ("datapackage.json", "sources.csv"):
        shutil.copy(bundled_data() / name, folder)
    return folder


@pytest.fixture(scope="session")
def sample():
    return SAMPLE


@pytest.fixture
def upstream(tmp_path):
    """A copy of the sample that a test may spoil."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "upstream"))


@pytest.fixture
def package(tmp_path):
    return empty_package(tmp_path / "data")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    folder = empty_package(tmp_path_factory.mktemp("built") / "data")
    build(SAMPLE, folder)
    return folder


@pytest.fixture(scope="session")
def table(built):
    def read(name):
        return pd.read_csv(built / f"{name}.csv", keep_default_na=False, na_values=[""])

    return read
