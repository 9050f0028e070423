"""Request lines, targets, Host, field names and values, line ends (RFC 9112, 2 to 5; RFC 9110, 4 to 7)."""

from . import HOST, SMUGGLED, Case, request, with_field


def line(raw: bytes) -> bytes:
    return raw + b"\r\n" + HOST + b"\r\n"


def hosted(host_line: bytes, version: bytes = b"1.1") -> bytes:
    return b"GET /@ID@ HTTP/" + version + b"\r\n" + host_line + b"\r\n"


REQUEST_LINES = {
    "two-spaces-after-method": b"GET  /@ID@ HTTP/1.1", "two-spaces-before-version": b"GET /@ID@  HTTP/1.1", "tab-after-method": b"GET\t/@ID@ HTTP/1.1",
    "tab-before-version": b"GET /@ID@\tHTTP/1.1", "leading-space": b" GET /@ID@ HTTP/1.1", "leading-tab": b"\tGET /@ID@ HTTP/1.1",
    "trailing-space": b"GET /@ID@ HTTP/1.1 ", "trailing-tab": b"GET /@ID@ HTTP/1.1\t", "trailing-word": b"GET /@ID@ HTTP/1.1 x",
    "space-in-target": b"GET /@ID@ x HTTP/1.1", "vertical-tab-separator": b"GET\x0b/@ID@ HTTP/1.1", "form-feed-separator": b"GET\x0c/@ID@ HTTP/1.1",
    "nbsp-separator": b"GET\xa0/@ID@ HTTP/1.1", "no-target": b"GET HTTP/1.1", "no-version": b"GET /@ID@", "no-version-trailing-space": b"GET /@ID@ ",
    "empty-method": b" /@ID@ HTTP/1.1", "only-method": b"GET", "nul-in-target": b"GET /@ID@\0 HTTP/1.1", "nul-in-method": b"GE\0T /@ID@ HTTP/1.1",
    "bare-cr-in-target": b"GET /@ID@\rx HTTP/1.1", "bare-cr-before-version": b"GET /@ID@\rHTTP/1.1", "cr-as-separator": b"GET\r/@ID@\rHTTP/1.1",
    "bare-cr-at-end": b"GET /@ID@ HTTP/1.1\r", "bare-lf-in-target": b"GET /@ID@\nx HTTP/1.1", "method-with-colon": b"GET: /@ID@ HTTP/1.1",
    "method-with-slash": b"G/T /@ID@ HTTP/1.1", "method-with-brackets": b"[GET] /@ID@ HTTP/1.1", "method-with-quotes": b'"GET" /@ID@ HTTP/1.1',
    "method-with-at": b"G@T /@ID@ HTTP/1.1", "method-with-comma": b"GET,POST /@ID@ HTTP/1.1", "method-with-equals": b"GET=1 /@ID@ HTTP/1.1",
    "method-with-high-bit": b"G\xc9T /@ID@ HTTP/1.1", "method-with-delete": b"GET\x7f /@ID@ HTTP/1.1", "method-with-question": b"GET? /@ID@ HTTP/1.1",
    "method-of-5000-bytes": b"A" * 5000 + b" /@ID@ HTTP/1.1", "method-with-parenthesis": b"GET() /@ID@ HTTP/1.1", "method-with-semicolon": b"GET; /@ID@ HTTP/1.1",
    "bom-before-method": b"\xef\xbb\xbfGET /@ID@ HTTP/1.1", "response-as-request": b"HTTP/1.1 200 OK", "tls-like-start": b"\x16\x03\x01/@ID@",
}
VERSIONS = {
    "0.9": b"HTTP/0.9", "1.2": b"HTTP/1.2", "1.9": b"HTTP/1.9", "2.0": b"HTTP/2.0", "2": b"HTTP/2", "3.0": b"HTTP/3.0", "9.9": b"HTTP/9.9",
    "lower-case": b"http/1.1", "mixed-case": b"Http/1.1", "no-dot": b"HTTP/11", "two-digit-minor": b"HTTP/1.10", "two-digit-major": b"HTTP/11.1",
    "leading-zero": b"HTTP/01.1", "minor-leading-zero": b"HTTP/1.01", "comma": b"HTTP/1,1", "no-minor": b"HTTP/1.", "no-major": b"HTTP/.1",
    "only-name": b"HTTP/", "no-slash": b"HTTP1.1", "double-slash": b"HTTP//1.1", "space-inside": b"HTTP/ 1.1", "space-before-slash": b"HTTP /1.1",
    "minus": b"HTTP/-1.1", "plus": b"HTTP/+1.1", "hex": b"HTTP/0x1.1", "trailing-letter": b"HTTP/1.1a", "three-parts": b"HTTP/1.1.1", "https": b"HTTPS/1.1",
    "icap": b"ICAP/1.0", "rtsp": b"RTSP/1.0", "empty-name": b"/1.1", "fullwidth": b"HTTP/\xef\xbc\x91.1", "nul-after": b"HTTP/1.1\0", "letters": b"HTTP/a.b",
    "http-twice": b"HTTP/1.1HTTP/1.1", "vertical-tab-after": b"HTTP/1.1\x0b", "semicolon": b"HTTP/1;1", "huge": b"HTTP/1.1" + b"1" * 300, "1.0-trailing": b"HTTP/1.0x",
}
BAD_TARGETS = {
    "no-slash": b"@ID@", "empty-percent-nul": b"/@ID@%00", "backslash-first": b"\\@ID@", "high-bit": b"/@ID@\xff", "utf8": b"/@ID@\xc3\xa9", "delete": b"/@ID@\x7f",
    "control": b"/@ID@\x01", "fragment": b"/@ID@#frag", "escape": b"/@ID@\x1b", "asterisk-for-get": b"*", "asterisk-with-more": b"*/@ID@",
    "vertical-tab": b"/@ID@\x0bx", "form-feed": b"/@ID@\x0cx", "backspace": b"/@ID@\x08", "question-only-no-slash": b"?@ID@", "relative": b"./@ID@", "at-first": b"@@ID@",
    "nel": b"/@ID@\x85", "climbing-above-root": b"/../@ID@", "climbing-encoded": b"/%2e%2e/@ID@", "quote": b'/@ID@"x', "less-than": b"/@ID@<x", "greater-than": b"/@ID@>x",
}
GRAY_TARGETS = {
    "double-slash": b"//@ID@", "double-slash-host": b"//evil.test/@ID@", "triple-slash": b"///@ID@", "dot-dot-inside": b"/a/../@ID@", "encoded-slash": b"/a%2f@ID@",
    "encoded-dot-dot": b"/a/%2e%2e/@ID@", "overlong-utf8": b"/%c0%ae/@ID@", "percent-broken": b"/@ID@%zz", "percent-short": b"/@ID@%4", "percent-only": b"/@ID@%",
    "encoded-crlf": b"/@ID@%0d%0aX-Evil:%201", "encoded-crlf-request": b"/@ID@%0d%0a%0d%0aGET%20/x", "backslash": b"/a\\@ID@", "semicolon": b"/a;b=c/@ID@",
    "pipe": b"/@ID@|x", "braces": b"/{@ID@}", "brackets": b"/@ID@[0]", "caret": b"/@ID@^", "backtick": b"/@ID@`", "at-and-colon": b"/user:pass@host/@ID@",
    "scheme-in-path": b"/http://evil/@ID@", "query-with-everything": b"/@ID@?a=b&c=/../d?e", "encoded-space": b"/@ID@%20", "encoded-nul-in-query": b"/@ID@?x=%00",
    "dot": b"/./@ID@", "encoded-percent": b"/%25@ID@", "dot-dot-dot": b"/.../@ID@", "dot-dot-semicolon": b"/a/..;/@ID@", "question-mark-only": b"/@ID@?",
}
ABSOLUTE = {
    "empty-authority": b"http:///@ID@", "no-authority": b"http:/@ID@", "userinfo": b"http://user:pass@test/@ID@", "userinfo-evil": b"http://test@evil/@ID@",
    "ftp-scheme": b"ftp://test/@ID@", "file-scheme": b"file:///@ID@", "javascript": b"javascript:@ID@", "unknown-scheme": b"gopher://test/@ID@",
    "scheme-with-space": b"ht tp://test/@ID@", "port-too-big": b"http://test:99999/@ID@", "port-letters": b"http://test:abc/@ID@", "port-negative": b"http://test:-1/@ID@",
    "host-with-comma": b"http://a,b/@ID@", "host-with-backslash": b"http://a\\b/@ID@", "bracket-open": b"http://[::1/@ID@", "bracket-only": b"http://[]/@ID@",
    "fragment": b"http://test/@ID@#x", "scheme-only": b"http://", "one-slash": b"http:/test/@ID@", "double-at": b"http://a@b@c/@ID@", "host-percent-nul": b"http://a%00b/@ID@",
    "host-with-quote": b'http://a"b/@ID@',
}
HOSTS = {
    "missing": b"", "empty": b"Host:\r\n", "only-space": b"Host:   \r\n", "twice-same": b"Host: test\r\nHost: test\r\n", "twice-different": b"Host: test\r\nHost: evil\r\n",
    "twice-case": b"Host: test\r\nHOST: evil\r\n", "comma-list": b"Host: test, evil\r\n", "comma-no-space": b"Host: test,evil\r\n", "space-inside": b"Host: test evil\r\n",
    "tab-inside": b"Host: test\tevil\r\n", "slash": b"Host: test/path\r\n", "backslash": b"Host: test\\evil\r\n", "question": b"Host: test?x\r\n", "fragment": b"Host: test#x\r\n",
    "userinfo": b"Host: user@test\r\n", "userinfo-password": b"Host: user:pass@test\r\n", "scheme": b"Host: http://test\r\n", "port-letters": b"Host: test:abc\r\n",
    "port-negative": b"Host: test:-80\r\n", "port-too-big": b"Host: test:65536\r\n", "port-huge": b"Host: test:99999999999999999999\r\n", "two-ports": b"Host: test:80:80\r\n",
    "port-plus": b"Host: test:+80\r\n", "port-space": b"Host: test: 80\r\n", "nul": b"Host: te\0st\r\n", "control": b"Host: te\x01st\r\n", "delete": b"Host: test\x7f\r\n",
    "bare-cr": b"Host: test\revil\r\n", "bare-lf": b"Host: test\nX: evil\r\n", "quotes": b'Host: "test"\r\n', "less-than": b"Host: <test>\r\n", "pipe": b"Host: te|st\r\n",
    "caret": b"Host: te^st\r\n", "braces": b"Host: {test}\r\n", "bracket-open": b"Host: [::1\r\n", "bracket-close": b"Host: ::1]\r\n", "ipv6-no-brackets": b"Host: ::1\r\n",
    "brackets-empty": b"Host: []\r\n", "ipv6-garbage": b"Host: [zzz]\r\n", "after-bracket": b"Host: [::1]x\r\n", "high-bit": b"Host: te\xffst\r\n", "utf8": b"Host: t\xc3\xa9st\r\n",
    "percent-broken": b"Host: te%zzst\r\n", "only-port": b"Host: :80\r\n", "vertical-tab": b"Host: \x0btest\r\n", "form-feed-after": b"Host: test\x0c\r\n",
    "space-before-colon": b"Host : test\r\n", "tab-before-colon": b"Host\t: test\r\n", "folded": b"Host:\r\n test\r\n", "folded-second": b"Host: test\r\n evil\r\n",
    "leading-space-name": b" Host: test\r\n", "backtick": b"Host: te`st\r\n", "escape": b"Host: test\x1b\r\n", "underscore-name-only": b"H_ost: test\r\n", "percent-nul": b"Host: te%00st\r\n",
}
VALUE_CONTROLS = [c for c in range(0x20) if c != 9] + [0x7F]
NAME_BYTES = [c for c in range(0x21) if c not in (10,)] + list(b'"(),/;<=>?@[\\]{}') + [0x7F, 0x80, 0xA0, 0xC3, 0xFF]


