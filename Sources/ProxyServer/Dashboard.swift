/// The dashboard: one page with everything in it, that asks only this admin listener. Its script and
/// style carry a number used once, so that nothing a label or a path says can run in the page.

struct Dashboard {
    private let nonce: String

    init() {
        var random = SystemRandomNumberGenerator()
        nonce = String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }

    var contentSecurityPolicy: String {
        "default-src 'none'; connect-src 'self'; img-src data:; script-src 'nonce-\(nonce)'; "
            + "style-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }

    var text: [UInt8] {
        let opening = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>slb</title>
            <link rel="icon" href="data:,">
            <style nonce="\(nonce)">

            """
        return Array(
            (opening + Self.style + "</style>\n</head>\n" + Self.body
                + "<script nonce=\"\(nonce)\">\n" + Self.script + "</script>\n</body>\n</html>\n").utf8)
    }
}
