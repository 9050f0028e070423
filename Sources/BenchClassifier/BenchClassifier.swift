/// What one decision of the built-in model costs: microseconds of a body of 300 bytes and of one of 16 KiB, each
/// unlike the one before. Built only by `scripts/bench-classifier`, on the same code as slb.
import Classifier
import Glibc
import Vocabulary

@main
private struct BenchClassifier {
    static let variants = 64

    static func main() {
        measure("300 B JSON", bytes: 300, rounds: 20_000, goal: 5)
        measure("16 KiB JSON", bytes: 16 * 1024, rounds: 2000, goal: 120)
    }

    /// Different ids, words and sizes in each, so that no branch is learnt by heart.
    private static func body(_ number: Int, bytes: Int) -> [UInt8] {
        let names = ["harbour", "kiosk", "parcel", "ledger", "orchard", "signal", "lantern", "canvas"]
        var text = #"{"query":"orders of \#(names[number % 8])","page_size":\#(10 + number),"filters":["#
        var item = number
        while text.utf8.count < bytes - 60 {
            text += #"{"sku":"\#(names[item % 8])-\#(item * 7919 % 100_000)","count":\#(item % 90),"open":true},"#
            item += 1
        }
        return Array((text + #"{"sku":"last"}],"sort":"created"}"#).utf8)
    }

    private static func measure(_ name: String, bytes: Int, rounds: Int, goal: Double) {
        let extractor = Model.builtin.makeExtractor(bodyCount: 16 * 1024)
        let bodies = (0..<variants).map { body($0, bytes: bytes) }
        var took: [Double] = []
        took.reserveCapacity(rounds)
        var sum: Float = 0
        for round in 0..<(rounds + rounds / 10) {
            bodies[round % variants].withUnsafeBytes { body in
                let shown = Bytes(rebasing: body.prefix(16 * 1024))
                let request = RequestView(
                    method: view("POST"), path: view("/v1/orders/search"), query: view(""), host: view("example.test"),
                    contentType: view("application/json"), head: view(""),
                    fields: UnsafeBufferPointer(start: nil, count: 0), body: shown, bodyLength: UInt64(body.count))
                let begun = now()
                let guess = Model.builtin.guess(request, bodyComplete: shown.count == body.count, extractor: extractor)
                let ended = now()
                sum += guess.confidence
                // The first tenth warms up.
                if round >= rounds / 10 { took.append(Double(ended - begun) / 1000) }
            }
        }
        precondition(sum > 0)
        took.sort()
        let median = took[took.count / 2]
        let size = bodies.reduce(0) { $0 + $1.count } / variants
        print(
            "\(name) (\(size) bytes): median \(rounded(median)) µs, p99 \(rounded(took[took.count * 99 / 100])) µs, goal <= \(rounded(goal)) µs: \(median <= goal ? "met" : "MISSED")")
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func view(_ text: StaticString) -> Bytes { Bytes(start: text.utf8Start, count: text.utf8CodeUnitCount) }
}
