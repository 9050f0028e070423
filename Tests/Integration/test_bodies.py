"""Bodies: every framing both ways, trailers, interim answers, streaming, back-pressure, memory."""

import os
import socket
import threading
import time

import pytest

from harness.client import Client, fetch, get, post
from harness.upstream import answer, eventually
from harness.wire import Violation, parse_response

LARGE = int(os.environ.get("SLB_TEST_LARGE", 1 << 30))
GROWTH = 16 << 20  # resident memory a large transfer may add
BLOCK = os.urandom(1 << 20)


def scripted(raw: bytes, close: bool = False):
    def behave(connection):
        while connection.read_request() is not None:
            connection.send(raw)
            if close:
                return
    return behave


def test_a_chunked_upload_arrives_whole_with_its_trailer(slb, upstream):
    raw = b"POST /up HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Sum: 7\r\n\r\n"
    assert fetch(slb.address, raw).status == 200
    request = upstream.requests[0]
    assert request.body == b"abcdefg"
    assert not [t for t in request.trailers if t[0].lower() != b"x-sum"]


def test_a_chunked_answer_arrives_whole(start_slb, start_upstream):
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Sum: 7\r\n\r\n"
    slb = start_slb(start_upstream(scripted(raw)).url)
    assert fetch(slb.address, get("/", "TE: trailers", "Connection: TE")).body == b"abcdefg"


def test_a_close_delimited_answer_is_framed_for_the_client(start_slb, start_upstream):
    slb = start_slb(start_upstream(scripted(b"HTTP/1.1 200 OK\r\n\r\nuntil the end", close=True)).url)
    response = fetch(slb.address, get("/"))
    assert response.body == b"until the end"


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_bodiless_answers_keep_the_connection(start_slb, start_upstream, status):
    slb = start_slb(start_upstream(scripted(b"HTTP/1.1 " + status + b"\r\nETag: \"a\"\r\n\r\n")).url)
    with Client(slb.address) as client:
        for _ in range(3):
            client.send(get("/"))
            response = client.response()
            assert response.status == int(status[:3]) and response.body == b""


