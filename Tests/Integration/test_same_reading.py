"""What reaches the upstream reads the same in an independent parser: seeded random well-formed requests
go through slb, and h11 reads what the upstream got. SLB_TEST_SEED replays or varies the run."""

import os
import random
import re

import h11
import pytest

from harness.client import Client
from harness.upstream import Upstream
from harness.wire import h11_requests, lint, strict_requests

SEED = int(os.environ.get("SLB_TEST_SEED", "20260101"))
BATCHES, REQUESTS_IN_BATCH = 40, 25

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "PROPFIND", "M-SEARCH", "x!#$%&'*+.^_`|~9"]
PATH_BYTES = "abcXYZ019-._~!$&'()*+,;=:@/"
TOKEN_BYTES = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"
VALUE_BYTES = bytes([*range(0x21, 0x7F), *range(0x80, 0x100)])
# Fields that a proxy owns or changes are not the sender's to choose here.
OWNED = re.compile(r"(?i)^(host|connection|te|trailer|upgrade|expect|keep-alive|via|forwarded|traceparent|"
                   r"content-length|transfer-encoding|proxy-.*|x-forwarded-.*|x-route-.*|x-request-id|x-real-ip)$")
LOOKALIKES = {"contentlength", "transferencoding", "host", "connection"}


class Source:
    """One request at a time: its bytes, and what any reader must find in it."""

    def __init__(self, seed: str):
        self.random = random.Random(seed)

    def text(self, alphabet: str, least: int, most: int) -> str:
        return "".join(self.random.choice(alphabet) for _ in range(self.random.randint(least, most)))

    def escape(self) -> str:
        return "%" + self.random.choice(["20", "2F", "2e", "e4", "25", "7E"])

    def target(self, number: int) -> tuple[str, str, str]:
        """As sent, as forwarded, and the Host that goes with it."""
        path = f"/{number}/" + "".join(self.text(PATH_BYTES, 0, 8) + (self.escape() if self.random.random() < 0.3 else "") for _ in range(3))
        if self.random.random() < 0.5:
            path += "?" + self.text(PATH_BYTES + "?", 0, 20)
        host = self.random.choice(["test", "a.b.example:8080", "[::1]", "[::1]:81", "127.0.0.1", "x_y"])
        sent = path if self.random.random() < 0.8 else f"http://{host}{path}"
        return sent, path, host

    def field(self) -> tuple[str, bytes]:
        while True:
            name = self.text(TOKEN_BYTES, 1, 20)
            if not OWNED.match(name) and re.sub("[^a-z]", "", name.lower()) not in LOOKALIKES:
                break
        words = [bytes(self.random.choice(VALUE_BYTES) for _ in range(self.random.randint(1, 12))) for _ in range(self.random.randint(0, 4))]
        return name, self.random.choice([b" ", b"\t", b"  "]).join(words)

    def framed(self, body: bytes, trailers: list[tuple[str, bytes]]) -> tuple[list[bytes], bytes]:
        """Framing fields and the body as it goes over the wire."""
        if not body and not trailers and self.random.random() < 0.7:
            return [], b""
        if not trailers and self.random.random() < 0.5:
            return [b"Content-Length: %d" % len(body)], body
        wire, at = b"", 0
        while at < len(body):
            piece = body[at:at + self.random.choice([1, 2, 7, 100, 5000])]
            extension = self.random.choice([b"", b"", b";a", b";a=b", b';a="b;\\"c"'])
            size = self.random.choice([b"%x", b"%X", b"0%x"]) % len(piece)
            wire, at = wire + size + extension + b"\r\n" + piece + b"\r\n", at + len(piece)
        wire += b"0\r\n" + b"".join(n.encode() + b": " + v + b"\r\n" for n, v in trailers) + b"\r\n"
        return [b"Transfer-Encoding: " + self.random.choice([b"chunked", b"Chunked", b"CHUNKED"])], wire

    def request(self, number: int) -> tuple[bytes, dict]:
        method = self.random.choice(METHODS)
        sent, path, host = self.target(number)
        fields = [self.field() for _ in range(self.random.randint(0, 8))]
        size = self.random.choice([0, 0, 1, 10, 300, 20_000]) if method not in ("GET", "HEAD") else 0
        body = self.random.randbytes(size)
        trailers = [self.field() for _ in range(self.random.randint(1, 3))] if body and self.random.random() < 0.3 else []
        framing, wire = self.framed(body, trailers)
        lines = [name.encode() + b":" + self.random.choice([b"", b" ", b"\t "]) + value + self.random.choice([b"", b" "]) for name, value in fields]
        for owned in [b"Host: " + host.encode(), *framing]:
            lines.insert(self.random.randint(0, len(lines)), owned)
        raw = b"\r\n".join([f"{method} {sent} HTTP/1.1".encode(), *lines, b"", b""]) + wire
        return raw, {"method": method.encode(), "target": path.encode(), "host": host.encode(), "body": body,
                     "fields": [(name.lower().encode(), value) for name, value in fields]}


def readings(data: bytes) -> list[tuple[h11.Request, bytes]]:
    """Every request of a connection with its fields, as h11 reads it."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    result, current, body = [], None, b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            current, body = event, b""
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            result.append((current, body))
            connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
        else:
            return result


def agree(upstream: Upstream, expected: list[dict], hint: str) -> None:
    seen: dict[bytes, tuple[h11.Request, bytes]] = {}
    for connection in upstream.connections:
        data = bytes(connection.log)
        messages, rest = strict_requests(data)
        assert not rest and not connection.violation, (hint, connection.violation, rest[:200])
        for message in messages:
            lint(message)
        assert h11_requests(data) == [(m.method, m.target, m.body) for m in messages], hint
        for request, body in readings(data):
            assert request.target not in seen, f"{hint}: {request.target!r} came twice"
            seen[request.target] = (request, body)
    assert len(seen) == len(expected), hint
    for wanted in expected:
        request, body = seen[wanted["target"]]
        assert request.method == wanted["method"], hint
        assert body == wanted["body"], hint
        got = list(request.headers)
        assert [value for name, value in got if name == b"host"] == [wanted["host"]], hint
        names = {name for name, _ in wanted["fields"]}
        assert [pair for pair in got if pair[0] in names] == wanted["fields"], hint


@pytest.mark.parametrize("pipelined", [False, True], ids=["one-by-one", "pipelined"])
def test_random_requests_read_the_same_upstream(slb, upstream, pipelined):
    expected = []
    for batch in range(BATCHES):
        hint = f"SLB_TEST_SEED={SEED} batch {batch}"
        source = Source(f"{SEED}/{pipelined}/{batch}")
        made = [source.request(batch * REQUESTS_IN_BATCH + number) for number in range(REQUESTS_IN_BATCH)]
        expected += [wanted for _, wanted in made]
        with Client(slb.address) as client:
            if pipelined:
                client.send(b"".join(raw for raw, _ in made))
            for raw, wanted in made:
                if not pipelined:
                    client.send(raw)
                response = client.response(wanted["method"])
                assert response.status == 200, (hint, raw[:300], response.raw[:300])
    agree(upstream, expected, f"SLB_TEST_SEED={SEED}")
