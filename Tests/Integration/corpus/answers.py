"""Hostile upstream answers (RFC 9112, 4 to 7). `EVIL` marks bytes that no client may ever see.

refused     502 (or 504), or the connection just ends: never a complete, successful answer
truncated   the answer may begin, but must not look complete
served      answered with `status` and `body`, whatever comes after it is thrown away
safe        refused or served; only the others must be unhurt
"""

from __future__ import annotations

from dataclasses import dataclass

from .chunks import BAD_EXTENSIONS, BAD_SIZES
from .framing import BAD_CODINGS, BAD_LENGTHS

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
EVIL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"


@dataclass(frozen=True)
class Answer:
    name: str
    raw: bytes
    expect: str = "refused"
    status: int = 200
    body: bytes = b"good"
    method: str = "GET"
    close: bool = False
    reset: bool = False
    late: bytes = b""


def ok(fields: bytes = b"Content-Length: 4\r\n", body: bytes = b"good", line: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return line + b"\r\n" + fields + b"\r\n" + body


STATUS_LINES = {
    "http-2": b"HTTP/2.0 200 OK", "http-1.2": b"HTTP/1.2 200 OK", "http-0.9": b"HTTP/0.9 200 OK", "lower-case": b"http/1.1 200 OK", "no-version": b"200 OK", "two-spaces": b"HTTP/1.1  200 OK",
    "tab": b"HTTP/1.1\t200 OK", "leading-space": b" HTTP/1.1 200 OK", "two-digits": b"HTTP/1.1 20 OK", "four-digits": b"HTTP/1.1 2000 OK", "letters": b"HTTP/1.1 abc OK", "negative": b"HTTP/1.1 -200 OK",
    "plus": b"HTTP/1.1 +200 OK", "hex": b"HTTP/1.1 0xC8 OK", "zero": b"HTTP/1.1 000 OK", "099": b"HTTP/1.1 099 OK", "600": b"HTTP/1.1 600 OK", "999": b"HTTP/1.1 999 OK", "nul-in-reason": b"HTTP/1.1 200 O\0K",
    "bare-cr-in-reason": b"HTTP/1.1 200 O\rK", "bare-lf-in-reason": b"HTTP/1.1 200 O\nK", "control-in-reason": b"HTTP/1.1 200 O\x01K", "icy": b"ICY 200 OK", "no-slash": b"HTTP1.1 200 OK", "only-version": b"HTTP/1.1",
    "no-space-after-code": b"HTTP/1.1 200OK", "fraction": b"HTTP/1.1 200.1 OK", "huge-code": b"HTTP/1.1 99999999999 OK", "version-garbage": b"HTTP/1.1x 200 OK", "two-digit-minor": b"HTTP/1.10 200 OK", "empty": b"",
    "request-line": b"GET / HTTP/1.1", "fullwidth-digits": b"HTTP/1.1 \xef\xbc\x92\xef\xbc\x90\xef\xbc\x90 OK", "vertical-tab": b"HTTP/1.1\x0b200 OK", "delete-in-reason": b"HTTP/1.1 200 O\x7fK", "smtp": b"220 mail ESMTP",
}
FIELDS = {
    "space-before-colon": b"X-A : b", "tab-before-colon": b"X-A\t: b", "folded": b"X-A: b\r\n c", "folded-tab": b"X-A: b\r\n\tc", "leading-space": b" X-A: b", "no-colon": b"XA", "empty-name": b": b", "nul-in-value": b"X-A: \0",
    "nul-in-name": b"X\0A: b", "bare-cr": b"X-A: b\rc", "bare-lf": b"X-A: b\nX-B: c", "control": b"X-A: \x01", "delete": b"X-A: \x7f", "space-in-name": b"X A: b", "utf8-name": b"X-\xc3\xa9: b", "lf-ended": b"X-A: b\n",
    "vertical-tab-name": b"X-A\x0b: b", "set-cookie-with-cr": b"Set-Cookie: a=b\rSet-Cookie: EVIL=1", "set-cookie-with-lf": b"Set-Cookie: a=b\nSet-Cookie: EVIL=1", "parenthesis-name": b"X(A): b", "at-name": b"X@A: b", "only-space": b" ",
}


def cases():
    for name, line in STATUS_LINES.items():
        yield Answer(f"status-line-{name}", ok(line=line, body=b"EVIL"), close=True)
    for name, field in FIELDS.items():
        yield Answer(f"field-{name}", ok(b"Content-Length: 4\r\n" + field + b"\r\n", b"EVIL"))
    for name, value in BAD_LENGTHS.items():
        yield Answer(f"length-{name}", ok(b"Content-Length: " + value + b"\r\n", b"EVIL!"), close=True)
    for name, value in BAD_CODINGS.items():
        yield Answer(f"coding-{name}", ok(b"Transfer-Encoding: " + value + b"\r\n", b"4\r\nEVIL\r\n0\r\n\r\n"), close=True)
    for name, size in BAD_SIZES.items():
        if name != "17-digits":
            yield Answer(f"chunk-size-{name}", ok(b"Transfer-Encoding: chunked\r\n", size + b"\r\nhello\r\n0\r\n\r\n"), "truncated", close=True)
    for name, extension in BAD_EXTENSIONS.items():
        yield Answer(f"chunk-extension-{name}", ok(b"Transfer-Encoding: chunked\r\n", b"5" + extension + b"\r\nhello\r\n0\r\n\r\n"), "truncated", close=True)
    yield from framing()
    yield from endings()
    yield from extras()
    yield from interim()
    yield from bodiless()
    yield from controls()


def framing():
    te, cl = b"Transfer-Encoding: chunked\r\n", b"Content-Length: 4\r\n"
    body = b"4\r\nEVIL\r\n0\r\n\r\n"
    yield Answer("length-and-coding", ok(cl + te, body), close=True)
    yield Answer("coding-and-length", ok(te + cl, body), close=True)
    yield Answer("two-lengths-same", ok(cl + cl, b"EVIL"))
    yield Answer("two-lengths-different", ok(cl + b"Content-Length: 5\r\n", b"EVIL!"), close=True)
    yield Answer("two-codings", ok(te + te, body), close=True)
    yield Answer("coding-and-identity", ok(te + b"Transfer-Encoding: identity\r\n", body), close=True)
    yield Answer("coding-in-http-1.0", ok(te, body, b"HTTP/1.0 200 OK"), close=True)
    yield Answer("coding-and-length-in-http-1.0", ok(te + cl, body, b"HTTP/1.0 200 OK"), close=True)
    yield Answer("length-lookalike", ok(b"Content_Length: 400\r\n" + cl, b"good"), "safe")
    yield Answer("coding-space-before-colon", ok(b"Transfer-Encoding : chunked\r\n" + cl, b"EVIL"))
    yield Answer("coding-folded", ok(b"Transfer-Encoding:\r\n chunked\r\n", body), close=True)
    yield Answer("length-list", ok(b"Content-Length: 4, 4\r\n", b"EVIL"), close=True)
    yield Answer("all-lines-end-lf", b"HTTP/1.1 200 OK\nContent-Length: 4\n\nEVIL")
    yield Answer("all-lines-end-cr", b"HTTP/1.1 200 OK\rContent-Length: 4\r\rEVIL", close=True)
    yield Answer("head-ends-lf", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\nEVIL", close=True)
    yield Answer("head-of-100-kib", ok(b"X-A: " + b"a" * 102400 + b"\r\nContent-Length: 4\r\n", b"EVIL"))
    yield Answer("head-of-1000-fields", ok(b"".join(b"X-%d: a\r\n" % i for i in range(1000)) + b"Content-Length: 4\r\n", b"EVIL"))
    yield Answer("endless-head", b"HTTP/1.1 200 OK\r\nX-A: " + b"EVIL" * 100000)
    yield Answer("no-head-at-all", b"EVIL just text\r\n\r\n", close=True)
    yield Answer("html-http-0.9", b"<html>EVIL</html>", close=True)
    yield Answer("empty-line-first", b"\r\n" + ok(body=b"good"), "safe")
    yield Answer("nul-first", b"\0" + ok(body=b"EVIL"), close=True)
    yield Answer("tls-alert", b"\x15\x03\x01\x00\x02\x02\x46", close=True)
    yield Answer("h2-settings-frame", b"\0\0\0\x04\0\0\0\0\0", close=True)
    yield Answer("echoed-request", b"GET /x HTTP/1.1\r\nHost: EVIL\r\n\r\n", close=True)


def endings():
    te = b"Transfer-Encoding: chunked\r\n"
    yield Answer("closed-at-once", b"", close=True)
    yield Answer("reset-at-once", b"", reset=True)
    for name, raw in {"half-status-line": b"HTTP/1.1 20", "half-field": b"HTTP/1.1 200 OK\r\nContent-Le", "no-empty-line": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n", "cr-at-end": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r"}.items():
        yield Answer(f"closed-in-head-{name}", raw, close=True)
        yield Answer(f"reset-in-head-{name}", raw, reset=True)
    for name, raw in {"length-short-by-one": ok(b"Content-Length: 5\r\n", b"good"), "length-no-body": ok(b"Content-Length: 5\r\n", b""), "length-huge": ok(b"Content-Length: 9223372036854775807\r\n", b"good"),
                      "chunk-half": ok(te, b"5\r\ngo"), "chunk-no-last": ok(te, b"4\r\ngood\r\n"), "chunk-last-no-end": ok(te, b"4\r\ngood\r\n0\r\n"), "chunk-nothing": ok(te, b""), "chunk-size-only": ok(te, b"4\r\n"),
                      "chunk-half-trailer": ok(te, b"4\r\ngood\r\n0\r\nX-A: b\r\n"), "chunk-size-half": ok(te, b"4")}.items():
        yield Answer(f"closed-in-body-{name}", raw, "truncated", close=True)
        yield Answer(f"reset-in-body-{name}", raw, "truncated", reset=True)
    for name, joint in {"lf": b"\n", "nothing": b"", "cr": b"\r", "letters": b"XX", "crcrlf": b"\r\r\n", "lfcr": b"\n\r", "space": b" \r\n"}.items():
        yield Answer(f"chunk-data-ends-{name}", ok(te, b"4\r\ngood" + joint + b"0\r\n\r\n"), "truncated", close=True)
    for name, tail in {"bad-trailer": b"X-A : b", "folded": b"X-A: b\r\n c", "nul": b"X-A: \0", "lf": b"X-A: b\n", "no-colon": b"XA", "bare-cr": b"X-A: b\rc"}.items():
        yield Answer(f"trailer-{name}", ok(te, b"4\r\ngood\r\n0\r\n" + tail + b"\r\n\r\n"), "truncated", close=True)
    for name, tail in {"lflf": b"0\n\n", "lf-crlf": b"0\n\r\n", "crlf-lf": b"0\r\n\n"}.items():
        yield Answer(f"last-chunk-ends-{name}", ok(te, b"4\r\ngood\r\n" + tail), "truncated", close=True)
    yield Answer("trailer-of-100-kib", ok(te, b"4\r\ngood\r\n0\r\nX-A: " + b"a" * 102400 + b"\r\n\r\n"), "truncated", close=True)


def extras():
    te = b"Transfer-Encoding: chunked\r\n"
    chunked = ok(te, b"4\r\ngood\r\n0\r\n\r\n")
    for name, raw in {"length": GOOD, "chunked": chunked, "no-content": b"HTTP/1.1 204 No Content\r\n\r\n", "not-modified": b"HTTP/1.1 304 Not Modified\r\n\r\n", "empty": ok(b"Content-Length: 0\r\n", b"")}.items():
        status = 204 if name == "no-content" else 304 if name == "not-modified" else 200
        body = b"" if name in ("no-content", "not-modified", "empty") else b"good"
        yield Answer(f"second-answer-after-{name}", raw + EVIL, "served", status, body)
        yield Answer(f"second-answer-later-after-{name}", raw, "served", status, body, late=EVIL)
        yield Answer(f"junk-after-{name}", raw + b"EVILEVIL", "served", status, body)
        yield Answer(f"junk-later-after-{name}", raw, "served", status, body, late=b"EVIL\r\n\r\n")
        yield Answer(f"close-after-{name}", raw, "served", status, body, close=True)
        yield Answer(f"crlf-after-{name}", raw + b"\r\n", "served", status, body)
    yield Answer("many-answers", GOOD + EVIL * 50, "served")
    yield Answer("interim-after-final", GOOD + b"HTTP/1.1 100 Continue\r\n\r\n", "served")
    yield Answer("partial-second-answer", GOOD + EVIL[:20], "served")
    yield Answer("second-answer-after-connection-close", ok(b"Content-Length: 4\r\nConnection: close\r\n") + EVIL, "served")
    yield Answer("second-answer-after-head", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + EVIL, "served", body=b"", method="HEAD")
    yield Answer("body-after-head", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL", "served", body=b"", method="HEAD")
    yield Answer("chunked-body-after-head", ok(te, b"4\r\nEVIL\r\n0\r\n\r\n"), "served", body=b"", method="HEAD")
    yield Answer("body-after-304-with-length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nEVIL", "served", 304, b"")


def interim():
    for status in (100, 102, 103, 110, 199):
        yield Answer(f"interim-{status}-then-final", b"HTTP/1.1 %d X\r\n\r\n" % status + GOOD, "served")
    yield Answer("interim-103-with-fields", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + GOOD, "served")
    yield Answer("interim-three", b"HTTP/1.1 103 X\r\n\r\n" * 3 + GOOD, "served")
    yield Answer("interim-without-end", b"HTTP/1.1 103 X\r\n\r\n" * 2000, close=True)
    yield Answer("interim-only-then-close", b"HTTP/1.1 100 Continue\r\n\r\n", close=True)
    yield Answer("interim-with-length", b"HTTP/1.1 103 X\r\nContent-Length: 4\r\n\r\nEVIL" + GOOD, close=True)
    yield Answer("interim-with-coding", b"HTTP/1.1 103 X\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n" + GOOD, close=True)
    yield Answer("interim-bad-field", b"HTTP/1.1 103 X\r\nX-A : b\r\n\r\n" + EVIL, close=True)
    yield Answer("switching-protocols", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" + EVIL)
    yield Answer("switching-protocols-h2c", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n\0\0\0\x04\0\0\0\0\0", close=True)
    yield Answer("interim-folded-into-final", b"HTTP/1.1 100 Continue\r\n" + EVIL, close=True)


def bodiless():
    yield Answer("no-content-with-length", b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nEVIL", "safe", 204, b"")
    yield Answer("no-content-with-coding", b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n", "safe", 204, b"")
    yield Answer("no-content-with-body", b"HTTP/1.1 204 No Content\r\n\r\nEVIL", "safe", 204, b"")
    yield Answer("not-modified-with-coding", b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n", "safe", 304, b"")
    yield Answer("not-modified-bad-length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: x\r\n\r\n", "safe", 304, b"", close=True)
    yield Answer("head-bad-length", ok(b"Content-Length: -1\r\n", b""), "safe", body=b"", method="HEAD", close=True)
    yield Answer("reset-content-with-body", b"HTTP/1.1 205 Reset Content\r\nContent-Length: 4\r\n\r\ngood", "safe", 205)


def controls():
    te = b"Transfer-Encoding: chunked\r\n"
    yield Answer("good-length", GOOD, "served")
    yield Answer("good-chunked", ok(te, b"2\r\ngo\r\n2\r\nod\r\n0\r\n\r\n"), "served")
    yield Answer("good-chunked-extension", ok(te, b"4;a=b\r\ngood\r\n0\r\n\r\n"), "served")
    yield Answer("good-chunked-trailer", ok(te, b"4\r\ngood\r\n0\r\nX-Sum: 1\r\n\r\n"), "served")
    yield Answer("good-until-close", ok(b"", b"good"), "served", close=True)
    yield Answer("good-until-close-1.0", ok(b"", b"good", b"HTTP/1.0 200 OK"), "served", close=True)
    yield Answer("good-http-1.0-length", ok(line=b"HTTP/1.0 200 OK"), "served", close=True)
    yield Answer("good-no-reason", ok(line=b"HTTP/1.1 200 "), "served")
    yield Answer("good-no-reason-no-space", ok(line=b"HTTP/1.1 200"), "safe")
    yield Answer("good-obs-text-reason", ok(line=b"HTTP/1.1 200 \xe9t\xe9"), "served")
    yield Answer("good-status-299", ok(line=b"HTTP/1.1 299 Odd"), "served", 299)
    yield Answer("good-status-404", ok(line=b"HTTP/1.1 404 Not Found"), "served", 404)
    yield Answer("good-status-599", ok(line=b"HTTP/1.1 599 Odd"), "served", 599)
    yield Answer("good-head", b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n", "served", body=b"", method="HEAD")
    yield Answer("good-304-with-length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 400\r\n\r\n", "served", 304, b"")
    yield Answer("good-100-fields", ok(b"".join(b"X-%d: a\r\n" % i for i in range(100)) + b"Content-Length: 4\r\n"), "served")
    yield Answer("good-two-set-cookies", ok(b"Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 4\r\n"), "served")


def all_answers() -> list[Answer]:
    result = list(cases())
    names = [answer.name for answer in result]
    assert len(names) == len(set(names)), {name for name in names if names.count(name) > 1}
    return result
