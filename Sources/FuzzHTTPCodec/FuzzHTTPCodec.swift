/// libFuzzer's way into the codec: one binary, the target told by `SLB_FUZZ_TARGET` (`request`,
/// `response`, `chunked`). Built only by `scripts/fuzz.sh`. Besides crashes it looks for answers that
/// depend on how the bytes arrive, and for rewritten heads that read differently.
import Glibc
import HTTPCodec
import Vocabulary

private enum FuzzTarget {
    case request, response, chunked

    static let chosen: FuzzTarget = {
        guard let name = getenv("SLB_FUZZ_TARGET") else { return .request }
        switch String(cString: name) {
        case "response": return .response
        case "chunked": return .chunked
        default: return .request
        }
    }()
}

/// Used by the fuzzer's one thread only.
nonisolated(unsafe) private let table = FieldTable(capacity: 128)
nonisolated(unsafe) private let secondTable = FieldTable(capacity: 128)
private let limits = Limits()

/// SwiftPM names the program's `main` itself, so that libFuzzer's own cannot be used: this is the
/// entry it offers for that case.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ oneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
private struct FuzzHTTPCodec {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments, { fuzzOneInput($0, $1) }))
    }
}

private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Bytes(start: start, count: count)
    switch FuzzTarget.chosen {
    case .request: fuzzRequest(bytes)
    case .response: fuzzResponse(bytes)
    case .chunked: fuzzChunked(bytes)
    }
    return 0
}

private func scan(_ bytes: Bytes, _ side: MessageSide) -> HeadScan {
    var whole = HeadScanner()
    let result = whole.scan(bytes, limits: limits, side: side)
    var piecewise = HeadScanner()
    var arrived = 0
    while arrived < bytes.count {
        arrived = min(bytes.count, arrived + 1 + arrived / 3)
        let part = piecewise.scan(Bytes(rebasing: bytes[0..<arrived]), limits: limits, side: side)
        if part == .incomplete { continue }
        precondition(part == result, "the scan depends on how bytes arrive")
        return result
    }
    return result
}

private func fuzzRequest(_ bytes: Bytes) {
    // The parser alone must stand any bytes, not just those a scanner would pass.
    rewriteRequest(bytes)
    guard case .complete(let length) = scan(bytes, .request) else { return }
    rewriteRequest(Bytes(rebasing: bytes[0..<length]))
}

private func rewriteRequest(_ bytes: Bytes) {
    guard case .head(let head) = RequestParser.parse(bytes, into: table, limits: limits) else { return }
    withUnsafeTemporaryAllocation(
        byteCount: ByteBuffer.requestSizeBound(head, table) + 2, alignment: 8
    ) { memory in
        guard let base = memory.baseAddress else { return }
        var buffer = ByteBuffer(base: base, capacity: memory.count)
        buffer.appendRequestHead(head, table: table, bytes: bytes, dropping: [])
        buffer.appendEndOfHead()
        var wide = limits
        wide.head *= 2
        let again = RequestParser.parse(buffer.readable, into: secondTable, limits: wide)
        guard case .head(let second) = again else {
            preconditionFailure("what we wrote is refused")
        }
        precondition(second.framing == head.framing && second.kind == head.kind)
    }
}

private func fuzzResponse(_ bytes: Bytes) {
    for method in [Method.get, .head] {
        rewriteResponse(bytes, method)
        guard case .complete(let length) = scan(bytes, .response) else { continue }
        rewriteResponse(Bytes(rebasing: bytes[0..<length]), method)
    }
}

private func rewriteResponse(_ bytes: Bytes, _ method: Method) {
    guard
        case .head(let head) = ResponseParser.parse(bytes, to: method, into: table, limits: limits)
    else { return }
    withUnsafeTemporaryAllocation(
        byteCount: ByteBuffer.responseSizeBound(head, table) + 2, alignment: 8
    ) { memory in
        guard let base = memory.baseAddress else { return }
        var buffer = ByteBuffer(base: base, capacity: memory.count)
        buffer.appendResponseHead(
            head, table: table, bytes: bytes, dropping: [], framing: head.framing)
        buffer.appendEndOfHead()
        var wide = limits
        wide.head *= 2
        let again = ResponseParser.parse(
            buffer.readable, to: method, into: secondTable, limits: wide)
        guard case .head(let second) = again else {
            preconditionFailure("what we wrote is refused")
        }
        precondition(second.framing == head.framing && second.status == head.status)
    }
}

private struct Digest: Equatable {
    var payload: UInt64 = 0xCBF2_9CE4_8422_2325
    var consumed = 0
    var isComplete = false
    var refusal: Refusal?
}

private func fuzzChunked(_ bytes: Bytes) {
    let whole = decode(bytes, step: bytes.count)
    precondition(whole == decode(bytes, step: 1), "the body depends on how bytes arrive")
    precondition(whole == decode(bytes, step: 7), "the body depends on how bytes arrive")
}

private func decode(_ bytes: Bytes, step: Int) -> Digest {
    var digest = Digest()
    var decoder = BodyDecoder(.chunked)
    var arrived = 0
    while arrived < bytes.count {
        arrived = min(bytes.count, arrived + max(step, 1))
        var waits = false
        while !waits {
            let input = Bytes(rebasing: bytes[digest.consumed..<arrived])
            switch decoder.next(input, limits: limits) {
            case .data(let consumed, let payload):
                precondition(consumed <= input.count && payload.upperBound <= consumed)
                for byte in input[payload] {
                    digest.payload = (digest.payload ^ UInt64(byte)) &* 0x100_0000_01B3
                }
                digest.consumed += consumed
            case .needMore(let consumed):
                digest.consumed += consumed
                waits = true
            case .end(let consumed, let trailers):
                precondition(consumed <= input.count && trailers.upperBound <= consumed)
                writeLastChunk(Bytes(rebasing: input[trailers]))
                digest.consumed += consumed
                digest.isComplete = true
                return digest
            case .refused(let refusal):
                digest.refusal = refusal
                digest.consumed = 0
                return digest
            }
        }
    }
    return digest
}

private func writeLastChunk(_ trailers: Bytes) {
    withUnsafeTemporaryAllocation(
        byteCount: ByteBuffer.lastChunkSizeBound(trailers: trailers), alignment: 8
    ) { memory in
        guard let base = memory.baseAddress else { return }
        var buffer = ByteBuffer(base: base, capacity: memory.count)
        buffer.appendLastChunk(trailers: trailers)
    }
}