def cases():
    for name, raw in REQUEST_LINES.items():
        quiet = name in ("no-version", "no-version-trailing-space", "only-method", "tls-like-start")
        yield Case(f"request-line-{name}", line(raw), quiet=quiet)
    for name, version in VERSIONS.items():
        yield Case(f"version-{name}", line(b"GET /@ID@ " + version))
    for name, target in BAD_TARGETS.items():
        yield Case(f"target-{name}", line(b"GET " + target + b" HTTP/1.1"))
    for name, target in GRAY_TARGETS.items():
        yield Case(f"target-gray-{name}", line(b"GET " + target + b" HTTP/1.1"), "normalised")
    for name, target in ABSOLUTE.items():
        yield Case(f"absolute-{name}", line(b"GET " + target + b" HTTP/1.1"))
    for name, host in HOSTS.items():
        yield Case(f"host-{name}", hosted(host))
    for code in VALUE_CONTROLS:
        if code in (10,):
            yield Case("value-byte-0a", hosted(HOST + b"X-A: a\nb\r\n"))
        else:
            yield Case(f"value-byte-{code:02x}", hosted(HOST + b"X-A: a" + bytes([code]) + b"b\r\n"))
    for code in NAME_BYTES:
        yield Case(f"name-byte-{code:02x}", hosted(HOST + b"X" + bytes([code]) + b"A: b\r\n"))
    yield from fields()
    yield from line_ends()
    yield from methods_and_upgrades()
    yield from sizes()
    yield from forms()


