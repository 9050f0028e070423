"""How a request's body ends: Content-Length, Transfer-Encoding and both at once (RFC 9112, 6)."""

from . import HOST, SMUGGLED, Case, request, with_field

ZERO = b"0\r\n\r\n"

BAD_LENGTHS = {
    "plus-sign": b"+5", "minus-sign": b"-5", "minus-zero": b"-0", "minus-one": b"-1", "hex-prefix": b"0x5",
    "hex-digit": b"a", "octal-prefix": b"0o5", "underscore": b"1_0", "comma-same": b"5, 5", "comma-different": b"5, 6",
    "comma-first-zero": b"0, 5", "comma-trailing": b"5,", "comma-leading": b",5", "semicolon": b"5;x", "space-inside": b"5 5",
    "tab-inside": b"5\t5", "fraction": b"5.0", "exponent": b"5e0", "quoted": b'"5"', "single-quoted": b"'5'", "empty": b"",
    "only-spaces": b"   ", "word": b"five", "nan": b"NaN", "trailing-letter": b"5a", "leading-letter": b"a5",
    "vertical-tab-before": b"\x0b5", "vertical-tab-after": b"5\x0b", "form-feed-before": b"\x0c5", "form-feed-after": b"5\x0c",
    "nul-before": b"\x005", "nul-after": b"5\x00", "nbsp-latin1": b"\xa05", "nbsp-utf8": b"\xc2\xa05", "nel-utf8": b"5\xc2\x85",
    "ideographic-space": b"5\xe3\x80\x80", "arabic-indic-digit": b"\xd9\xa5", "fullwidth-digit": b"\xef\xbc\x95",
    "superscript-digit": b"\xc2\xb2", "2-to-63": b"9223372036854775808", "2-to-64": b"18446744073709551616",
    "2-to-64-plus-5": b"18446744073709551621", "2-to-32-plus-5-and-sign": b"+4294967301", "2-to-128": b"340282366920938463463374607431768211456",
    "200-digits": b"9" * 200, "backslash": b"5\\", "percent": b"%35", "colon": b"5:", "equals": b"=5", "bare-cr-inside": b"5\r5",
    "bare-cr-after": b"5\r", "bare-cr-before": b"\r5", "bom": b"\xef\xbb\xbf5", "parenthesis-comment": b"5 (five)", "backspace": b"6\x085",
    "delete": b"5\x7f", "escape": b"5\x1b", "slash": b"5/5", "brackets": b"[5]", "infinity": b"Infinity", "null-word": b"null",
}

BAD_CODINGS = {
    "identity": b"identity", "identity-comma-chunked": b"identity, chunked", "chunked-comma-identity": b"chunked, identity",
    "chunked-twice": b"chunked, chunked", "gzip": b"gzip", "gzip-chunked": b"gzip, chunked", "chunked-gzip": b"chunked, gzip",
    "x-chunked": b"xchunked", "x-dash-chunked": b"x-chunked", "chunkedx": b"chunkedx", "chunke": b"chunke", "chunk": b"chunk",
    "leading-comma": b",chunked", "trailing-comma": b"chunked,", "only-comma": b",", "empty": b"", "parameter": b"chunked;q=1",
    "parameter-empty": b"chunked;", "quoted": b'"chunked"', "single-quoted": b"'chunked'", "vertical-tab-before": b"\x0bchunked",
    "vertical-tab-after": b"chunked\x0b", "form-feed-before": b"\x0cchunked", "form-feed-after": b"chunked\x0c",
    "nul-before": b"\x00chunked", "nul-after": b"chunked\x00", "nul-inside": b"chun\x00ked", "nbsp-before": b"\xa0chunked",
    "nbsp-utf8-before": b"\xc2\xa0chunked", "nel-after": b"chunked\x85", "dotless-lookalike": b"chunk\xc3\xa9d",
    "kelvin-sign": b"chun\xe2\x84\xaaed", "space-inside": b"chun ked", "tab-inside": b"chun\tked", "bare-cr-before": b"\rchunked",
    "bare-cr-after": b"chunked\r", "bare-cr-inside": b"chun\rked", "brackets": b"[chunked]", "colon": b": chunked", "equals": b"chunked=1",
    "space-then-word": b"chunked foo", "word-then-space": b"foo chunked", "tab-then-word": b"chunked\tfoo", "cow": b"cow",
    "null-word": b"null", "deflate": b"deflate", "compress-chunked": b"compress, chunked", "trailers": b"trailers", "slash": b"chunked/1.0",
    "percent": b"%63hunked", "backslash": b"chunked\\", "delete": b"chunked\x7f", "bom": b"\xef\xbb\xbfchunked", "zero-width": b"chunked\xe2\x80\x8b",
    "semicolon-list": b"identity; chunked", "pipe": b"chunked|identity", "brotli": b"br", "question": b"chunked?", "escape": b"\x1bchunked",
}

