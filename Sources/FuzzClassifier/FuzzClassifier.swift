/// libFuzzer's way into the classifier: one binary, the target told by `SLB_FUZZ_TARGET` (`classifier`: a
/// body, `path`: path and query, `model`: a model's file). Built only by `scripts/fuzz.sh`. Besides crashes it
/// looks for answers that are no answers, that depend on what came before, and for work that is not linear.
/// `FuzzClassifier --write-model FILE` makes a seed for `model`.
import Classifier
import Glibc
import Vocabulary

private enum FuzzTarget {
    case classifier, path, model

    static let chosen: FuzzTarget = {
        guard let name = getenv("SLB_FUZZ_TARGET") else { return .classifier }
        switch String(cString: name) {
        case "path": return .path
        case "model": return .model
        default: return .classifier
        }
    }()
}

/// SwiftPM names the program's `main` itself, so that libFuzzer's own cannot be used: this is the
/// entry it offers for that case.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ oneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
private struct FuzzClassifier {
    static func main() {
        if CommandLine.argc == 3, CommandLine.arguments[1] == "--write-model" {
            exit(ModelSeed.write(to: CommandLine.arguments[2]) ? 0 : 1)
        }
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments, { fuzzOneInput($0, $1) }))
    }
}

private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Bytes(start: start, count: count)
    switch FuzzTarget.chosen {
    case .classifier: fuzzBody(bytes)
    case .path: fuzzPath(bytes)
    case .model: fuzzModel(bytes)
    }
    return 0
}

/// The first byte chooses the media type and whether this is all of the body.
private func fuzzBody(_ bytes: Bytes) {
    guard let first = bytes.first else { return }
    let type = MediaTypes.all[Int(first & 0x7F) % MediaTypes.all.count]
    let body = Bytes(rebasing: bytes[1...])
    let isComplete = first < 0x80
    let request = RequestView(
        method: view("POST"), path: view("/v1/things/7/search"), query: view("limit=5"), host: view("example.test"),
        contentType: view(type), head: view(""), fields: UnsafeBufferPointer(start: nil, count: 0), body: body,
        bodyLength: isComplete ? UInt64(body.count) : UInt64(body.count) * 40)
    Judge.shared.check(request, isComplete: isComplete)
}

/// Method, path and query; a blank ends the method, a question mark the path.
private func fuzzPath(_ bytes: Bytes) {
    let blank = bytes.firstIndex(of: UInt8(ascii: " ")) ?? 0
    let mark = bytes[blank...].firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
    let query = mark < bytes.count ? Bytes(rebasing: bytes[(mark + 1)...]) : view("")
    let request = RequestView(
        method: Bytes(rebasing: bytes[..<blank]), path: Bytes(rebasing: bytes[blank..<mark]), query: query,
        host: view("example.test"), contentType: view(""), head: view(""),
        fields: UnsafeBufferPointer(start: nil, count: 0), body: view(""), bodyLength: 0)
    Judge.shared.check(request, isComplete: true)
}

/// What reads as a model must also decide: soundly, whatever its numbers are.
private func fuzzModel(_ bytes: Bytes) {
    let model: Model
    do throws(ModelProblem) { model = try Model(bytes: bytes) } catch { return }
    let extractor = model.makeExtractor(bodyCount: 1024)
    for body in ModelSeed.bodies {
        let request = RequestView(
            method: view("POST"), path: view("/v1/export"), query: view(""), host: view(""),
            contentType: view("application/json"), head: view(""), fields: UnsafeBufferPointer(start: nil, count: 0),
            body: view(body), bodyLength: UInt64(body.utf8CodeUnitCount))
        let guess = model.guess(request, bodyComplete: true, extractor: extractor)
        guess.check(labels: model.facts.labels.count)
        precondition(model.explain(request, bodyComplete: true, extractor: extractor).0 == guess)
    }
}

func view(_ text: StaticString) -> Bytes { Bytes(start: text.utf8Start, count: text.utf8CodeUnitCount) }
