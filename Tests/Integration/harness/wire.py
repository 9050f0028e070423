"""Parsers of what went over a wire. The strict one accepts only canonical HTTP/1.1 and names every
deviation; the dialects read the same bytes as sloppy servers do, so that a disagreement shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import h11

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([!-~]+) HTTP/1\.([01])\Z")
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*([!-~\x80-\xff](?:[ \t!-~\x80-\xff]*[!-~\x80-\xff])?)?[ \t]*\Z")
STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: ([\t !-~\x80-\xff]*))?\Z")
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})\Z")
FRAMING_LOOKALIKES = {b"contentlength", b"transferencoding", b"host", b"connection"}


class Violation(Exception):
    """The bytes are not canonical HTTP/1.1."""


@dataclass
class Message:
    start: bytes
    fields: list[tuple[bytes, bytes]]
    body: bytes = b""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list)
    raw: bytes = b""
    complete: bool = True

    def get(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def one(self, name: bytes) -> bytes | None:
        values = self.get(name)
        return values[0] if len(values) == 1 else None

    @property
    def method(self) -> bytes:
        return self.start.split(b" ", 1)[0]

    @property
    def target(self) -> bytes:
        parts = self.start.split(b" ")
        return parts[1] if len(parts) > 1 else b""

    @property
    def status(self) -> int:
        return int(self.start.split(b" ")[1])


def _fields(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    result = []
    for line in lines:
        match = FIELD.match(line)
        if not match:
            raise Violation(f"field line {line[:80]!r}")
        name = match[1]
        squeezed = re.sub(rb"[^a-z]", b"", name.lower())
        if squeezed in FRAMING_LOOKALIKES and name.lower() not in (
            b"content-length", b"transfer-encoding", b"host", b"connection"
        ):
            raise Violation(f"lookalike of a framing field {name!r}")
        result.append((name, match[2] or b""))
    return result


def _head(data: bytes) -> tuple[list[bytes], int] | None:
    """Lines of a head and its length, or None while it is incomplete."""
    end = data.find(b"\r\n\r\n")
    head = data if end < 0 else data[:end]
    for bad, name in ((b"\0", "NUL"), (b"\n", "bare LF"), (b"\r", "bare CR")):
        stripped = head.replace(b"\r\n", b"")
        if end < 0 and stripped.endswith(b"\r"):
            stripped = stripped[:-1]
        if bad in stripped:
            raise Violation(f"{name} in a head: {head[:120]!r}")
    return None if end < 0 else (head.split(b"\r\n"), end + 4)


def _chunked(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]], int] | None:
    body, at = b"", 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            if b"\n" in data[at:] or len(data) - at > 18:
                raise Violation(f"chunk line {data[at:at + 40]!r}")
            return None
        match = CHUNK_LINE.match(data[at:end])
        if not match:
            raise Violation(f"chunk line {data[at:end][:40]!r}")
        size, at = int(match[1], 16), end + 2
        if size == 0:
            break
        if len(data) < at + size + 2:
            return None
        if data[at + size:at + size + 2] != b"\r\n":
            raise Violation("chunk data not followed by CRLF")
        body += data[at:at + size]
        at += size + 2
    if data[at:at + 2] == b"\r\n":
        return body, [], at + 2
    end = data.find(b"\r\n\r\n", at)
    if end < 0:
        return None
    return body, _fields(data[at:end].split(b"\r\n")), end + 4


def _framing(fields: list[tuple[bytes, bytes]]) -> tuple[str, int]:
    lengths = [v for k, v in fields if k.lower() == b"content-length"]
    codings = [v for k, v in fields if k.lower() == b"transfer-encoding"]
    if lengths and codings:
        raise Violation("Content-Length beside Transfer-Encoding")
    if len(lengths) > 1 or len(codings) > 1:
        raise Violation("framing field twice")
    if codings:
        if codings[0].lower() != b"chunked":
            raise Violation(f"Transfer-Encoding {codings[0]!r}")
        return "chunked", 0
    if lengths:
        if not re.fullmatch(rb"[0-9]{1,19}", lengths[0]) or int(lengths[0]) >= 1 << 63:
            raise Violation(f"Content-Length {lengths[0]!r}")
        return "length", int(lengths[0])
    return "none", 0


def strict_request(data: bytes) -> tuple[Message, int] | None:
    """One canonical request from the front of `data` and its length; None while incomplete."""
    head = _head(data)
    if head is None:
        return None
    lines, length = head
    match = REQUEST_LINE.match(lines[0])
    if not match:
        raise Violation(f"request line {lines[0][:80]!r}")
    fields = _fields(lines[1:])
    hosts = [v for k, v in fields if k.lower() == b"host"]
    if len(hosts) > 1 or (match[3] == b"1" and len(hosts) != 1):
        raise Violation(f"{len(hosts)} Host fields")
    if hosts and not re.fullmatch(rb"[A-Za-z0-9._~!$&'()*+;=%\[\]:-]*", hosts[0]):
        raise Violation(f"Host {hosts[0]!r}")
    kind, size = _framing(fields)
    if kind == "chunked" and match[3] == b"0":
        raise Violation("Transfer-Encoding in HTTP/1.0")
    message = Message(lines[0], fields)
    if kind == "chunked":
        rest = _chunked(data[length:])
        if rest is None:
            return None
        message.body, message.trailers, used = rest
        length += used
    else:
        if len(data) < length + size:
            return None
        message.body = data[length:length + size]
        length += size
    message.raw = data[:length]
    return message, length


def strict_requests(data: bytes) -> tuple[list[Message], bytes]:
    """Every complete request of a connection and the incomplete rest."""
    messages = []
    while data:
        step = strict_request(data)
        if step is None:
            break
        messages.append(step[0])
        data = data[step[1]:]
    return messages, data


def h11_requests(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """(method, target, body) of every complete request, as h11 reads the stream."""
    result = []
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    current, body = None, b""
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            raise Violation(f"h11: {error}") from error
        if event in (h11.NEED_DATA, h11.PAUSED) or isinstance(event, h11.ConnectionClosed):
            return result
        if isinstance(event, h11.Request):
            current, body = event, b""
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            result.append((current.method, current.target, body))
            if connection.their_state is h11.MUST_CLOSE:
                return result
            connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is h11.MUST_CLOSE:
                return result
            connection.start_next_cycle()


def sloppy_request(data: bytes, *, prefer_length: bool, fold_names: bool) -> int | None:
    """Where a sloppy server ends the first request: LF ends lines, odd names count, any `chunked` counts."""
    match = re.search(rb"\r?\n\r?\n", data)
    if not match:
        return None
    length = chunked = None
    for line in re.split(rb"[\r\n]+", data[:match.start()])[1:]:
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        if fold_names:
            name = re.sub(rb"[^a-z]+", b"-", name)
        if name == b"content-length" and length is None:
            digits = re.search(rb"[0-9]+", value)
            length = int(digits[0]) if digits else 0
        if name == b"transfer-encoding" and b"chunked" in value.lower():
            chunked = True
    at = match.end()
    if not chunked or (prefer_length and length is not None):
        return at + (length or 0)
    while line := re.compile(rb"\s*([0-9A-Fa-f]+)[^\n]*\n").match(data, at):
        at = line.end() + int(line[1], 16)
        if int(line[1], 16) == 0:
            end = re.compile(rb"\n\r?\n").search(data, at - 1)
            return end.end() if end else None
    return None


def lint(message: Message) -> None:
    """A Violation when other parsers could read this message differently or end it elsewhere."""
    seen = h11_requests(message.raw)
    if seen != [(message.method, message.target, message.body)]:
        raise Violation("h11 reads another request than the strict parser")
    for prefer in (False, True):
        for fold in (False, True):
            if sloppy_request(message.raw, prefer_length=prefer, fold_names=fold) != len(message.raw):
                raise Violation("a sloppy server ends the request elsewhere")


@dataclass
class Response(Message):
    interim: list[int] = field(default_factory=list)
    until_close: bool = False


def parse_response(data: bytes, head_request: bool = False, closed: bool = True) -> tuple[Response, int] | None:
    """The first final response of `data` (interim ones counted on it), or None while incomplete."""
    at, interim = 0, []
    while True:
        head = _head(data[at:])
        if head is None:
            return None
        lines, length = head
        match = STATUS_LINE.match(lines[0])
        if not match:
            raise Violation(f"status line {lines[0][:80]!r}")
        status, fields = int(match[2]), _fields(lines[1:])
        at += length
        if status >= 200:
            break
        interim.append(status)
    response = Response(lines[0], fields, interim=interim)
    kind, size = _framing(fields) if not head_request else ("none", 0)
    if head_request or status in (204, 304):
        pass
    elif kind == "chunked":
        rest = _chunked(data[at:])
        if rest is None:
            return None
        response.body, response.trailers, used = rest
        at += used
    elif kind == "length":
        if len(data) < at + size:
            return None
        response.body = data[at:at + size]
        at += size
    else:
        if not closed:
            return None
        response.until_close, response.body, at = True, data[at:], len(data)
    response.raw = data[:at]
    return response, at


def parse_responses(data: bytes, methods: list[bytes] | None = None, closed: bool = True) -> tuple[list[Response], bytes]:
    """Complete responses of a client connection and what is left over."""
    result: list[Response] = []
    while data:
        is_head = bool(methods) and len(result) < len(methods) and methods[len(result)] == b"HEAD"
        step = parse_response(data, is_head, closed)
        if step is None:
            break
        result.append(step[0])
        data = data[step[1]:]
    return result, data
