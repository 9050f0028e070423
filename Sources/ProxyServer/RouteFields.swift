/// The `X-Route-*` fields of a verdict, rendered once for each label at start.

import Classifier
import HTTPCodec
import Vocabulary

final class RouteFields: @unchecked Sendable {
    let names: FieldSet = [.init(.xRouteLabel), .init(.xRouteConfidence), .init(.xRouteSource), .init(.xRouteExplain)]
    // Written in `init` only.
    private let lines: [UnsafeRawBufferPointer]

    init(labels: LabelTable) {
        lines = labels.names.map { name in
            let line = Array("X-Route-Label: \(name)\r\nX-Route-Confidence: ".utf8)
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: line.count, alignment: 1)
            memory.copyBytes(from: line)
            return UnsafeRawBufferPointer(memory)
        }
    }

    deinit { for line in lines { line.deallocate() } }

    func append(_ verdict: Verdict, to out: inout ByteBuffer) {
        out.append(lines[Int(verdict.label.index)])
        let confidence = verdict.confidence.isNaN ? 0 : min(max(verdict.confidence, 0), 1)
        let hundredths = UInt8(confidence * 100 + 0.5)
        out.append(hundredths == 100 ? 0x31 : 0x30)
        out.append(0x2E)
        out.append(0x30 &+ hundredths / 10 % 10)
        out.append(0x30 &+ hundredths % 10)
        out.append("\r\nX-Route-Source: ")
        out.append(verdict.source.name)
        out.append("\r\n")
    }
}