def fields():
    for name, field in {"empty-name": b": b", "no-colon": b"XA", "only-space": b" ", "only-colon": b":", "space-before-colon": b"X-A : b", "tab-before-colon": b"X-A\t: b",
                        "space-first": b" X-A: b", "tab-first": b"\tX-A: b", "folded": b"X-A: b\r\n c", "folded-tab": b"X-A: b\r\n\tc", "folded-empty": b"X-A: b\r\n ",
                        "folded-twice": b"X-A: b\r\n c\r\n d", "folded-colon": b"X-A: b\r\n X-B: c", "double-colon-name": b"::b", "quoted-name": b'"X-A": b', "request-line-as-field": b"GET /x HTTP/1.1",
                        "lf-ended": b"X-A: b\nX-B: c", "cr-ended": b"X-A: b\rX-B: c", "crcrlf": b"X-A: b\r", "lfcr": b"X-A: b\n\rX-B: c", "bare-cr-first": b"\rX-A: b", "nul-line": b"\0",
                        "vertical-tab-line": b"\x0b", "utf8-name": b"X-\xc3\xa9: b", "folded-lf": b"X-A: b\n c"}.items():
        yield Case(f"field-{name}", hosted(HOST + field + b"\r\n"))
    yield Case("first-field-folded", b"GET /@ID@ HTTP/1.1\r\n Host: test\r\n\r\n")
    yield Case("first-line-space-then-host", b"GET /@ID@ HTTP/1.1\r\n \r\nHost: test\r\n\r\n")
    for name, field in {"obs-text-value": b"X-A: \xe9\xff", "empty-value": b"X-A:", "tab-value": b"X-A:\tb\t", "spaces-value": b"X-A:    b   ", "all-token-characters": b"!#$%&'*+-.^_`|~09aZ: b",
                        "long-name": b"X-" + b"a" * 200 + b": b", "colon-value": b"X-A: b:c:d", "underscore-name": b"X_A: b", "dot-name": b"X.A: b", "digit-name": b"1: b", "quoted-value": b'X-A: "b, c"',
                        "comma-connection": b"Connection: keep-alive, x-a\r\nX-A: b", "two-connections": b"Connection: x-a\r\nConnection: x-b"}.items():
        yield Case(f"field-good-{name}", hosted(HOST + field + b"\r\n"), "normalised" if name in ("long-name",) else "served")
    for name, value in {"host": b"Host", "content-length": b"Content-Length", "close-and-names": b"close, X-Forwarded-For", "authorization": b"Authorization", "cookie": b"Cookie",
                        "forwarded-for": b"X-Forwarded-For", "route-label": b"X-Route-Label", "request-id": b"X-Request-Id", "te": b"TE", "itself": b"Connection", "bad-token": b"a b", "quoted": b'"close"',
                        "nothing": b"", "commas": b",,,", "space-close": b"close close", "slash": b"a/b", "star": b"*", "via": b"Via", "cache-control": b"Cache-Control", "content-type": b"Content-Type"}.items():
        yield Case(f"connection-nominates-{name}", hosted(HOST + b"Content-Type: text/plain\r\nAuthorization: x\r\nConnection: " + value + b"\r\n"), "normalised")
    for name, field in {"content-type": b"Content-Type: text/plain\r\nContent-Type: text/html", "authorization": b"Authorization: a\r\nAuthorization: b", "cookie": b"Cookie: a=b\r\nCookie: c=d",
                        "forwarded-for": b"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2", "route-label": b"X-Route-Label: a\r\nx-route-label: b", "underscore-route": b"X_Route_Label: evil",
                        "underscore-forwarded": b"X_Forwarded_For: 6.6.6.6", "http2-settings": b"HTTP2-Settings: AAMAAABkAAQAAP__", "proxy-connection": b"Proxy-Connection: close", "keep-alive": b"Keep-Alive: timeout=5",
                        "te-gzip": b"TE: gzip", "te-trailers": b"TE: trailers", "max-forwards": b"Max-Forwards: 0", "range": b"Range: bytes=0-18446744073709551615", "proxy-header": b"Proxy: http://evil",
                        "via-loop": b"Via: 1.1 a, 1.1 b, 1.1 c", "trailer-framing": b"Trailer: Content-Length", "content-encoding-odd": b"Content-Encoding: chunked"}.items():
        yield Case(f"field-passed-or-dropped-{name}", hosted(HOST + field + b"\r\n"), "normalised")


