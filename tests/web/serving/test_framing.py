"""Where a request ends, however its bytes arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.web.serving.framing import HEAD_BYTES, Incoming

MOST = 1000
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"
TRAILED = b"POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\nDigest: x\r\n\r\n"
WHOLE = [
    pytest.param(GET, id="without a body"),
    pytest.param(POST, id="with a length"),
    pytest.param(POST.replace(b"Content-Length: ", b"CONTENT-length:\t"), id="with a length in other letters"),
    pytest.param(CHUNKED, id="in chunks"),
    pytest.param(TRAILED, id="in chunks with a trailer"),
]


def fed(*parts):
    incoming = Incoming(most_bytes=MOST)
    for part in parts:
        incoming.feed(part)
    return incoming


@pytest.mark.parametrize("request_", WHOLE)
def test_a_request_is_whole_with_its_last_byte(request_):
    for end in range(len(request_)):
        assert not fed(request_[:end]).whole, request_[:end]
    assert fed(request_).take() == request_


@pytest.mark.parametrize("request_", WHOLE)
@given(data=st.data())
def test_it_does_not_matter_how_the_bytes_are_split(request_, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(request_)), max_size=8)))
    parts = [request_[a:b] for a, b in zip([0, *cuts], [*cuts, len(request_)], strict=True)]
    incoming = fed(*parts)
    assert incoming.whole
    assert incoming.take() == request_
    assert not incoming.data


@pytest.mark.parametrize("first", WHOLE)
@pytest.mark.parametrize("second", WHOLE)
def test_what_follows_a_request_is_the_next(first, second):
    incoming = fed(first + second)
    assert (incoming.take(), incoming.whole, incoming.take()) == (first, True, second)


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"G" * (HEAD_BYTES + 1), id="a head without an end"),
        pytest.param(POST.replace(b": 5", b": 9999") + b"x" * MOST, id="a body that is too long"),
        pytest.param(CHUNKED.replace(b"5\r\nhello", b"zz\r\nhello"), id="a size that is not hexadecimal"),
        pytest.param(CHUNKED.replace(b"hello", b"hello!"), id="a chunk that is longer than it says"),
        pytest.param(CHUNKED.replace(b"5\r\n", b"f" * 2000), id="a size that does not end"),
    ],
)
def test_what_can_never_be_whole_is_handed_on_at_once(nonsense):
    assert fed(nonsense).whole


def test_a_client_that_waits_to_be_told_to_go_on_is_noticed():
    head = POST.replace(b"Host: a", b"Expect: 100-continue").removesuffix(b"hello")
    assert fed(head).waits_for_go
    assert not fed(head, b"hello").waits_for_go
    assert not fed(POST.removesuffix(b"hello")).waits_for_go
