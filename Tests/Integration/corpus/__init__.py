"""Messages that must not get through, tables of raw bytes. `@ID@` stands for the case's marker.

refused     nothing complete reaches an upstream; the client gets an error, or only a close if `quiet`
normalised  refused, or forwarded so that every parser reads the same `requests` requests
served      a well-formed control: answered 200 and forwarded canonically
incomplete  the request never ends: no upstream may see it as complete
"""

from __future__ import annotations

from dataclasses import dataclass

HOST = b"Host: test\r\n"
SMUGGLED = b"GET /smuggled-@ID@ HTTP/1.1\r\nHost: test\r\n\r\n"


@dataclass(frozen=True)
class Case:
    name: str
    raw: bytes
    expect: str = "refused"
    requests: int = 1
    quiet: bool = False
    parts: tuple[int, ...] = ()

    def bytes(self, marker: bytes) -> bytes:
        return self.raw.replace(b"@ID@", marker)


def request(line: bytes = b"GET /@ID@ HTTP/1.1", fields: bytes = HOST, body: bytes = b"") -> bytes:
    return line + b"\r\n" + fields + b"\r\n" + body


def with_field(field: bytes, body: bytes = b"", method: bytes = b"POST", host: bytes = HOST) -> bytes:
    return request(method + b" /@ID@ HTTP/1.1", host + field + b"\r\n", body)


def chunked(body: bytes, *fields: bytes) -> bytes:
    extra = b"".join(f + b"\r\n" for f in fields)
    return request(b"POST /@ID@ HTTP/1.1", HOST + b"Transfer-Encoding: chunked\r\n" + extra, body)
