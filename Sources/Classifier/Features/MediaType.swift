/// Which scanner reads a body: by its media type, or by how it begins when the type says nothing.

import Vocabulary

enum MediaType: UInt8 {
    case none, json, form, xml, graphql, query, multipart, text, binary

    static func of(_ contentType: Bytes) -> MediaType {
        var end = 0
        while end < contentType.count, contentType[end] != UInt8(ascii: ";") { end += 1 }
        let type = Bytes(rebasing: contentType[..<end])
        guard !type.isEmpty else { return .none }
        if contains(type, "graphql") { return .graphql }
        if contains(type, "json") { return .json }
        if contains(type, "x-www-form-urlencoded") { return .form }
        if contains(type, "multipart/") { return .multipart }
        if contains(type, "sparql") || contains(type, "sql") || contains(type, "flux") || contains(type, "promql") { return .query }
        if contains(type, "xml") || contains(type, "html") { return .xml }
        if contains(type, "text/") || contains(type, "csv") || contains(type, "yaml") { return .text }
        if contains(type, "image/") || contains(type, "audio/") || contains(type, "video/") || contains(type, "zip")
            || contains(type, "octet-stream") || contains(type, "pdf") || contains(type, "protobuf") || contains(type, "grpc")
        {
            return .binary
        }
        return .none
    }

    /// JSON sent as text, or without a type, is read as JSON.
    func resolved(by body: Bytes) -> MediaType {
        guard self == .none || self == .text || self == .form else { return self }
        var offset = 0
        while offset < body.count, body[offset] <= 0x20 { offset += 1 }
        guard offset < body.count else { return self }
        switch body[offset] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .json
        case UInt8(ascii: "<"): return .xml
        default: return self
        }
    }

    private static func contains(_ text: Bytes, _ part: StaticString) -> Bool {
        let count = part.utf8CodeUnitCount
        guard text.count >= count else { return false }
        for start in 0...text.count - count {
            var index = 0
            while index < count, text[start + index] | 0x20 == part.utf8Start[index] | 0x20 { index += 1 }
            if index == count { return true }
        }
        return false
    }
}
