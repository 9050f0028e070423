/// The type and name of the operation a GraphQL document asks for (GraphQL, October 2021, 2.3). It
/// reads definitions at the top level and skips what is inside them; it validates nothing, and a
/// document that is cut off before the operation's name ends has no operation.

import Vocabulary

struct GraphQLOperation {
    enum Kind: UInt64 {
        case query = 1
        case mutation = 2
        case subscription = 4
    }

    var kind: Kind
    /// Empty if the operation is anonymous.
    var name: Bytes

    /// The operation called `wanted`, or the first if that is nil.
    static func find(
        in document: Bytes, isComplete: Bool, wanted: JSONString?
    ) -> GraphQLOperation? {
        var reader = GraphQLReader(document: document, isComplete: isComplete)
        while let operation = reader.nextOperation() {
            guard let wanted else { return operation }
            if wanted.equals(operation.name) { return operation }
        }
        return nil
    }
}

private struct GraphQLReader {
    let document: Bytes
    let isComplete: Bool
    var offset = 0

    init(document: Bytes, isComplete: Bool) {
        self.document = document
        self.isComplete = isComplete
    }

    /// The next operation definition; fragments and type definitions are passed over.
    mutating func nextOperation() -> GraphQLOperation? {
        while true {
            skipIgnored()
            guard offset < document.count else { return nil }
            if document[offset] == UInt8(ascii: "{") {
                skipSelection()
                return GraphQLOperation(kind: .query, name: Bytes(start: nil, count: 0))
            }
            guard let keyword = name() else { return nil }
            if keyword.isEmpty {
                offset += 1
                continue
            }
            guard let kind = kind(of: keyword) else {
                skipSelection()
                continue
            }
            skipIgnored()
            guard let operationName = name() else { return nil }
            skipSelection()
            return GraphQLOperation(kind: kind, name: operationName)
        }
    }

    private func kind(of keyword: Bytes) -> GraphQLOperation.Kind? {
        if keyword.equals("query") { return .query }
        if keyword.equals("mutation") { return .mutation }
        return keyword.equals("subscription") ? .subscription : nil
    }

    /// The name here, empty if there is none; nil if it may go on beyond a cut.
    private mutating func name() -> Bytes? {
        let start = offset
        while offset < document.count, Self.isNameByte(document[offset]) { offset += 1 }
        guard isComplete || offset < document.count else { return nil }
        return Bytes(rebasing: document[start..<offset])
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        asciiLowercase(byte) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
            || byte == UInt8(ascii: "_")
    }

    /// White space, commas, byte order marks and comments.
    private mutating func skipIgnored() {
        while offset < document.count {
            switch document[offset] {
            case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: ","), 0xEF, 0xBB, 0xBF: offset += 1
            case UInt8(ascii: "#"): skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() {
        while offset < document.count, document[offset] != 0x0A, document[offset] != 0x0D {
            offset += 1
        }
    }

    /// Up to and with the `}` that ends this definition. Default values in parentheses have braces
    /// of their own.
    private mutating func skipSelection() {
        var nesting = 0
        while offset < document.count {
            let byte = document[offset]
            switch byte {
            case UInt8(ascii: "#"):
                skipComment()
                continue
            case UInt8(ascii: "\""):
                skipString()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "("), UInt8(ascii: "["): nesting += 1
            case UInt8(ascii: "}"), UInt8(ascii: ")"), UInt8(ascii: "]"): nesting -= 1
            default: break
            }
            offset += 1
            if byte == UInt8(ascii: "}"), nesting <= 0 { return }
        }
    }

    private mutating func skipString() {
        let isBlock = startsWithTripleQuote
        offset += isBlock ? 3 : 1
        while offset < document.count {
            switch document[offset] {
            case UInt8(ascii: "\\"): offset += 2
            case UInt8(ascii: "\"") where !isBlock:
                offset += 1
                return
            case UInt8(ascii: "\"") where startsWithTripleQuote:
                offset += 3
                return
            default: offset += 1
            }
        }
        offset = document.count
    }

    private var startsWithTripleQuote: Bool {
        offset + 3 <= document.count && document[offset] == UInt8(ascii: "\"")
            && document[offset + 1] == UInt8(ascii: "\"")
            && document[offset + 2] == UInt8(ascii: "\"")
    }
}

extension Bytes {
    func equals(_ text: StaticString) -> Bool {
        elementsEqual(bytesOf: Bytes(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
