"""The chunked coding: sizes, extensions, data ends, trailers (RFC 9112, 7.1)."""

from . import SMUGGLED, Case, chunked

BAD_SIZES = {
    "hex-prefix": b"0x5", "upper-hex-prefix": b"0X5", "plus": b"+5", "minus": b"-5", "minus-zero": b"-0", "leading-space": b" 5",
    "leading-tab": b"\t5", "trailing-space-tab-word": b"5 x", "underscore": b"0_5", "comma": b"5,5", "dot": b"5.0", "empty": b"",
    "only-space": b" ", "not-hex": b"g", "word": b"five", "trailing-g": b"5g", "quoted": b'"5"', "vertical-tab": b"\x0b5",
    "vertical-tab-after": b"5\x0b", "form-feed": b"\x0c5", "form-feed-after": b"5\x0c", "nul": b"\x005", "nul-after": b"5\x00",
    "nbsp": b"\xa05", "nbsp-after": b"5\xa0", "fullwidth": b"\xef\xbc\x95", "2-to-64-plus-5": b"10000000000000005",
    "2-to-32-plus-5-and-sign": b"+100000005", "17-digits": b"00000000000000005" + b"0" * 0 + b"", "wide-overflow": b"f" * 17, "2-to-63": b"8000000000000000",
    "max-64": b"ffffffffffffffff", "200-digits": b"5" * 200, "exponent": b"5e+0", "equals": b"5=", "colon": b"5:", "slash": b"5/",
    "backslash": b"5\\", "cr-before": b"\r5", "cr-inside": b"5\r5", "bom": b"\xef\xbb\xbf5", "percent": b"%35", "brackets": b"{5}", "h-suffix": b"5h",
}
BAD_EXTENSIONS = {
    "no-semicolon": b" a", "bare-lf-inside": b";a\nb", "bare-cr-inside": b";a\rb", "nul": b";a\x00", "bare-cr-end": b";\r", "lf-after-semicolon": b";\n",
    "lf-in-quotes": b';a="\n"', "cr-in-quotes": b';a="\r"', "control": b";a=\x01", "delete": b";a=\x7f", "bell": b";\x07",
    "unclosed-quote": b';a="b', "quote-in-token": b';a=b"c', "comma": b",a", "colon": b":a", "equals-first": b"=a", "vertical-tab": b"\x0b;a",
    "escape-at-end": b';a="b\\', "crlf-in-quotes": b';a="\r\n"', "lf-dashes": b";\nxx\r\n0\r\n\r\n", "nul-in-quotes": b';a="\x00"',
}
GRAY_EXTENSIONS = {"semicolon-only": b";", "double-semicolon": b";;", "space-before-semicolon": b" ;a", "tab-before-semicolon": b"\t;a",
                   "space-after-size": b" ", "tab-after-size": b"\t", "no-value": b";a=", "no-name": b";=b", "high-bit": b";a=\xff",
                   "spaces-around-equals": b";a = b", "slash": b";a/b", "brackets": b";[a]"}
GOOD_EXTENSIONS = {"token": b";a", "value": b";a=b", "quoted": b';a="b c"', "two": b";a=b;c=d", "escaped": b';a="b\\"c"', "semicolon-in-quotes": b';a="b;c"'}


