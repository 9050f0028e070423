/// The shape of a body: JSON by its names and masked values, forms as queries, anything else word by word.

import Vocabulary

extension ShapeHash {
    mutating func body(_ body: Bytes, media: Bytes) {
        let first = body.first { $0 > 0x20 }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            json(body)
        } else if Self.isForm(media) {
            parameters(body)
        } else {
            words(body)
        }
    }

    private static func isForm(_ media: Bytes) -> Bool {
        let form: StaticString = "application/x-www-form-urlencoded"
        return media.equalsIgnoringCase(
            Bytes(start: form.utf8Start, count: form.utf8CodeUnitCount))
    }

    /// Brackets, names and scalars in their order; broken JSON gives what it has.
    private mutating func json(_ body: Bytes) {
        var place = 0
        while place < body.count {
            let byte = body[place]
            switch byte {
            case 0...0x20, UInt8(ascii: ","), UInt8(ascii: ":"): place += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                token(.open, value: UInt64(byte))
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                token(.close, value: UInt64(byte))
                place += 1
            case UInt8(ascii: "\""): place = string(in: body, at: place + 1)
            default:
                var end = place + 1
                while end < body.count, !Self.endsScalar(body[end]) { end += 1 }
                scalar(Bytes(rebasing: body[place..<end]))
                place = end
            }
        }
    }

    /// Behind the opening quote; returns the offset behind the closing one.
    private mutating func string(in body: Bytes, at start: Int) -> Int {
        var end = start
        while end < body.count, body[end] != UInt8(ascii: "\"") {
            end += body[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        end = min(end, body.count)
        let text = Bytes(rebasing: body[start..<end])
        var next = min(end + 1, body.count)
        while next < body.count, body[next] <= 0x20 { next += 1 }
        if next < body.count, body[next] == UInt8(ascii: ":") {
            part(text, as: .name)
        } else {
            scalar(text)
        }
        return min(end + 1, body.count)
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "["),
            UInt8(ascii: "{"), UInt8(ascii: ":"), UInt8(ascii: "\""):
            true
        default: false
        }
    }

    private mutating func words(_ body: Bytes) {
        var place = 0
        while place < body.count {
            guard MaskingPass.isOfWord(body[place]) else {
                // How much white space there is says nothing.
                if body[place] > 0x20 { token(.mark, value: UInt64(body[place])) }
                place += 1
                continue
            }
            var end = place + 1
            while end < body.count, MaskingPass.isOfWord(body[end]) || body[end] == UInt8(ascii: "-") {
                end += 1
            }
            scalar(Bytes(rebasing: body[place..<end]))
            place = end
        }
    }
}
