"""What is known, page by page and one by one."""

from typing import Any

import pytest
from flask.testing import FlaskClient

RESOURCES = ("accelerators", "instances", "regions", "models", "prices", "sources", "data")
LEAST = {"accelerators": 110, "instances": 60, "regions": 120, "models": 300}


def page(client: FlaskClient, resource: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/{resource}", query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("limit", [7, 1000])
def test_following_the_cursor_shows_every_item_once(client: FlaskClient, resource: str, limit: int) -> None:
    items, cursor = [], ""
    while cursor is not None:
        found = page(client, resource, limit=limit, cursor=cursor)
        assert len(found["items"]) <= limit
        items += found["items"]
        cursor = found["next"]
        if limit < 100 and len(items) > 500:
            return  # the tables with thousands of rows are walked with long pages
    assert len(items) == found["total"]
    assert len({repr(item) for item in items}) == len(items)


@pytest.mark.parametrize(("resource", "least"), LEAST.items())
def test_as_much_is_known_as_was_promised(client: FlaskClient, resource: str, least: int) -> None:
    assert page(client, resource, limit=1)["total"] >= least


@pytest.mark.parametrize(
    ("resource", "q", "column", "wanted"),
    [
        pytest.param("accelerators", "NVIDIA H100 80GB HBM3", "accelerator_id", "nvidia-h100-sxm5-80gb", id="alias"),
        pytest.param("instances", "P5.48", "instance_id", "aws:p5.48xlarge", id="part-of-an-id"),
        pytest.param("regions", "virginia", "region_id", "aws:us-east-1", id="location"),
        pytest.param("models", "llama-3.1-8b", "model_id", "llama-3.1-8b", id="model"),
        pytest.param("sources", "scaling laws for neural", "source_id", "kaplan-2020", id="title"),
    ],
)
def test_a_word_finds_what_it_names(client: FlaskClient, resource: str, q: str, column: str, wanted: str) -> None:
    found = page(client, resource, q=q)
    assert wanted in [item[column] for item in found["items"]]
    assert found["total"] < page(client, resource)["total"]


def test_a_word_that_nothing_holds_finds_nothing(client: FlaskClient) -> None:
    assert page(client, "models", q="no such model") == {"items": [], "total": 0, "next": None}


def test_a_cursor_past_the_end_finds_nothing_more(client: FlaskClient) -> None:
    version = client.get("/readyz").get_json()["data_version"]
    found = page(client, "regions", cursor=f"{version}:\uffff")
    assert (found["items"], found["next"]) == ([], None)


@pytest.mark.parametrize(
    ("resource", "name", "column", "wanted"),
    [
        pytest.param("accelerators", "nvidia-h100-sxm5-80gb", "accelerator_id", "nvidia-h100-sxm5-80gb", id="id"),
        pytest.param("accelerators", "tpu-v4", "accelerator_id", "google-tpu-v4", id="without-vendor"),
        pytest.param("accelerators", "NVIDIA H100 80GB HBM3", "accelerator_id", "nvidia-h100-sxm5-80gb", id="alias"),
        pytest.param("instances", "p5.48xlarge", "instance_id", "aws:p5.48xlarge", id="instance"),
        pytest.param("regions", "aws:us-east-1", "region_id", "aws:us-east-1", id="region"),
        pytest.param("regions", "aws/us-east-1", "region_id", "aws:us-east-1", id="region-with-slash"),
        pytest.param("models", "LLAMA-3.1-8B", "model_id", "llama-3.1-8b", id="case"),
        pytest.param("prices", "electricity:USA:2024", "zone_id", "USA", id="price"),
        pytest.param("sources", "kaplan-2020", "source_id", "kaplan-2020", id="source"),
        pytest.param("data", "accelerators", "name", "accelerators", id="table"),
    ],
)
def test_one_is_shown_by_id_or_alias(client: FlaskClient, resource: str, name: str, column: str, wanted: str) -> None:
    assert client.get(f"/v1/{resource}/{name}").get_json()[column] == wanted


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_item_of_a_page_can_be_shown_by_its_id(client: FlaskClient, resource: str) -> None:
    for item in page(client, resource, limit=20)["items"]:
        id_ = next(iter(item.values()))
        assert client.get(f"/v1/{resource}/{id_}").get_json() == item


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_is_not_known_is_not_found(client: FlaskClient, resource: str) -> None:
    answer = client.get(f"/v1/{resource}/no-such-thing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "'no-such-thing'" in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models?q=llama&limit=5", "/v1/models/llama-3.1-8b"])
def test_an_etag_saves_sending_the_same_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_different_pages_have_different_etags(client: FlaskClient) -> None:
    paths = ("/v1/models", "/v1/regions", "/v1/models?q=llama", "/v1/models?limit=5", "/v1/models/llama-3.1-8b")
    assert len({client.get(path).headers["ETag"] for path in paths}) == len(paths)
