"""Connections of clients: keep-alive, pipelining, half-close, resets, HTTP/1.0, target forms."""

import json
import threading

import pytest

from harness.client import Client, fetch, get, post
from harness.upstream import Upstream, answer, eventually


def test_one_connection_carries_many_requests(slb, upstream):
    with Client(slb.address) as client:
        for number in range(50):
            client.send(get(f"/{number}"))
            assert client.response().body == b"echo:/%d" % number
    assert len(upstream.requests) == 50
    assert len(upstream.connections) <= 2, "upstream connections are reused"


def test_pipelined_answers_come_in_order(slb):
    with Client(slb.address) as client:
        client.send(b"".join(get(f"/{n}") for n in range(40)))
        assert [client.response().body for _ in range(40)] == [b"echo:/%d" % n for n in range(40)]


def test_pipelined_answers_keep_order_when_the_first_is_slow(start_slb, start_upstream):
    release = threading.Event()

    def slow_first(connection):
        while (request := connection.read_request()) is not None:
            if request.target == b"/slow":
                release.wait(10)
            connection.send(answer(b"echo:" + request.target))

    slb = start_slb(start_upstream(slow_first).url)
    with Client(slb.address) as client:
        client.send(get("/slow") + get("/fast"))
        release.set()
        assert [client.response().body, client.response().body] == [b"echo:/slow", b"echo:/fast"]


def test_a_head_may_come_byte_by_byte(slb):
    with Client(slb.address) as client:
        for byte in post("/drip", b"hello"):
            client.send(bytes([byte]))
        assert client.response().body == b"echo:/drip"


@pytest.mark.parametrize("cut", range(1, 60, 4))
def test_a_message_may_be_split_anywhere(slb, cut):
    message = post("/split", b"hello") + get("/after")
    with Client(slb.address) as client:
        client.send(message[:cut], message[cut:])
        assert client.response().body == b"echo:/split"
        assert client.response().body == b"echo:/after"


def test_a_half_closed_client_still_gets_its_answer(slb):
    with Client(slb.address) as client:
        client.send(get("/half"))
        client.half_close()
        assert client.response().body == b"echo:/half"
        client.read_all()
        assert client.ended == "closed"


def test_connection_close_is_obeyed(slb):
    with Client(slb.address) as client:
        client.send(get("/bye", "Connection: close"))
        response = client.response()
        assert response.body == b"echo:/bye" and response.one(b"connection") == b"close"
        assert client.read_all() == b"" and client.ended == "closed"


def test_http_1_0_closes_by_default(slb):
    with Client(slb.address) as client:
        client.send(b"GET /old HTTP/1.0\r\nHost: test\r\n\r\n")
        assert client.response().body == b"echo:/old"
        client.read_all()
        assert client.ended == "closed"


def test_http_1_0_never_gets_a_chunked_answer(start_slb, start_upstream):
    def chunked(connection):
        while connection.read_request() is not None:
            connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n")

    slb = start_slb(start_upstream(chunked).url)
    response = fetch(slb.address, b"GET /old HTTP/1.0\r\nHost: test\r\n\r\n")
    assert response.body == b"good" and not response.get(b"transfer-encoding")


def test_what_an_http_1_0_client_asks_goes_upstream_as_1_1(slb, upstream):
    fetch(slb.address, b"GET /old HTTP/1.0\r\nHost: test\r\n\r\n")
    assert upstream.requests[0].start == b"GET /old HTTP/1.1"


def test_absolute_form_becomes_origin_form_and_its_authority_the_host(slb, upstream):
    fetch(slb.address, b"GET http://real.test:81/p?q=1 HTTP/1.1\r\nHost: decoy\r\n\r\n")
    assert upstream.requests[0].start == b"GET /p?q=1 HTTP/1.1"
    assert upstream.requests[0].get(b"host") == [b"real.test:81"]


def test_options_asterisk_is_answered(slb):
    assert fetch(slb.address, b"OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n").status < 500


def test_connect_is_refused_and_closed(slb, upstream):
    with Client(slb.address) as client:
        client.send(b"CONNECT test:443 HTTP/1.1\r\nHost: test\r\n\r\n")
        assert client.response(b"GET").status in (400, 405, 501)
        client.read_all()
    assert not upstream.requests


def test_a_refusal_is_json_with_a_code_and_says_it_is_local(slb):
    response = fetch(slb.address, b"GET / HTTP/1.1\r\nHost : test\r\n\r\n")
    assert response.status == 400
    assert set(json.loads(response.body)["error"]) >= {"code", "message"}
    assert response.one(b"x-route-source") == b"local"


@pytest.mark.parametrize("sent", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: t", b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc",
                                  b"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", get("/whole")],
                         ids=["connected", "method", "head", "body", "chunk", "waiting"])
def test_a_reset_in_any_state_hurts_nobody_else(slb, sent):
    for _ in range(20):
        client = Client(slb.address)
        client.send(sent)
        client.reset()
    assert fetch(slb.address, get("/still-here")).body == b"echo:/still-here"


def test_a_client_gone_while_waiting_frees_the_upstream_connection(start_slb, start_upstream):
    gone = threading.Event()

    def never(connection):
        connection.read_request()
        while connection.fill():
            pass
        gone.set()

    upstream: Upstream = start_upstream(never)
    slb = start_slb(upstream.url)
    client = Client(slb.address)
    client.send(get("/wait"))
    eventually(lambda: upstream.requests, what="the request to arrive")
    client.reset()
    assert gone.wait(10), "the upstream connection was not closed"


def test_expectation_is_answered_before_the_body(slb):
    with Client(slb.address) as client:
        client.send(b"POST /e HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
        client.send(b"hello")
        assert client.response().body == b"echo:/e"


def test_two_thousand_connections_are_served(slb):
    clients = []
    try:
        for number in range(2000):
            clients.append(Client(slb.address, 20))
            clients[-1].send(get(f"/{number}"))
        for number, client in enumerate(clients):
            assert client.response().body == b"echo:/%d" % number
    finally:
        for client in clients:
            client.close()