def cases():
    for name, value in BAD_LENGTHS.items():
        yield Case(f"length-{name}", with_field(b"Content-Length: " + value, b"hello" + SMUGGLED))
    for name, value in BAD_LENGTHS.items():
        if name in ("empty", "only-spaces", "minus-one", "plus-sign", "comma-same", "hex-prefix", "nul-after", "2-to-64", "vertical-tab-after"):
            yield Case(f"length-on-get-{name}", with_field(b"Content-Length: " + value, SMUGGLED, b"GET"))
    for name, value in BAD_CODINGS.items():
        yield Case(f"coding-{name}", with_field(b"Transfer-Encoding: " + value, ZERO + SMUGGLED))
    for name, value in BAD_CODINGS.items():
        if name in ("identity", "x-chunked", "chunked-twice", "vertical-tab-before", "nul-after", "leading-comma", "quoted", "gzip",
                    "empty", "space-inside", "nbsp-before", "bare-cr-after", "chunked-comma-identity", "parameter", "cow"):
            body = b"Transfer-Encoding: " + value + b"\r\nContent-Length: 5"
            yield Case(f"coding-with-length-{name}", with_field(body, ZERO + SMUGGLED))
    yield from both()
    yield from repeated()
    yield from versions_and_methods()
    yield from names()


