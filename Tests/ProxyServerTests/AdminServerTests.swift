/// The admin interface with sources made up here, on a real socket.

import CLinux
import HTTPService
import Reactor
import Synchronization
import Telemetry
import Testing
import Vocabulary

@testable import ProxyServer

final class RunningAdmin {
    let server: AdminServer
    let events = EventRing()
    let problems: Box

    final class Box: Sendable {
        let list = Mutex<[String]>([])
    }

    init() throws {
        let problems = Box()
        self.problems = problems
        let layout = MetricsLayout(
            labels: ["quick"], pools: [.init(name: "p", endpoints: ["http://u"])], rejectReasons: [])
        let sources = AdminSources(
            metrics: { Array("format \($0)".utf8) },
            problems: { problems.list.withLock { $0 } },
            classify: { asked in
                let parts = [asked.method, asked.path, asked.query, asked.contentType, asked.payload]
                let text = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|")
                return Array("\(text)|\(asked.explain)".utf8)
            },
            pools: { Array("{\"pools\":[]}".utf8) }, config: Array("workers: 2\n".utf8),
            events: events, layout: layout)
        server = try AdminServer(address: .inet(host: "127.0.0.1", port: 0), sources: sources)
        try server.start()
    }

    deinit { server.stop() }

    func connect() throws -> Int32 {
        let address = try #require(try Resolver.resolve(server.address).first)
        let fd = socket(Int32(address.family), Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var storage = address.storage
        try #require(slb_connect(fd, &storage, address.size) == 0)
        return fd
    }

    func send(_ fd: Int32, _ text: String) throws {
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { CLinux.send(fd, $0.baseAddress, $0.count, 0) }
        try #require(count == bytes.count)
    }

    /// Until the end of the stream, or until `mark` is there.
    func read(_ fd: Int32, until mark: String? = nil) throws -> String {
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(fd, &room, room.count, 0)
            try #require(count >= 0, "nothing came")
            all += room[..<count]
            let text = String(decoding: all, as: UTF8.self)
            if let mark, text.contains(mark) { return text }
            if count == 0 { return text }
        }
    }

    func ask(_ method: String, _ target: String, _ fields: String = "", body: String = "") throws -> String {
        let fd = try connect()
        defer { close(fd) }
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        try send(fd, "\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\(length)\r\n\(body)")
        return try read(fd)
    }
}

@Suite struct AdminServerTests {
    @Test func metricsComeInTheFormatThatIsAccepted() throws {
        let admin = try RunningAdmin()
        let plain = try admin.ask("GET", "/metrics")
        #expect(plain.contains("Content-Type: text/plain; version=0.0.4"))
        #expect(plain.hasSuffix("format prometheus"))
        let open = try admin.ask("GET", "/metrics", "Accept: application/openmetrics-text; version=1.0.0\r\n")
        #expect(open.contains("Content-Type: application/openmetrics-text"))
        #expect(open.hasSuffix("format openMetrics"))
    }

    @Test func readinessNamesWhatIsMissing() throws {
        let admin = try RunningAdmin()
        #expect(try admin.ask("GET", "/ready").hasPrefix("HTTP/1.1 200 "))
        admin.problems.list.withLock { $0 = ["pool \"a\" has no usable endpoint"] }
        let missing = try admin.ask("GET", "/ready")
        #expect(missing.hasPrefix("HTTP/1.1 503 "))
        #expect(missing.contains(#"{"status":"not_ready","problems":["pool \"a\" has no usable endpoint"]}"#))
        admin.problems.list.withLock { $0 = [] }
        admin.server.beginDraining()
        #expect(try admin.ask("GET", "/ready").contains(#"["the proxy is draining"]"#))
        #expect(try admin.ask("GET", "/health").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func otherPathsAndMethodsAreRefused() throws {
        let admin = try RunningAdmin()
        #expect(try admin.ask("GET", "/nothing").hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(try admin.ask("GET", "/metrics/").contains("\"code\":\"not_found\""))
        let post = try admin.ask("POST", "/metrics", body: "x")
        #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD\r\n"))
        let get = try admin.ask("GET", "/classify")
        #expect(get.hasPrefix("HTTP/1.1 405 ") && get.contains("Allow: POST\r\n"))
    }

