/// The requests the demo shows: for each label some that its rules know, one of each as a curl line.

struct DemoSample: Sendable {
    var label: String
    var method: String
    var path: String
    var contentType: String?
    var body = ""

    /// `#` becomes a number, so that some are new to the cache and some are not.
    static let all: [DemoSample] = [
        get("fast-path", "/health"),
        post("general", "/v1/orders", #"{"customer":4#,"items":[{"sku":"HL-1","quantity":2}]}"#),
        get("fast-path", "/users/4#"),
        post(
            "high-compute", "/v1/chat/completions",
            #"{"messages":[{"role":"user","content":"Write a complete twenty-page report on canal locks, volume #."}],"max_tokens":8000}"#),
        post("fast-path", "/v1/chat/completions", #"{"messages":[{"role":"user","content":"Hi!"}],"max_tokens":16}"#),
        post("general", "/v1/comments", #"{"article":7#,"text":"Thanks, this answered my question."}"#),
        get("fast-path", "/api/v1/flags/new-checkout"),
        post("high-compute", "/v1/train", #"{"model":"gradient-boosting","dataset":"sales-202#","epochs":40}"#),
        get("general", "/articles?tag=garden&page=#"),
        get("fast-path", "/jobs/7f3#/status"),
        DemoSample(
            label: "general", method: "PUT", path: "/v1/users/4#", contentType: "application/json",
            body: #"{"name":"Ada Holm","email":"ada@example.org"}"#),
        post("high-compute", "/sql", #"{"sql":"SELECT * FROM clicks a CROSS JOIN clicks b"}"#),
        get("fast-path", "/v1/products/881#/price"),
    ]

    /// One of each label, for people to try.
    static let forPeople = [all[0], all[1], all[3]]

    private static func get(_ label: String, _ path: String) -> DemoSample {
        DemoSample(label: label, method: "GET", path: path)
    }

    private static func post(_ label: String, _ path: String, _ body: String) -> DemoSample {
        DemoSample(label: label, method: "POST", path: path, contentType: "application/json", body: body)
    }

    /// Numbers come round, so that the cache has its share.
    private static let differentNumbers = 8

    func request(number: Int) -> [UInt8] {
        let digit = String(number % Self.differentNumbers)
        func numbered(_ text: String) -> String { text.split(separator: "#", omittingEmptySubsequences: false).joined(separator: digit) }
        let body = numbered(self.body)
        var text = "\(method) \(numbered(path)) HTTP/1.1\r\nHost: demo.example\r\nUser-Agent: slb-demo\r\nConnection: close\r\n"
        if let contentType { text += "Content-Type: \(contentType)\r\nContent-Length: \(body.utf8.count)\r\n" }
        return Array((text + "\r\n" + body).utf8)
    }

    func curlLine(base: String) -> String {
        func plain(_ text: String) -> String { text.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "2") }
        var line = "curl -i \(base)\(plain(path))"
        if let contentType { line += " -H 'Content-Type: \(contentType)' -d '\(plain(body))'" }
        return line
    }
}