def line_ends():
    base = b"GET /@ID@ HTTP/1.1|Host: test|X-A: b|"
    for name, end in {"lf": b"\n", "cr": b"\r", "lfcr": b"\n\r", "crcrlf": b"\r\r\n", "nul-lf": b"\0\n", "vertical-tab": b"\x0b", "form-feed": b"\x0c", "nel": b"\x85", "line-separator": b"\xe2\x80\xa8"}.items():
        quiet = name in ("cr", "vertical-tab", "form-feed", "nel", "line-separator")
        yield Case(f"all-lines-end-{name}", base.replace(b"|", end) + end + (b"\r\n\r\n" if quiet else b""), quiet=quiet)
    yield Case("request-line-ends-lf", b"GET /@ID@ HTTP/1.1\nHost: test\r\n\r\n")
    yield Case("host-line-ends-lf", b"GET /@ID@ HTTP/1.1\r\nHost: test\n\r\n")
    yield Case("head-ends-lf", b"GET /@ID@ HTTP/1.1\r\nHost: test\r\n\n")
    yield Case("head-ends-lflf", b"GET /@ID@ HTTP/1.1\r\nHost: test\n\n")
    yield Case("head-ends-crcr", b"GET /@ID@ HTTP/1.1\r\nHost: test\r\r" + SMUGGLED)
    yield Case("head-ends-lfcrlf-with-smuggled", b"POST /@ID@ HTTP/1.1\r\nHost: test\r\nContent-Length: 0\n\r\n" + SMUGGLED)
    yield Case("empty-line-first", b"\r\n" + request(), "served")
    yield Case("two-empty-lines-first", b"\r\n\r\n" + request(), "normalised")
    yield Case("lf-first", b"\n" + request(), "normalised")
    yield Case("many-empty-lines-first", b"\r\n" * 50 + request(), "normalised")
    yield Case("cr-first", b"\r" + request())
    yield Case("space-crlf-first", b" \r\n" + request())
    yield Case("nul-first", b"\0" + request())