def both():
    te, cl = b"Transfer-Encoding: chunked", b"Content-Length: "
    for method in (b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS"):
        m = method.decode().lower()
        yield Case(f"cl-te-{m}", with_field(cl + b"6\r\n" + te, ZERO + b"G" + SMUGGLED, method))
        yield Case(f"te-cl-{m}", with_field(te + b"\r\n" + cl + b"3", b"1\r\nZ\r\nQ" + SMUGGLED, method))
        yield Case(f"te-cl-zero-{m}", with_field(te + b"\r\n" + cl + b"0", ZERO + SMUGGLED, method))
    body = b"0\r\n\r\n"
    yield Case("cl-te-lengths-agree", with_field(cl + b"5\r\n" + te, body))
    yield Case("cl-te-case-upper", with_field(cl + b"5\r\nTRANSFER-ENCODING: CHUNKED", body + SMUGGLED))
    yield Case("cl-te-tab-before-value", with_field(cl + b"5\r\nTransfer-Encoding:\tchunked", body + SMUGGLED))
    yield Case("cl-te-no-space-before-value", with_field(cl + b"5\r\nTransfer-Encoding:chunked", body + SMUGGLED))
    yield Case("cl-te-far-apart", with_field(cl + b"5\r\n" + b"X-Pad: 1\r\n" * 40 + te, body + SMUGGLED))
    yield Case("cl-te-far-apart-reversed", with_field(te + b"\r\n" + b"X-Pad: 1\r\n" * 40 + cl + b"5", body + SMUGGLED))
    yield Case("cl-bad-te-good", with_field(cl + b"x\r\n" + te, body + SMUGGLED))
    yield Case("cl-te-connection-names-te", with_field(cl + b"5\r\n" + te + b"\r\nConnection: Transfer-Encoding", body + SMUGGLED))
    yield Case("cl-te-connection-names-cl", with_field(cl + b"5\r\n" + te + b"\r\nConnection: Content-Length", body + SMUGGLED))


def repeated():
    cl, te = b"Content-Length: ", b"Transfer-Encoding: "
    for first, second in ((b"5", b"5"), (b"5", b"6"), (b"0", b"5"), (b"5", b"0"), (b"5", b"+5"), (b"05", b"5"), (b"5", b""), (b"", b"5")):
        label = f"{first.decode() or 'empty'}-{second.decode() or 'empty'}".replace("+", "plus")
        yield Case(f"two-lengths-{label}", with_field(cl + first + b"\r\n" + cl + second, b"hello" + SMUGGLED))
    yield Case("two-lengths-apart", with_field(cl + b"5\r\nX-A: 1\r\nX-B: 2\r\ncontent-length: 0", b"hello" + SMUGGLED))
    yield Case("three-lengths", with_field(cl + b"5\r\n" + cl + b"5\r\n" + cl + b"5", b"hello"))
    for first, second in ((b"chunked", b"chunked"), (b"chunked", b"identity"), (b"identity", b"chunked"), (b"chunked", b"cow"),
                          (b"cow", b"chunked"), (b"gzip", b"chunked"), (b"chunked", b""), (b"", b"chunked"), (b"chunked", b"gzip")):
        label = f"{first.decode() or 'empty'}-{second.decode() or 'empty'}"
        yield Case(f"two-codings-{label}", with_field(te + first + b"\r\n" + te + second, b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-then-lower-case-name", with_field(te + b"chunked\r\ntransfer-encoding: identity", b"0\r\n\r\n" + SMUGGLED))


def versions_and_methods():
    te = b"Transfer-Encoding: chunked\r\n"
    yield Case("coding-in-http-1.0", request(b"POST /@ID@ HTTP/1.0", HOST + te, b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-in-http-1.0-keep-alive", request(b"POST /@ID@ HTTP/1.0", HOST + b"Connection: keep-alive\r\n" + te, b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-and-length-in-http-1.0", request(b"POST /@ID@ HTTP/1.0", HOST + te + b"Content-Length: 5\r\n", b"0\r\n\r\n" + SMUGGLED))
    for method in (b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"PATCH", b"PUT", b"PROPFIND"):
        m = method.decode().lower()
        yield Case(f"length-with-smuggled-body-{m}", with_field(b"Content-Length: %d" % (len(SMUGGLED) + 12), SMUGGLED.replace(b"@ID@", b"in-body-0000"), method), "normalised")
        yield Case(f"chunked-with-body-{m}", with_field(b"Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n", method), "normalised")
        yield Case(f"length-zero-{m}", with_field(b"Content-Length: 0", b"", method), "served")
        yield Case(f"pipelined-after-length-{m}", with_field(b"Content-Length: 5", b"hello" + request(b"GET /second-@ID@ HTTP/1.1"), method), "normalised", 2)
    yield Case("length-leading-zeros", with_field(b"Content-Length: 0005", b"hello"), "normalised")
    yield Case("length-19-digits-of-zero", with_field(b"Content-Length: 0000000000000000005", b"hello"), "normalised")
    yield Case("connection-names-length", with_field(b"Content-Length: 5\r\nConnection: content-length", b"hello"), "normalised")
    yield Case("connection-names-coding", with_field(b"Transfer-Encoding: chunked\r\nConnection: transfer-encoding", b"0\r\n\r\n"), "normalised")
    yield Case("connection-names-host", with_field(b"Connection: host", b"", b"GET"), "normalised")
    yield Case("no-framing-with-body-is-next-request", request(b"POST /@ID@ HTTP/1.1", HOST, b"GET /second-@ID@ HTTP/1.1\r\nHost: test\r\n\r\n"), "normalised", 2)
    yield Case("post-without-length-then-garbage", request(b"POST /@ID@ HTTP/1.1", HOST, b"\x00\x01garbage\r\n\r\n"), "normalised")


def names():
    """Names of the framing fields that some servers take for the real thing."""
    yield from (Case(f"lookalike-length-{n}", with_field(v + b": 5", b"hello" + SMUGGLED)) for n, v in {
        "underscore": b"Content_Length", "space-before-colon": b"Content-Length ", "tab-before-colon": b"Content-Length\t",
        "space-inside": b"Content Length", "nul-after": b"Content-Length\x00", "vertical-tab-after": b"Content-Length\x0b",
        "leading-space": b" Content-Length", "leading-tab": b"\tContent-Length", "leading-vertical-tab": b"\x0bContent-Length",
        "leading-cr": b"\rContent-Length", "cr-after": b"Content-Length\r", "nbsp-after": b"Content-Length\xa0", "quoted": b'"Content-Length"',
        "utf8-hyphen": b"Content\xe2\x80\x90Length", "brackets": b"[Content-Length]", "at": b"Content-Length@", "slash": b"Content-Length/",
    }.items())
    yield from (Case(f"lookalike-coding-{n}", with_field(v + b": chunked", b"0\r\n\r\n" + SMUGGLED)) for n, v in {
        "underscore": b"Transfer_Encoding", "space-before-colon": b"Transfer-Encoding ", "tab-before-colon": b"Transfer-Encoding\t",
        "space-inside": b"Transfer Encoding", "nul-after": b"Transfer-Encoding\x00", "vertical-tab-after": b"Transfer-Encoding\x0b",
        "form-feed-after": b"Transfer-Encoding\x0c", "leading-space": b" Transfer-Encoding", "leading-tab": b"\tTransfer-Encoding",
        "leading-cr": b"\rTransfer-Encoding", "cr-after": b"Transfer-Encoding\r", "nbsp-after": b"Transfer-Encoding\xa0",
        "delete-after": b"Transfer-Encoding\x7f", "utf8-hyphen": b"Transfer\xe2\x80\x91Encoding", "long-s": b"Tran\xc5\xbffer-Encoding",
        "comma": b"X, Transfer-Encoding", "parenthesis": b"Transfer-Encoding(x)", "high-bit": b"T\xf2ansfer-Encoding",
    }.items())
    yield Case("coding-hidden-behind-bare-cr", with_field(b"X-A: b\rTransfer-Encoding: chunked", b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-hidden-behind-bare-lf", with_field(b"X-A: b\nTransfer-Encoding: chunked", b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-hidden-behind-nul", with_field(b"X-A: b\x00\r\nTransfer-Encoding: chunked", b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-folded", with_field(b"Transfer-Encoding:\r\n chunked", b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-folded-tab", with_field(b"Transfer-Encoding:\r\n\tchunked", b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-folded-lf", with_field(b"Transfer-Encoding:\n chunked", b"0\r\n\r\n" + SMUGGLED))
    yield Case("coding-in-fold-of-other", with_field(b"X-A: b\r\n Transfer-Encoding: chunked", b"0\r\n\r\n" + SMUGGLED))
    yield Case("length-folded", with_field(b"Content-Length:\r\n 5", b"hello" + SMUGGLED))
    yield Case("length-folded-second-value", with_field(b"Content-Length: 5\r\n 6", b"hello" + SMUGGLED))
    yield Case("length-in-request-line-fold", b"POST /@ID@ HTTP/1.1\r\n Content-Length: 5\r\nHost: test\r\n\r\nhello")
