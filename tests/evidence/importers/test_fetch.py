"""A folder is filled with upstream files by a real package client, and by what a person put elsewhere."""

import hashlib
import io
import tarfile
import zipfile
from datetime import date

import pytest

from costsvc.errors import TableError
from costsvc.evidence.importers import fetch as fetching
from costsvc.evidence.importers.fetch import fetch
from costsvc.evidence.importers.upstream import Upstream, manifest

TEXT = b"name,value\na,1\n"
RIGHT = hashlib.sha256(TEXT).hexdigest()
METADATA = "Metadata-Version: 2.1\nName: tables\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def upstream(**given):
    known = {"name": "tables", "package": None, "version": "1.0", "source": "a page", "trimmed": None}
    files = {"tables/tables/data.csv": RIGHT}
    return Upstream(**{**known, "date": date(2026, 1, 1), "licence": "MIT", "files": files, **given})


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder with one real wheel, the only place where pip looks."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tables-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tables/data.csv", TEXT)
        for name, text in (("METADATA", METADATA), ("WHEEL", WHEEL), ("RECORD", "")):
            wheel.writestr(f"tables-1.0.dist-info/{name}", text)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def states(found):
    return [one.state for one in found]


def test_a_package_is_unpacked_once(tmp_path, index):
    asked = [upstream(package="pypi:tables")]
    assert states(fetch(asked, tmp_path / "into")) == ["unpacked"]
    assert (tmp_path / "into/tables/tables/data.csv").read_bytes() == TEXT
    assert states(fetch(asked, tmp_path / "into")) == ["present"]


def test_a_file_of_another_content_is_told(tmp_path, index):
    asked = [upstream(package="pypi:tables", files={"tables/tables/data.csv": "0" * 64})]
    assert states(fetch(asked, tmp_path / "into")) == ["differs"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"package": "pypi:tables", "version": "2.0"}, "pypi:tables 2.0", id="version"),
        pytest.param({"package": "pypi:tables", "files": {"tables/other.csv": RIGHT}}, "holds no other.csv", id="file"),
        pytest.param({"package": "cargo:tables"}, "cannot be downloaded", id="client"),
    ],
)
def test_a_package_that_does_not_hold_the_file_is_named(tmp_path, index, given, message):
    with pytest.raises(TableError, match=message):
        fetch([upstream(**given)], tmp_path / "into")


def test_a_file_that_no_package_carries_is_taken_from_the_folder_that_a_person_filled(tmp_path):
    offered = tmp_path / "offered/tables/tables"
    offered.mkdir(parents=True)
    (offered / "data.csv").write_bytes(TEXT)
    assert states(fetch([upstream()], tmp_path / "into")) == ["missing"]
    assert states(fetch([upstream()], tmp_path / "into", tmp_path / "offered")) == ["copied"]


def test_a_file_inside_a_tarball_is_read(tmp_path):
    with tarfile.open(tmp_path / "package.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("package/data.csv")
        member.size = len(TEXT)
        tar.addfile(member, io.BytesIO(TEXT))
    assert fetching._member(tmp_path / "package.tgz", "package/data.csv") == TEXT


class TestManifest:
    def test_every_file_says_where_it_comes_from_and_under_which_licence(self):
        for one in manifest():
            assert one.package or one.source, one.name
            assert one.licence, one.name
            assert all(len(content) == 64 for content in one.files.values()), one.name

    def test_no_path_is_claimed_twice(self):
        paths = [path for one in manifest() for path in one.files]
        assert len(paths) == len(set(paths))

    @pytest.mark.parametrize("text", ["[a]\nlicence = 'MIT'\n", "[a\n", "a = 1\n"])
    def test_a_manifest_that_cannot_be_read_is_named(self, tmp_path, text):
        (tmp_path / "upstream.toml").write_text(text)
        with pytest.raises(TableError, match=r"upstream\.toml"):
            manifest(tmp_path / "upstream.toml")