def test_head_answers_have_the_length_and_no_body(start_slb, start_upstream):
    slb = start_slb(start_upstream(scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")).url)
    with Client(slb.address) as client:
        for _ in range(3):
            client.send(get("/", method="HEAD"))
            assert client.response(b"HEAD").one(b"content-length") == b"1234"


def test_early_hints_pass_before_the_answer(start_slb, start_upstream):
    slb = start_slb(start_upstream(scripted(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(b"x"))).url)
    response = fetch(slb.address, get("/"))
    assert response.interim == [103] and response.body == b"x"


def test_an_http_1_0_client_gets_no_interim_answers(start_slb, start_upstream):
    slb = start_slb(start_upstream(scripted(b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(b"x"))).url)
    assert fetch(slb.address, b"GET / HTTP/1.0\r\nHost: t\r\n\r\n").interim == []


def test_events_pass_at_once(start_slb, start_upstream):
    """Each event is sent only after the client has the one before it."""
    turns = [threading.Event() for _ in range(10)]

    def events(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, turn in enumerate(turns):
            text = b"data: %d\n\n" % number
            connection.send(b"%x\r\n" % len(text) + text + b"\r\n")
            if not turn.wait(5):
                return
        connection.send(b"0\r\n\r\n")

    slb = start_slb(start_upstream(events).url)
    with Client(slb.address) as client:
        client.send(get("/events"))
        for number, turn in enumerate(turns):
            client.read_until(b"data: %d\n\n" % number, 3)
            turn.set()
        client.read_until(b"0\r\n\r\n", 3)


def test_a_streaming_request_reaches_the_upstream_before_its_end(start_slb, start_upstream):
    arrived = threading.Event()

    def behave(connection):
        connection.read_head()
        while b"first" not in connection.buffer and connection.fill():
            pass
        arrived.set()
        while b"0\r\n\r\n" not in connection.buffer and connection.fill():
            pass
        connection.send(answer(b"done"))

    slb = start_slb(start_upstream(behave).url)
    with Client(slb.address) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert arrived.wait(5), "the first chunk waited for the end of the body"
        client.send(b"0\r\n\r\n")
        assert client.response().body == b"done"


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_large_upload_streams_in_constant_memory(start_slb, start_upstream, framing):
    size = LARGE // len(BLOCK) * len(BLOCK)
    received = {"total": 0}

    def sink(connection):
        connection.keep_log = False
        if connection.read_head() is None:
            return
        tail = b""
        while True:
            received["total"] += len(connection.buffer)
            tail = (tail + connection.buffer[-5:])[-5:]
            connection.buffer.clear()
            done = received["total"] >= size if framing == "length" else tail == b"0\r\n\r\n"
            if done or not connection.fill():
                break
        connection.send(answer(b"done"))

    slb = start_slb(start_upstream(sink).url)
    before, peak = slb.resident(), 0
    with Client(slb.address, 120) as client:
        head = b"Content-Length: %d" % size if framing == "length" else b"Transfer-Encoding: chunked"
        client.send(b"POST /up HTTP/1.1\r\nHost: t\r\n" + head + b"\r\n\r\n")
        block = BLOCK if framing == "length" else b"%x\r\n" % len(BLOCK) + BLOCK + b"\r\n"
        for number in range(size // len(BLOCK)):
            assert client.send(block), "the proxy ended the upload"
            if number % 64 == 0:
                peak = max(peak, slb.resident())
        client.send(b"" if framing == "length" else b"0\r\n\r\n")
        assert client.response(timeout=60).status == 200
    assert received["total"] >= size
    assert peak - before < GROWTH, f"memory grew by {(peak - before) >> 20} MiB"


def test_a_large_download_streams_in_constant_memory(start_slb, start_upstream):
    def source(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        for _ in range(LARGE // len(BLOCK)):
            if not connection.send(BLOCK):
                return

    slb = start_slb(start_upstream(source).url)
    before, peak, total, number = slb.resident(), 0, 0, 0
    with Client(slb.address, 120) as client:
        client.send(get("/down"))
        client.read_until(b"\r\n\r\n")
        total = len(client.buffer)
        buffer = bytearray(1 << 20)
        client.sock.settimeout(30)
        while total < LARGE and (count := client.sock.recv_into(buffer)):
            total, number = total + count, number + 1
            if number % 512 == 0:
                peak = max(peak, slb.resident())
    assert total == LARGE
    assert peak - before < GROWTH, f"memory grew by {(peak - before) >> 20} MiB"


def test_a_reader_that_takes_nothing_holds_the_upstream_back(start_slb, start_upstream):
    sent = {"bytes": 0}

    def source(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        while sent["bytes"] < (256 << 20) and connection.send(b"10000\r\n" + BLOCK[:65536] + b"\r\n"):
            sent["bytes"] += 65536

    slb = start_slb(start_upstream(source).url)
    before = slb.resident()
    with Client(slb.address, receive_buffer=4096) as client:
        client.send(get("/slow"))
        last, since = -1, time.monotonic()

        def stalled() -> bool:
            nonlocal last, since
            if sent["bytes"] != last:
                last, since = sent["bytes"], time.monotonic()
            return last > 0 and time.monotonic() - since > 0.5

        eventually(stalled, 20, "the upstream to be held back")
        assert sent["bytes"] < 64 << 20
        assert slb.resident() - before < GROWTH


def test_an_upstream_that_takes_nothing_holds_the_client_back(start_slb, start_upstream):
    stop = threading.Event()

    def sink(connection):
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.read_head()
        stop.wait(20)

    slb = start_slb(start_upstream(sink).url)
    before, sent = slb.resident(), 0
    with Client(slb.address) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % (1 << 30))
        client.sock.settimeout(1)
        try:
            while sent < 256 << 20:
                sent += client.sock.send(BLOCK)
        except TimeoutError:
            pass
        assert sent < 64 << 20, "the client was never held back"
        assert slb.resident() - before < GROWTH
        stop.set()


@pytest.mark.parametrize("raw", [b"Content-Length: 10\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"], ids=["length", "chunked"])
def test_an_upstream_dying_in_the_body_is_visible_to_the_client(start_slb, start_upstream, raw):
    slb = start_slb(start_upstream(scripted(b"HTTP/1.1 200 OK\r\n" + raw, close=True)).url)
    with Client(slb.address) as client:
        client.send(get("/"))
        data = client.read_all(5)
        assert client.ended in ("closed", "reset")
        assert parse_response(data, closed=True) is None or data.startswith(b"HTTP/1.1 502")


def test_an_early_answer_ends_an_upload(start_slb, start_upstream):
    def refuse(connection):
        connection.read_head()
        connection.send(answer(b"too big", b"413 Content Too Large", b"Connection: close"))

    slb = start_slb(start_upstream(refuse).url)
    with Client(slb.address, 10) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % (64 << 20))
        sender = threading.Thread(target=lambda: [client.send(BLOCK) for _ in range(64)], daemon=True)
        sender.start()
        try:
            assert client.response().status == 413
        except Violation:
            assert client.ended == "reset", "neither the answer nor an end"


def test_posting_many_small_bodies_keeps_them_apart(slb, upstream):
    with Client(slb.address) as client:
        client.send(b"".join(post(f"/{n}", b"x" * n) for n in range(60)))
        for number in range(60):
            assert client.response().body == b"echo:/%d" % number
    by_target = {r.target: r.body for r in upstream.requests}
    assert all(by_target[b"/%d" % n] == b"x" * n for n in range(60))
