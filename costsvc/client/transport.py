"""One request over HTTP: timeouts, and further attempts where the service is away or busy."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InvalidHeader, NewConnectionError, ProtocolError

from costsvc import __version__
from costsvc.answers.operations import Problem
from costsvc.client.errors import NoAnswerError, ServiceError

SCHEMES = ("http", "https")
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
RETRIED_FAILURES = (NewConnectionError, ConnectTimeoutError, ProtocolError)
"""No connection, or one that ends before the answer does. A timeout of reading is final: the answer takes too long."""
FIRST_WAIT_S = 0.25
"""Wait before the second attempt where the service states none; each further wait is twice as long."""
LEAST_S = 0.001
CONNECTIONS = 8
"""Idle connections that are kept for further requests; as many threads can share a client without opening new ones."""
JSON = "application/json"
QUOTED = 500
"""Characters of an error page that a message quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long a client waits.

    Attributes:
        connect_s: For a connection. [s]
        read_s: For the next bytes of an answer. [s]
        total_s: For all attempts and the waits between them, up to the first bytes of the answer. [s]
    """

    connect_s: float = 5.0
    read_s: float = 60.0
    total_s: float = 120.0


class Transport:
    """Connections to one service, and to no other host: redirects are not followed.

    Attributes:
        address: Address of the service, with its prefix and without a slash at the end.
    """

    def __init__(self, address: str, headers: Mapping[str, str], timeouts: Timeouts, retries: int) -> None:
        self.address = _checked_address(address)
        self._timeouts, self._retries = timeouts, retries
        own = urllib3.make_headers(accept_encoding="gzip", user_agent=f"costsvc-client/{__version__}")
        self._headers = {**own, **headers}
        self._prefix = urlsplit(self.address).path
        self._pool = urllib3.connection_from_url(self.address, maxsize=CONNECTIONS)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def send(
        self, method: str, path: str, body: bytes | None = None, media_type: str = JSON
    ) -> urllib3.BaseHTTPResponse:
        """The answer to a request that may be repeated.

        Args:
            method: GET or POST.
            path: Path and query below the address of the service.
            body: The body, or None without one.
            media_type: Its media type.

        Raises:
            ServiceError: If the service refuses the request or fails.
            NoAnswerError: If it cannot be reached, or does not answer in time.
        """
        deadline = time.monotonic() + self._timeouts.total_s
        for attempt in count(1):
            answer = self._attempt(method, path, (body, media_type), deadline)
            wait_s = _wait_s(answer, attempt)
            if wait_s is None or attempt > self._retries or time.monotonic() + wait_s > deadline:
                break
            time.sleep(wait_s)
        if isinstance(answer, HTTPError):
            raise NoAnswerError(f"no answer from {self.address}, attempts: {attempt}; {answer}") from answer
        if not HTTPStatus(200) <= answer.status < HTTPStatus(300):
            raise ServiceError(_problem(answer), _retry_after_s(answer))
        return answer

    def _attempt(
        self, method: str, path: str, content: tuple[bytes | None, str], deadline: float
    ) -> urllib3.BaseHTTPResponse | HTTPError:
        left_s = max(deadline - time.monotonic(), LEAST_S)
        timeout = urllib3.Timeout(
            connect=min(self._timeouts.connect_s, left_s), read=min(self._timeouts.read_s, left_s)
        )
        try:
            return self._pool.urlopen(
                method,
                self._prefix + path,
                body=content[0],
                headers={**self._headers, "Content-Type": content[1]},
                timeout=timeout,
                retries=False,
                redirect=False,
            )
        except HTTPError as error:
            return error


def _checked_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"must be an address like http://localhost:8000 or https://example.org/costs, got {address!r}")
    if parts.username is not None:
        raise ValueError("the address must not contain a user name or a password; give them as headers")
    return address.rstrip("/")


def _wait_s(answer: urllib3.BaseHTTPResponse | HTTPError, attempt: int) -> float | None:
    """Seconds to wait before another attempt; None if there must be none."""
    own_s = FIRST_WAIT_S * 2 ** (attempt - 1)
    if isinstance(answer, HTTPError):
        return own_s if isinstance(answer, RETRIED_FAILURES) else None
    if answer.status not in RETRIED_STATUSES:
        return None
    stated_s = _retry_after_s(answer)
    return own_s if stated_s is None else stated_s


def _retry_after_s(answer: urllib3.BaseHTTPResponse) -> float | None:
    try:
        return urllib3.Retry().get_retry_after(answer)
    except InvalidHeader:
        return None


def _problem(answer: urllib3.BaseHTTPResponse) -> Problem:
    """The problem that the service states, or one about the answer of a proxy or another server."""
    problem = Problem(type="about:blank", title=answer.reason or "Error", status=answer.status, detail="")
    if answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        problem.update(answer.json())
    elif location := answer.headers.get("Location"):
        problem["detail"] = f"leads to {location}, which is not followed; give the address of the service itself"
    else:
        problem["detail"] = answer.data.decode(errors="replace").strip()[:QUOTED]
    return problem