def methods_and_upgrades():
    for method in (b"CONNECT", b"TRACE", b"TRACK"):
        yield Case(f"method-{method.decode().lower()}-origin-form", line(method + b" /@ID@ HTTP/1.1"), "refused" if method != b"TRACK" else "normalised")
    for name, target in {"authority": b"@ID@.test:443", "no-port": b"@ID@.test", "absolute": b"http://@ID@.test/", "asterisk": b"*", "port-only": b":443", "bad-port": b"@ID@.test:x"}.items():
        yield Case(f"connect-{name}", line(b"CONNECT " + target + b" HTTP/1.1"))
    yield Case("connect-with-smuggled", line(b"CONNECT @ID@.test:80 HTTP/1.1") + SMUGGLED)
    for method in (b"get", b"Get", b"PURGE", b"M-SEARCH", b"X", b"SUBSCRIBE", b"BREW", b"PRI"):
        yield Case(f"method-unusual-{method.decode()}", line(method + b" /@ID@ HTTP/1.1"), "normalised")
    yield Case("h2-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", quiet=True)
    yield Case("h2-preface-with-frames", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", quiet=True)
    for name, value in {"h2c": b"h2c", "websocket": b"websocket", "two": b"h2c, websocket", "unknown": b"foo/2", "tls": b"TLS/1.0", "h2c-upper": b"H2C", "http-2": b"HTTP/2.0"}.items():
        head = HOST + b"Upgrade: " + value + b"\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
        yield Case(f"upgrade-{name}", request(fields=head), "normalised")
        yield Case(f"upgrade-not-nominated-{name}", request(fields=HOST + b"Upgrade: " + value + b"\r\n"), "normalised")
    for name, value in {"other": b"200-ok", "twice": b"100-continue, 100-continue", "odd": b"y 100-continue", "empty": b"", "parameter": b"100-continue;x=1", "space": b"100 continue"}.items():
        yield Case(f"expect-{name}", with_field(b"Content-Length: 5\r\nExpect: " + value, b"hello"), "normalised")
    yield Case("expect-100-upper-case", with_field(b"Content-Length: 5\r\nExpect: 100-CONTINUE", b"hello"), "normalised")
    yield Case("expect-on-get-without-body", with_field(b"Expect: 100-continue", b"", b"GET"), "normalised")
    yield Case("expect-two-fields", with_field(b"Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue", b"hello"), "normalised")
    yield Case("expect-on-http-1.0", request(b"POST /@ID@ HTTP/1.0", HOST + b"Content-Length: 5\r\nExpect: 100-continue\r\n", b"hello"), "normalised")


def sizes():
    yield Case("uri-of-9000-bytes", line(b"GET /@ID@" + b"a" * 9000 + b" HTTP/1.1"))
    yield Case("uri-of-70000-bytes", line(b"GET /@ID@" + b"a" * 70000 + b" HTTP/1.1"))
    yield Case("one-field-of-70000-bytes", hosted(HOST + b"X-A: " + b"a" * 70000 + b"\r\n"))
    yield Case("400-fields-of-200-bytes", hosted(HOST + b"".join(b"X-%d: " % i + b"a" * 200 + b"\r\n" for i in range(400))))
    yield Case("5000-small-fields", hosted(HOST + b"".join(b"X-%d: a\r\n" % i for i in range(5000))))
    yield Case("field-name-of-70000-bytes", hosted(HOST + b"a" * 70000 + b": b\r\n"))
    yield Case("endless-request-line", b"GET /@ID@" + b"a" * 100000, quiet=True)
    yield Case("100-fields", hosted(HOST + b"".join(b"X-%d: a\r\n" % i for i in range(90))), "served")
    yield Case("uri-of-4000-bytes", line(b"GET /@ID@" + b"a" * 4000 + b" HTTP/1.1"), "served")
    for name, raw in {"request-line": b"GET /@ID@ HTTP/1.1", "half-method": b"GE", "after-host": b"GET /@ID@ HTTP/1.1\r\nHost: test\r\n", "cr-only": b"GET /@ID@ HTTP/1.1\r\nHost: test\r\n\r",
                      "half-body": b"POST /@ID@ HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nhello", "no-body": b"POST /@ID@ HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n"}.items():
        yield Case(f"unfinished-{name}", raw, "incomplete")


def forms():
    yield Case("http-0.9", b"GET /@ID@\r\n", quiet=True)
    yield Case("http-0.9-with-more", b"GET /@ID@\r\n" + SMUGGLED, quiet=True)
    yield Case("garbage", b"\x00\x01\x02\x03@ID@\r\n\r\n", quiet=True)
    yield Case("tls-client-hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"@ID@" * 20 + b"\r\n\r\n", quiet=True)
    yield Case("proxy-protocol-v1", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + request())
    yield Case("proxy-protocol-v2", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + b"\x7f\0\0\x01" * 2 + b"\0\x50\0\x51" + request(), quiet=True)
    yield Case("smtp", b"EHLO @ID@\r\nMAIL FROM:<a@b>\r\n\r\n", quiet=True)
    yield Case("absolute-form", line(b"GET http://test/@ID@ HTTP/1.1"), "served")
    yield Case("absolute-form-upper-scheme", line(b"GET HTTP://test/@ID@ HTTP/1.1"), "normalised")
    yield Case("absolute-form-https", line(b"GET https://test/@ID@ HTTP/1.1"), "normalised")
    yield Case("absolute-form-other-host", request(b"GET http://real.test/@ID@ HTTP/1.1", b"Host: decoy\r\n"), "normalised")
    yield Case("absolute-form-no-host", request(b"GET http://test/@ID@ HTTP/1.1", b""), "normalised")
    yield Case("absolute-form-ipv6", line(b"GET http://[::1]:80/@ID@ HTTP/1.1"), "normalised")
    yield Case("absolute-form-query-only", line(b"GET http://test?@ID@ HTTP/1.1"), "normalised")
    yield Case("options-asterisk-absolute", line(b"OPTIONS http://test HTTP/1.1"), "normalised")
    yield Case("options-path", line(b"OPTIONS /@ID@ HTTP/1.1"), "served")
    for version in (b"1.0", b"1.1"):
        v = version.decode()
        yield Case(f"plain-get-{v}", hosted(HOST, version), "served")
        yield Case(f"plain-get-{v}-close", hosted(HOST + b"Connection: close\r\n", version), "served")
        yield Case(f"plain-post-{v}", request(b"POST /@ID@ HTTP/" + version, HOST + b"Content-Length: 5\r\n", b"hello"), "served")
    yield Case("http-1.0-without-host", b"GET /@ID@ HTTP/1.0\r\n\r\n", "normalised")
    yield Case("http-1.0-keep-alive", hosted(HOST + b"Connection: keep-alive\r\n", b"1.0"), "served")
    for host in (b"test:8080", b"127.0.0.1", b"[::1]", b"[::1]:80", b"a-b.c.test", b"TEST", b"test:", b"xn--tst-bma.test"):
        yield Case("host-good-" + host.decode().replace(":", "+"), hosted(b"Host: " + host + b"\r\n"), "normalised" if host == b"test:" else "served")
    yield Case("pipelined-three", request() + request(b"GET /b-@ID@ HTTP/1.1") + request(b"GET /c-@ID@ HTTP/1.1"), "served", 3)
    yield Case("pipelined-then-garbage", request() + b"GARBAGE@ID@\r\n\r\n", "normalised", 1)
    yield Case("pipelined-second-refused", request() + b"GET /smuggled-@ID@ HTTP/1.1\r\nHost : test\r\n\r\n", "normalised", 1)
    yield Case("pipelined-after-close", hosted(HOST + b"Connection: close\r\n") + SMUGGLED, "normalised", 1)
    yield Case("pipelined-after-http-1.0", hosted(HOST, b"1.0") + SMUGGLED, "normalised", 1)
    yield Case("empty-lines-between", request() + b"\r\n" + request(b"GET /second-@ID@ HTTP/1.1"), "served", 2)
    yield Case("body-longer-than-length", with_field(b"Content-Length: 5", b"helloEXTRA@ID@ /x\r\n\r\n"), "normalised")
    yield Case("path-of-one-byte-query", line(b"GET /?@ID@ HTTP/1.1"), "served")
    yield Case("asterisk-options", line(b"OPTIONS * HTTP/1.1") + request(), "normalised", 2)