def cases():
    end = b"0\r\n\r\n"
    for name, size in BAD_SIZES.items():
        expect = "normalised" if name == "17-digits" else "refused"
        yield Case(f"chunk-size-{name}", chunked(size + b"\r\nhello\r\n" + end + SMUGGLED if expect == "refused" else size + b"\r\nhello\r\n" + end), expect)
    for name in ("hex-prefix", "plus", "minus", "leading-space", "underscore", "vertical-tab", "nul", "empty", "quoted", "word"):
        bad_zero = BAD_SIZES[name].replace(b"5", b"0").replace(b"five", b"zero")
        yield Case(f"last-chunk-size-{name}", chunked(b"5\r\nhello\r\n" + bad_zero + b"\r\n\r\n" + SMUGGLED))
    for name, extension in BAD_EXTENSIONS.items():
        yield Case(f"chunk-extension-{name}", chunked(b"5" + extension + b"\r\nhello\r\n" + end + SMUGGLED))
        yield Case(f"last-chunk-extension-{name}", chunked(b"5\r\nhello\r\n0" + extension + b"\r\n\r\n" + SMUGGLED))
    for name, extension in GRAY_EXTENSIONS.items():
        yield Case(f"chunk-extension-gray-{name}", chunked(b"5" + extension + b"\r\nhello\r\n" + end), "normalised")
    for name, extension in GOOD_EXTENSIONS.items():
        yield Case(f"chunk-extension-good-{name}", chunked(b"5" + extension + b"\r\nhello\r\n" + end), "served")
    yield from ends(end)
    yield from named_attacks(end)
    yield from trailers()
    yield from unfinished()
    for size in (b"5", b"05", b"0000000000000005", b"00000005"):
        yield Case(f"chunk-size-good-{size.decode()}", chunked(size + b"\r\nhello\r\n" + end), "served")
    yield Case("chunk-size-good-upper-hex", chunked(b"A\r\nhellohello\r\n" + end), "served")
    yield Case("chunk-size-good-lower-hex", chunked(b"a\r\nhellohello\r\n" + end), "served")
    yield Case("last-chunk-many-zeros", chunked(b"5\r\nhello\r\n0000\r\n\r\n"), "served")
    yield Case("empty-chunked-body", chunked(end), "served")
    yield Case("many-small-chunks", chunked(b"1\r\nx\r\n" * 500 + end), "served")
    yield Case("pipelined-after-chunked", chunked(b"5\r\nhello\r\n" + end + b"GET /second-@ID@ HTTP/1.1\r\nHost: test\r\n\r\n"), "served", 2)


def ends(end: bytes):
    for name, joint in {"lf": b"\n", "cr": b"\r", "nothing": b"", "crcr": b"\r\r", "lflf": b"\n\n", "crlfcrlf": b"\r\n\r\n", "lfcr": b"\n\r",
                        "two-letters": b"XX", "space-crlf": b" \r\n", "nul": b"\0\0", "crcrlf": b"\r\r\n", "one-byte-more": b"X\r\n", "semicolon": b";\r\n"}.items():
        yield Case(f"chunk-data-ends-{name}", chunked(b"5\r\nhello" + joint + end + SMUGGLED))
    for name, joint in {"lf": b"\n", "cr": b"\r", "crcr": b"\r\r", "lfcr": b"\n\r", "crcrlf": b"\r\r\n", "nul-crlf": b"\0\r\n", "lf-crlf": b"\n\r\n"}.items():
        yield Case(f"chunk-size-line-ends-{name}", chunked(b"5" + joint + b"hello\r\n" + end + SMUGGLED))
    for name, tail in {"lflf": b"0\n\n", "lf-crlf": b"0\n\r\n", "crlf-lf": b"0\r\n\n", "crcr": b"0\r\r", "crlf-cr-x": b"0\r\n\rX", "cr-lf-cr-cr": b"0\r\n\r\r",
                       "crlf-space-crlf": b"0\r\n \r\n\r\n", "crlf-tab": b"0\r\n\t\r\n\r\n", "crlf-nul": b"0\r\n\0\r\n\r\n", "cr-only-crlf": b"0\r\r\n\r\n"}.items():
        yield Case(f"last-chunk-ends-{name}", chunked(b"5\r\nhello\r\n" + tail + SMUGGLED))
    yield Case("chunk-shorter-than-size", chunked(b"6\r\nhello\r\n" + end + SMUGGLED))
    yield Case("chunk-longer-than-size", chunked(b"4\r\nhello\r\n" + end + SMUGGLED))
    yield Case("chunk-empty-line-before-size", chunked(b"\r\n5\r\nhello\r\n" + end + SMUGGLED))
    yield Case("chunk-empty-line-between", chunked(b"5\r\nhello\r\n\r\n5\r\nhello\r\n" + end + SMUGGLED))
    yield Case("chunk-lf-before-size", chunked(b"\n5\r\nhello\r\n" + end + SMUGGLED))
    yield Case("body-not-chunked-at-all", chunked(b"hello world, this is no chunk\r\n\r\n" + SMUGGLED))
    yield Case("body-is-a-request", chunked(SMUGGLED))