    @Test func poolsAndConfigurationAreShown() throws {
        let admin = try RunningAdmin()
        #expect(try admin.ask("GET", "/pools").hasSuffix("{\"pools\":[]}"))
        let config = try admin.ask("GET", "/config")
        #expect(config.contains("Content-Type: application/yaml\r\n") && config.hasSuffix("workers: 2\n"))
    }

    @Test(arguments: [
        (#"{"payload":"hi","path":"/a?b=c"}"#, "POST|/a|b=c|text/plain|hi|false"),
        (#"{"payload":{"n": [1, 2]}}"#, #"POST|/||application/json|{"n": [1, 2]}|false"#),
        (#"{"payload":"{\"n\":1}","method":"PUT","content_type":"x/y"}"#, #"PUT|/||x/y|{"n":1}|false"#),
        (#" { "path" : "\/\u0041\ud83d\ude00" , "payload" : null } "#, "GET|/A😀||||false"),
    ])
    func classifyReadsWhatItIsAsked(json: String, expected: String) throws {
        #expect(try RunningAdmin().ask("POST", "/classify", body: json).hasSuffix("\r\n\r\n" + expected))
    }

    @Test func classifyExplainsOnRequest() throws {
        let answer = try RunningAdmin().ask("POST", "/classify?explain=1", body: #"{"path":"/"}"#)
        #expect(answer.hasSuffix("|true"))
    }

    @Test(arguments: [
        "{}", "[]", "{", #"{"path":1}"#, #"{"path":"/"}x"#, #"{"path":"/",}"#, #"{"path":"\x"}"#,
        #"{"payload":01}"#, #"{"payload":"\#u{1}"}"#, String(repeating: "[", count: 5000),
        #"{"payload":\#(String(repeating: "[", count: 5000))}"#, #"{"path":"\u12"}"#,
    ])
    func classifyRefusesWhatIsNotARequest(json: String) throws {
        let answer = try RunningAdmin().ask("POST", "/classify", body: json)
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.contains("\"code\":\"bad_classification\""))
    }

    @Test func decisionsArriveAsEvents() throws {
        let admin = try RunningAdmin()
        let fd = try admin.connect()
        defer { close(fd) }
        try admin.send(fd, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try admin.read(fd, until: "retry: 2000\n\n")
        // The watch begins in the turn of the loop that sent the opening.
        while !admin.events.isWatched { sched_yield() }
        admin.events.put(
            DecisionEvent(
                id: (1, 2), time: 0, verdict: Verdict(label: Label(index: 0), confidence: 0.5, source: .rule),
                classifyLatency: .zero, totalLatency: .zero, upstream: (0, 0), status: 200))
        let event = try admin.read(fd, until: "\n\n")
        #expect(event.hasPrefix(#"data: {"id":"00000000000000010000000000000002","#))
        #expect(event.contains(#""label":"quick","#) && event.contains(#""upstreamUrl":"http://u""#))
    }

    @Test func theDashboardRunsOnlyItsOwnScript() throws {
        let page = try RunningAdmin().ask("GET", "/")
        let nonce = try #require(page.firstMatch(of: /script-src 'nonce-(\w+)'/)).1
        #expect(page.contains("Content-Security-Policy: default-src 'none'; connect-src 'self'"))
        #expect(page.contains("<script nonce=\"\(nonce)\">") && page.contains("<style nonce=\"\(nonce)\">"))
        #expect(page.firstMatch(of: /(src|href)="https?:/) == nil)
        #expect(page.hasSuffix("</html>\n"))
    }

    @Test func aTakenPortIsNamed() throws {
        let admin = try RunningAdmin()
        let sources = AdminSources(
            metrics: { _ in [] }, problems: { [] }, classify: { _ in [] }, pools: { [] }, config: [],
            events: EventRing(), layout: MetricsLayout(labels: [], pools: [], rejectReasons: []))
        let failure = #expect(throws: StartFailure.self) {
            try AdminServer(address: admin.server.address, sources: sources)
        }
        #expect(failure?.description.contains("another process has this port") == true)
    }
}
