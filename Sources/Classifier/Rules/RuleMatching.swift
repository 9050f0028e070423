/// One request against the tests of the compiled rules. It owns nothing: the tables are the rule
/// set's, the bytes the connection's, the memory the worker's scratch.

import Vocabulary

struct RuleMatching {
    let tables: RuleSet.Tables
    let request: RequestView
    let bodyComplete: Bool
    let scratch: Scratch

    /// The bit of the request's method; zero if no rule names it.
    var methodBit: UInt64 {
        for index in 0..<tables.methodCount
        where request.method.elementsEqual(bytesOf: tables.bytes(tables.methods[index])) {
            return 1 << UInt64(index)
        }
        return 0
    }

    func holds(_ instruction: Instruction, methodBit: UInt64) -> Bool {
        switch instruction.test {
        case .method: return instruction.bits & methodBit != 0
        case .host: return tables.anyMatches(instruction.operands, hostWithoutPort)
        case .path: return tables.anyMatches(instruction.operands, request.path)
        case .contentType: return tables.anyMatches(instruction.operands, mediaType)
        case .headerPresent: return header(instruction) { _ in true }
        case .header:
            return header(instruction) { tables.anyMatches(instruction.operands, $0) }
        case .queryPresent: return parameter(instruction) { _ in true }
        case .query:
            return parameter(instruction) { tables.anyMatches(instruction.operands, $0) }
        case .bodySize:
            let size = request.bodyLength.map { Double($0) } ?? Double(request.body.count)
            return tables.holds(instruction.operands, size)
        case .body:
            return tables.anyMatches(instruction.operands, request.body, atEnd: bodyComplete)
        case .json:
            guard isJSON else { return false }
            scanJSON()
            return scratch.answers[Int(instruction.operands.first)]
        case .graphql: return graphql(instruction)
        }
    }

    /// Whether a test of the body can come out differently once there is one.
    func dependsOnBody(_ instruction: Instruction) -> Bool {
        if request.bodyLength == 0 { return false }
        switch instruction.test {
        case .bodySize: return request.bodyLength == nil
        case .json: return mediaType.isEmpty || isJSON
        case .graphql: return mediaType.isEmpty || isJSON || isGraphQL
        default: return true
        }
    }

    /// RFC 3986, 3.2.2: an IPv6 literal has its colons in brackets.
    private var hostWithoutPort: Bytes {
        let host = request.host
        var end = host.count
        while end > 0, host[end - 1] &- UInt8(ascii: "0") < 10 { end -= 1 }
        guard end > 0, host[end - 1] == UInt8(ascii: ":") else { return host }
        return Bytes(rebasing: host[..<(end - 1)])
    }

    /// RFC 9110, 8.3.1: what stands before the parameters.
    private var mediaType: Bytes {
        let value = request.contentType
        var end = 0
        while end < value.count, value[end] != UInt8(ascii: ";") { end += 1 }
        while end > 0, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        var start = 0
        while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
        return Bytes(rebasing: value[start..<end])
    }

    private func header(_ instruction: Instruction, _ test: (Bytes) -> Bool) -> Bool {
        let name = tables.bytes(instruction.name)
        for field in request.fields {
            guard let found = request.name(of: field), found.equalsIgnoringCase(name),
                let value = request.value(of: field)
            else { continue }
            if test(value) { return true }
        }
        return false
    }

    private func parameter(_ instruction: Instruction, _ test: (QueryText) -> Bool) -> Bool {
        let name = tables.bytes(instruction.name)
        var parameters = QueryParameters(request.query)
        while let parameter = parameters.next() {
            if parameter.name.equals(name), test(parameter.value) { return true }
        }
        return false
    }
}

/// Structured bodies.
extension RuleMatching {
    /// `…/json`, `…+json`, or no type at all and a body that looks like it.
    private var isJSON: Bool {
        if let known = scratch.bodyIsJSON { return known }
        let found = seemsJSON
        scratch.bodyIsJSON = found
        return found
    }

    private var seemsJSON: Bool {
        let type = mediaType
        guard !type.isEmpty else { return looksLikeJSON }
        guard type.count >= 5 else { return false }
        let separator = type[type.count - 5]
        let ending = Bytes(rebasing: type[(type.count - 4)...])
        return (separator == UInt8(ascii: "/") || separator == UInt8(ascii: "+"))
            && ending.equalsIgnoringCase("json")
    }

    private var isGraphQL: Bool { mediaType.equalsIgnoringCase("application/graphql") }

    private var looksLikeJSON: Bool {
        for byte in request.body {
            switch byte {
            case 0x09, 0x0A, 0x0D, 0x20: continue
            default: return byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
            }
        }
        return false
    }

    private func scanJSON() {
        guard !scratch.jsonIsScanned else { return }
        scratch.jsonIsScanned = true
        scratch.clearAnswers()
        var scan = JSONScan(
            tables, body: request.body, bodyComplete: bodyComplete, scratch: scratch)
        scan.run()
    }

    private func graphql(_ instruction: Instruction) -> Bool {
        readGraphQL()
        guard let operation = scratch.graphqlOperation else { return false }
        guard instruction.bits & operation.kind.rawValue != 0 else { return false }
        return instruction.operands.count == 0
            || tables.anyMatches(instruction.operands, operation.name)
    }

    private func readGraphQL() {
        guard !scratch.graphqlIsRead else { return }
        scratch.graphqlIsRead = true
        if isGraphQL {
            scratch.graphqlOperation = GraphQLOperation.find(
                in: request.body, isComplete: bodyComplete, wanted: nil)
        } else if isJSON {
            scanJSON()
            guard let query = scratch.graphqlQuery else { return }
            let (document, isComplete) = scratch.decodeDocument(query)
            var wanted = scratch.graphqlName
            if let name = wanted, name.raw.isEmpty || !name.isComplete { wanted = nil }
            scratch.graphqlOperation = GraphQLOperation.find(
                in: document, isComplete: isComplete, wanted: wanted)
        }
    }
}

extension RequestView {
    /// Nil if the codec's offsets do not lie within the head, which would be a bug of its.
    @inline(__always)
    func name(of field: HeaderField) -> Bytes? {
        slice(Int(field.nameOffset), Int(field.nameLength))
    }

    @inline(__always)
    func value(of field: HeaderField) -> Bytes? {
        slice(Int(field.valueOffset), Int(field.valueLength))
    }

    @inline(__always)
    private func slice(_ offset: Int, _ count: Int) -> Bytes? {
        guard offset + count <= head.count else { return nil }
        return Bytes(rebasing: head[offset..<offset + count])
    }
}

extension Bytes {
    func equalsIgnoringCase(_ lowercased: StaticString) -> Bool {
        equalsIgnoringCase(
            Bytes(start: lowercased.utf8Start, count: lowercased.utf8CodeUnitCount))
    }
}
