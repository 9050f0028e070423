"""An upstream that resets or closes in each state of an exchange: the client gets an error or a clean
end, never a wrong answer, and the next request is served."""

import threading

import pytest

from harness.client import Client, fetch, get, post
from harness.process import PEER
from harness.upstream import answer
from harness.wire import Violation

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
# What the upstream sends before it goes, by state.
BEFORE_THE_ANSWER = {
    "nothing": b"",
    "half-status-line": b"HTTP/1.1 20",
    "half-head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "interim-only": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
}
WITHIN_THE_ANSWER = {
    "head-only": HEAD,
    "half-body": HEAD + b"x" * 50000,
    "chunked-head-only": CHUNKED,
    "within-a-chunk-size": CHUNKED + b"5\r\nhello\r\n1",
    "within-a-chunk": CHUNKED + b"5\r\nhel",
    "between-chunks": CHUNKED + b"5\r\nhello\r\n",
    "before-the-last-line": CHUNKED + b"5\r\nhello\r\n0\r\n",
    "within-a-trailer": CHUNKED + b"5\r\nhello\r\n0\r\nX-Su",
}
ENDINGS = ["reset", "close"]


def dying(said: bytes, ending: str):
    """Ends `/die` after what it said; everything else gets its target back."""
    def behave(connection):
        while (request := connection.read_request()) is not None:
            if request.target != b"/die":
                connection.send(answer(b"echo:" + request.target))
                continue
            connection.send(said)
            if ending == "reset":
                connection.reset()
            return
    return behave


def still_serves(slb) -> None:
    for number in range(4):
        assert fetch(slb.address, get(f"/after/{number}")).body == b"echo:/after/%d" % number


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("state", BEFORE_THE_ANSWER)
def test_gone_before_the_answer_is_502(start_slb, start_upstream, state, ending):
    slb = start_slb(start_upstream(dying(BEFORE_THE_ANSWER[state], ending)).url)
    # A POST, so that no second attempt hides the first.
    response = fetch(slb.address, post("/die", b"hello"))
    assert response.status == 502 and response.one(b"x-route-source") == b"local"
    still_serves(slb)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("state", WITHIN_THE_ANSWER)
def test_gone_within_the_answer_is_never_a_whole_answer(start_slb, start_upstream, state, ending):
    slb = start_slb(start_upstream(dying(WITHIN_THE_ANSWER[state], ending)).url)
    with Client(slb.address) as client:
        client.send(post("/die", b"hello") + get("/must-not-follow"))
        try:
            response = client.response()
        except Violation:
            assert client.ended in ("closed", "reset"), "a cut answer left the connection open"
        else:
            # A reset may overtake what was said before it.
            assert response.status == 502, f"a cut answer was passed off as whole: {response.raw[:200]!r}"
        assert b"echo:/must-not-follow" not in bytes(client.buffer) or response.status == 502
    still_serves(slb)


@pytest.mark.parametrize("ending", ENDINGS)
def test_gone_while_the_request_body_is_sent(start_slb, start_upstream, ending):
    """It takes the head and a little, then goes, while the client still sends."""
    gone = threading.Event()

    def behave(connection):
        head = connection.read_head()
        if head and head.startswith(b"POST /die"):
            if ending == "reset":
                connection.reset()
            else:
                connection.close()
            gone.set()
        elif head:
            connection.send(answer(b"served"))

    slb = start_slb(start_upstream(behave).url)
    size = 8 << 20
    with Client(slb.address) as client:
        client.send(b"POST /die HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % size + b"x" * 65536)
        assert gone.wait(10)
        block, sent = b"x" * 65536, 65536
        while sent < size and client.send(block):
            sent += len(block)
        text = client.read_all()
        assert client.ended in ("closed", "reset")
        assert text.startswith(b"HTTP/1.1 502 ") or (not text and client.ended == "reset"), text[:200]
    assert fetch(slb.address, get("/after")).body == b"served"


@pytest.mark.parametrize("ending", ENDINGS)
def test_gone_between_exchanges_is_nobodys_problem(start_slb, start_upstream, ending):
    """An idle connection of the pool dies; the next request takes another."""
    dead = threading.Event()

    def behave(connection):
        request = connection.read_request()
        if request is None:
            return
        connection.send(answer(b"echo:" + request.target))
        if connection.number == 0:
            if ending == "reset":
                connection.reset()
            dead.set()
            return
        while (request := connection.read_request()) is not None:
            connection.send(answer(b"echo:" + request.target))

    slb = start_slb(start_upstream(behave).url, config={"workers": 1})
    with Client(slb.address) as client:
        client.send(get("/first"))
        assert client.response().body in (b"echo:/first",)
        assert dead.wait(5)
        for number in range(3):
            client.send(get(f"/{number}"))
            assert client.response().body == b"echo:/%d" % number
