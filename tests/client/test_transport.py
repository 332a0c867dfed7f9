"""What the client does where the service is away, busy, slow or another one; the servers here answer as prescribed."""

import gzip
import socket
from email.utils import formatdate
from typing import Any

import pytest

from costsvc import __version__
from costsvc.client import Client, NoAnswerError, ServiceError, Timeouts
from tests.client.conftest import Reply
from tests.web.conftest import free_port

HEALTH = {"status": "ok"}
JSON = {"Content-Type": "application/json"}
PROBLEM = b'{"type": "/docs/problems#busy", "title": "Busy", "status": 503, "detail": "Try again in a second."}'
BUSY = {"Content-Type": "application/problem+json"}


def busy(**headers: str) -> Reply:
    return Reply(503, BUSY | {name.replace("_", "-"): value for name, value in headers.items()}, PROBLEM)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(busy(Retry_After="1"), id="busy-for-a-second"),
        pytest.param(busy(Retry_After=formatdate(0, usegmt=True)), id="busy-until-a-date"),
        pytest.param(busy(Retry_After="soon"), id="unreadable-wait"),
        pytest.param(busy(), id="no-stated-wait"),
        pytest.param(Reply(429, {"Retry-After": "0"}, b"slow down"), id="too-many-requests"),
        pytest.param(Reply(502, {}, b"bad gateway"), id="bad-gateway"),
        pytest.param(Reply(504, {}, b""), id="gateway-timeout"),
        pytest.param(Reply(0), id="connection-ended"),
    ],
)
def test_a_request_is_sent_again(prescribe: Any, first: Reply) -> None:
    with prescribe(first, Reply()) as server, Client(server.address) as client:
        assert client.estimate_training(accelerator="h100", accelerator_hours=1) == HEALTH
    assert [(method, path) for method, path, *_ in server.asked] == [("POST", "/v1/estimates/training")] * 2
    assert server.asked[0][3] == server.asked[1][3] == b'{"accelerator": "h100", "accelerator_hours": 1}'


@pytest.mark.parametrize("status", [400, 401, 404, 422, 500, 501])
def test_a_final_answer_is_an_error_at_once(prescribe: Any, status: int) -> None:
    with (
        prescribe(Reply(status, {"Retry-After": "0"}, b"no\n")) as server,
        Client(server.address) as client,
        pytest.raises(ServiceError, match=f"^{status} .*: no\n"),
    ):
        client.check_health()
    assert len(server.asked) == 1


def test_attempts_end(prescribe: Any) -> None:
    with (
        prescribe(busy(Retry_After="0")) as server,
        Client(server.address, retries=2) as client,
        pytest.raises(ServiceError, match=r"^503 Busy: Try again in a second\.\n  retry after 0 s$") as caught,
    ):
        client.check_health()
    assert len(server.asked) == 3
    assert caught.value.code == "busy"


def test_nothing_is_sent_again_without_retries(prescribe: Any) -> None:
    with (
        prescribe(busy()) as server,
        Client(server.address, retries=0) as client,
        pytest.raises(ServiceError, match=r"^503 Busy: Try again in a second\.$"),
    ):
        client.check_health()
    assert len(server.asked) == 1


def test_a_wait_beyond_the_total_is_not_begun(prescribe: Any) -> None:
    with (
        prescribe(busy(Retry_After="3600"), Reply()) as server,
        Client(server.address) as client,
        pytest.raises(ServiceError) as caught,
    ):
        client.check_health()
    assert caught.value.retry_after_s == 3600
    assert len(server.asked) == 1


def test_attempts_end_with_the_total(prescribe: Any) -> None:
    with (
        prescribe(busy()) as server,
        Client(server.address, timeouts=Timeouts(total_s=1), retries=1000) as client,
        pytest.raises(ServiceError),
    ):
        client.check_health()
    assert 1 < len(server.asked) <= 3  # waits of 0.25, 0.5 and 1 s would be longer than the total


@pytest.mark.parametrize("timeouts", [Timeouts(read_s=0.2), Timeouts(total_s=0.2)], ids=["time-to-read", "total-time"])
def test_a_service_that_never_answers_is_left(timeouts: Timeouts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            Client(address, timeouts=timeouts) as client,
            pytest.raises(NoAnswerError, match=rf"^no answer from {address}, attempts: 1; .*Read timed out"),
        ):
            client.check_health()


def test_a_refused_connection_names_the_address() -> None:
    address = f"http://127.0.0.1:{free_port()}/costs"
    message = rf"^no answer from {address}, attempts: 2; .*Connection refused"
    with Client(address, retries=1) as client, pytest.raises(NoAnswerError, match=message):
        client.check_health()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(prescribe: Any, status: int) -> None:
    with prescribe(Reply()) as other:
        moved = Reply(status, {"Location": f"{other.address}/v1/estimates/training"}, b"")
        with (
            prescribe(moved) as server,
            Client(server.address, headers={"Authorization": "Bearer secret"}) as client,
            pytest.raises(ServiceError, match=rf"^{status} .*: leads to {other.address}/v1/estimates/training"),
        ):
            client.estimate_training(accelerator="h100", accelerator_hours=1)
    assert other.asked == []


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200, {"Content-Type": "text/html"}, b"<h1>Log in</h1>"), id="page"),
        pytest.param(Reply(200, {}, b"OK"), id="no-type"),
        pytest.param(Reply(200, JSON, b'["ok"]'), id="other-json"),
    ],
)
def test_an_answer_of_another_server_is_no_estimate(prescribe: Any, reply: Reply) -> None:
    with (
        prescribe(reply) as server,
        Client(server.address) as client,
        pytest.raises(ServiceError, match=f"{server.address} answers estimateTraining without a JSON object"),
    ):
        client.estimate_training(accelerator="h100", accelerator_hours=1)


def test_a_problem_may_lack_members(prescribe: Any) -> None:
    with (
        prescribe(Reply(403, BUSY, b'{"title": "Not allowed"}')) as server,
        Client(server.address) as client,
        pytest.raises(ServiceError, match=r"^403 Not allowed: $") as caught,
    ):
        client.check_health()
    assert (caught.value.code, caught.value.errors) == ("", {})


def test_a_request_says_who_asks_and_what_a_proxy_needs(prescribe: Any) -> None:
    with prescribe(Reply()) as server, Client(server.address, headers={"Authorization": "Bearer secret"}) as client:
        client.check_health()
    _, _, headers, _ = server.asked[0]
    assert headers["User-Agent"] == f"costsvc-client/{__version__}"
    assert headers["Authorization"] == "Bearer secret"


def test_an_answer_may_be_compressed(prescribe: Any) -> None:
    reply = Reply(200, JSON | {"Content-Encoding": "gzip"}, gzip.compress(b'{"status": "ok"}'))
    with prescribe(reply) as server, Client(server.address) as client:
        assert client.check_health() == HEALTH
    assert server.asked[0][2]["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        pytest.param("localhost:8000", "must be an address like .*, got 'localhost:8000'", id="no-scheme"),
        pytest.param("ftp://localhost", "must be an address like .*, got 'ftp://localhost'", id="other-scheme"),
        pytest.param("http://", "must be an address like .*, got 'http://'", id="no-host"),
        pytest.param("http://localhost/?a=1", "must be an address like", id="query"),
        pytest.param("http://me:secret@localhost", "^the address must not contain a user name", id="password"),
    ],
)
def test_an_address_that_cannot_be_right_is_refused(address: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Client(address)