def named_attacks(end: bytes):
    inner = b"GET /smuggled-@ID@ HTTP/1.1\r\nHost: test\r\nX: "
    yield Case("term-ext", chunked(b"5;\nhello\r\n%x\r\n" % len(inner) + inner + b"\r\n" + end))
    yield Case("ext-term", chunked(b"2;\nxx\r\n%x\r\n0\r\n\r\n" % 0x40 + SMUGGLED))
    yield Case("ext-term-cr", chunked(b"2;\rxx\r\n%x\r\n0\r\n\r\n" % 0x40 + SMUGGLED))
    yield Case("term-spill", chunked(b"5\r\nhello" + b"XX" + b"0\r\n\r\n" + SMUGGLED))
    yield Case("spill-term", chunked(b"5\r\nhelloX\r\n0\r\n\r\n" + SMUGGLED))
    yield Case("one-two", chunked(b"5\r\nhello\n" + b"0\r\n\r\n" + SMUGGLED))
    yield Case("two-one", chunked(b"5\nhello\r\n" + b"0\r\n\r\n" + SMUGGLED))
    yield Case("zero-two", chunked(b"5\r\nhello0\r\n\r\n" + SMUGGLED))
    yield Case("extension-of-20-kib", chunked(b"5;" + b"a" * 20480 + b"\r\nhello\r\n" + end + SMUGGLED))
    yield Case("extensions-over-many-chunks", chunked((b"1;" + b"a" * 900 + b"\r\nx\r\n") * 64 + end + SMUGGLED))
    yield Case("zero-size-with-space-and-data", chunked(b"0 \r\nhello\r\n" + end + SMUGGLED))


def trailers():
    def trailer(field: bytes) -> bytes:
        return chunked(b"5\r\nhello\r\n0\r\n" + field + b"\r\n\r\n")

    for name, field in {"space-before-colon": b"X-A : b", "folded": b"X-A: b\r\n c", "folded-first": b" X-A: b", "no-colon": b"XA", "empty-name": b": b",
                        "nul": b"X-A: \0", "bare-lf": b"X-A: b\nX-B: c", "bare-cr": b"X-A: b\rc", "lf-ended": b"X-A: b\n", "space-in-name": b"X A: b",
                        "control-in-name": b"X\x01A: b", "high-bit-name": b"X\xe9: b", "only-space": b" ", "a-request-line": b"GET /smuggled-@ID@ HTTP/1.1",
                        "vertical-tab-name": b"X-A\x0b: b", "delete": b"X-A: \x7f"}.items():
        yield Case(f"trailer-{name}", trailer(field))
    for name, field in {"content-length": b"Content-Length: 5", "transfer-encoding": b"Transfer-Encoding: chunked", "host": b"Host: evil",
                        "connection": b"Connection: close", "authorization": b"Authorization: Basic x", "route-label": b"X-Route-Label: evil",
                        "forwarded-for": b"X-Forwarded-For: 6.6.6.6", "cookie": b"Cookie: a=b", "te": b"TE: trailers", "trailer": b"Trailer: X-A",
                        "content-encoding": b"Content-Encoding: gzip", "expect": b"Expect: 100-continue", "underscore-length": b"Content_Length: 5"}.items():
        yield Case(f"trailer-forbidden-{name}", trailer(field), "normalised")
    yield Case("trailer-good", trailer(b"X-Checksum: abc"), "served")
    yield Case("trailer-two-good", trailer(b"X-Checksum: abc\r\nX-Other: d"), "served")
    yield Case("trailer-200-fields", trailer(b"\r\n".join(b"X-%d: a" % i for i in range(200))))
    yield Case("trailer-of-70-kib", trailer(b"X-A: " + b"a" * 71680))
    yield Case("trailer-then-second-request", chunked(b"0\r\nX-A: b\r\n\r\nGET /second-@ID@ HTTP/1.1\r\nHost: test\r\n\r\n"), "served", 2)


def unfinished():
    for name, body in {"no-chunk": b"", "half-size": b"5", "size-no-data": b"5\r\n", "half-data": b"5\r\nhel", "no-crlf-after-data": b"5\r\nhello",
                       "no-last-chunk": b"5\r\nhello\r\n", "last-chunk-no-end": b"5\r\nhello\r\n0\r\n", "last-chunk-half": b"5\r\nhello\r\n0",
                       "half-trailer": b"5\r\nhello\r\n0\r\nX-A: b\r\n", "extension-open": b"5;a"}.items():
        yield Case(f"chunked-unfinished-{name}", chunked(body), "incomplete")
