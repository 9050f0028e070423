/// What a request's other fields ask of this hop: persistence, expectations, trailers, hops left.
/// Everything not named here is the upstream's business.
import Vocabulary

extension RequestParser {
    static func readRest(
        _ bytes: Bytes, _ head: inout RequestHead, _ table: FieldTable
    ) -> RefusalReason? {
        guard let options = table.connectionOptions(bytes) else { return .badConnection }
        head.keepAlive = !options.close && (head.minorVersion == 1 || options.keepAlive)
        if let index = table.firstIndex(of: .contentType) { head.contentType = table.value(at: index) }
        if let reason = readExpectation(bytes, &head, table) { return reason }
        if table.contains(.te) { head.acceptsTrailers = acceptsTrailers(bytes, table) }
        guard head.kind == .options else { return nil }
        switch table.single(.maxForwards) {
        case .absent: return nil
        case .several: return .badMaxForwards
        case .one(let range):
            guard let hops = range.of(bytes).decimal else { return .badMaxForwards }
            head.maxForwards = UInt32(clamping: hops)
            return nil
        }
    }

    /// RFC 9110, 10.1.1: ignored in HTTP/1.0, and without effect where there is no body to wait for.
    private static func readExpectation(
        _ bytes: Bytes, _ head: inout RequestHead, _ table: FieldTable
    ) -> RefusalReason? {
        guard table.contains(.expect), head.minorVersion == 1 else { return nil }
        guard case .one(let range) = table.single(.expect), range.of(bytes).matches("100-continue")
        else { return .badExpectation }
        head.expectsContinue = head.framing != .none && head.framing != .length(0)
        return nil
    }

    /// RFC 9110, 10.1.4. The field itself never goes on, so that its oddities harm nobody.
    private static func acceptsTrailers(_ bytes: Bytes, _ table: FieldTable) -> Bool {
        var members = 0
        var index = 0
        while index < table.count {
            if table.name(at: index) == .te {
                var list = ListMembers(table.value(at: index).of(bytes))
                while let member = list.next(), members < FieldTable.listMembers {
                    if member.matches("trailers") { return true }
                    members &+= 1
                }
            }
            index &+= 1
        }
        return false
    }
}
