/// Nothing is read beyond the bytes handed in: they end where a page without access begins.
import Glibc
import HTTPCodec
import Testing
import Vocabulary

@Suite struct BoundaryTests {
    @Test(arguments: ["requests/refused", "requests/accepted", "responses/refused", "responses/accepted"])
    func readsNothingBehindTheEnd(_ folder: String) throws {
        let page = GuardedPages(bytes: 64 * 1024)
        defer { page.release() }
        for specimen in try Corpus.load(folder) where specimen.bytes.count <= page.capacity {
            let exchange = folder.hasPrefix("requests")
                ? Exchange(side: .request) : Exchange(side: .response, method: specimen.method)
            let count = specimen.bytes.count
            let whole = exchange.run(specimen.bytes, arrivals: [count])
            #expect(exchange.run(page.place(specimen.bytes), arrivals: [count]) == whole, "\(specimen)")
            // Every prefix at the edge of the page, for the short ones.
            guard count <= 300 else { continue }
            for length in 1...count {
                _ = exchange.run(page.place(Array(specimen.bytes[0..<length])), arrivals: [length])
            }
        }
    }

    @Test func parsersSurviveEveryTruncation() {
        let table = FieldTable(capacity: 8)
        let page = GuardedPages(bytes: 4096)
        defer { page.release() }
        let request = latin("\r\nPOST http://h/%41?q HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n")
        let response = latin("HTTP/1.1 200 OK\r\nConnection: a, b\r\nContent-Length: 3\r\n\r\n")
        for length in 0..<request.count {
            let bytes = page.place(Array(request[0..<length]))
            if case .head = RequestParser.parse(bytes, into: table, limits: Limits()) {
                Issue.record("a cut request head of \(length) bytes was taken")
            }
        }
        for length in 0..<response.count {
            let bytes = page.place(Array(response[0..<length]))
            if case .head = ResponseParser.parse(bytes, to: .get, into: table, limits: Limits()) {
                Issue.record("a cut response head of \(length) bytes was taken")
            }
        }
    }
}

/// Memory whose end is the end of what may be read.
struct GuardedPages {
    let capacity: Int
    private let base: UnsafeMutableRawPointer
    private static let page = 4096

    init(bytes: Int) {
        capacity = bytes
        guard
            let memory = mmap(
                nil, bytes + GuardedPages.page, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED,
            mprotect(memory + bytes, GuardedPages.page, PROT_NONE) == 0
        else { preconditionFailure("no memory") }
        base = memory
    }

    func place(_ bytes: [UInt8]) -> Bytes {
        let start = base + capacity - bytes.count
        bytes.withUnsafeBytes { source in
            if let address = source.baseAddress { start.copyMemory(from: address, byteCount: bytes.count) }
        }
        return Bytes(start: start, count: bytes.count)
    }

    func release() { munmap(base, capacity + GuardedPages.page) }
}
