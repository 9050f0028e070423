/// The request target in its four forms (RFC 9112, 3.2), taken apart into authority, path and query.
/// It refuses what two servers might resolve differently; it never rewrites.
import Vocabulary

struct RequestTarget {
    /// Empty unless the target is in absolute-form.
    var authority = ByteRange.empty
    var path = ByteRange.empty
    var query = ByteRange.empty
    var hasQuery = false
    var isAsterisk = false
    var isAbsolute = false
}

enum RequestTargetParse {
    case target(RequestTarget)
    case refused(RefusalReason)
}

extension RequestTarget {
    /// `start..<end` holds no space and is not empty.
    static func parse(_ bytes: Bytes, _ start: Int, _ end: Int, method: Method) -> RequestTargetParse {
        if bytes[start] == ASCII.slash {
            var target = RequestTarget()
            if let reason = target.readPath(bytes, start, end) { return .refused(reason) }
            return .target(target)
        }
        if bytes[start] == ASCII.asterisk, end == start &+ 1 {
            guard method == .options else { return .refused(.badTarget) }
            var target = RequestTarget()
            target.isAsterisk = true
            target.path = ByteRange(start, end)
            return .target(target)
        }
        return absolute(bytes, start, end, method)
    }

    private static func absolute(
        _ bytes: Bytes, _ start: Int, _ end: Int, _ method: Method
    ) -> RequestTargetParse {
        let http = end &- start > 7 && bytes.slice(start, start &+ 7).matches("http://")
        let https = end &- start > 8 && bytes.slice(start, start &+ 8).matches("https://")
        guard http || https else { return .refused(.badTarget) }
        let authorityStart = start &+ (http ? 7 : 8)
        var offset = authorityStart
        while offset < end, bytes[offset] != ASCII.slash, bytes[offset] != ASCII.question {
            offset &+= 1
        }
        guard Authority.isValid(bytes.slice(authorityStart, offset)) else {
            return .refused(.badAuthority)
        }
        var target = RequestTarget()
        target.isAbsolute = true
        target.authority = ByteRange(authorityStart, offset)
        if offset < end, bytes[offset] == ASCII.slash {
            if let reason = target.readPath(bytes, offset, end) { return .refused(reason) }
        } else if offset < end {
            // An empty path is "/" (RFC 9110, 4.2.3): the one that ends "://" stands for it.
            target.path = ByteRange(authorityStart &- 1, authorityStart)
            if let reason = target.readQuery(bytes, offset &+ 1, end) { return .refused(reason) }
        } else if method == .options {
            // RFC 9112, 3.2.4.
            target.isAsterisk = true
        } else {
            target.path = ByteRange(authorityStart &- 1, authorityStart)
        }
        return .target(target)
    }

    private mutating func readPath(_ bytes: Bytes, _ start: Int, _ end: Int) -> RefusalReason? {
        var offset = start
        var mayClimb = false
        while offset < end {
            let byte = bytes[offset]
            guard ByteSet.path.contains(byte) else { break }
            if byte == ASCII.dot {
                mayClimb = true
            } else if byte == ASCII.percent {
                mayClimb = true
                guard offset &+ 2 < end else { return .badPath }
                let high = bytes[offset &+ 1].hexValue
                let low = bytes[offset &+ 2].hexValue
                guard high < 16, low < 16, high | low != 0 else { return .badPath }
                offset &+= 2
            }
            offset &+= 1
        }
        path = ByteRange(start, offset)
        if mayClimb, PathSegments.climbsAboveRoot(bytes.slice(start, offset)) { return .climbingPath }
        guard offset < end else { return nil }
        guard bytes[offset] == ASCII.question else { return .badPath }
        return readQuery(bytes, offset &+ 1, end)
    }

    private mutating func readQuery(_ bytes: Bytes, _ start: Int, _ end: Int) -> RefusalReason? {
        var offset = start
        while offset < end {
            guard ByteSet.query.contains(bytes[offset]) else { return .badQuery }
            offset &+= 1
        }
        hasQuery = true
        query = ByteRange(start, end)
        return nil
    }
}

/// Walking a path's segments as a lenient upstream would: escapes of `.`, `/` and `\` decoded, path
/// parameters (`..;x`) cut off. It only answers whether some prefix of the path leaves the root.
enum PathSegments {
    static func climbsAboveRoot(_ path: Bytes) -> Bool {
        var depth = 0
        var dots = 0
        var hasOther = false
        var inParameters = false
        var offset = 1
        while true {
            let (byte, next) = decoded(path, offset)
            if byte == ASCII.slash || byte == ASCII.backslash || offset >= path.count {
                if dots == 2, !hasOther {
                    depth &-= 1
                    if depth < 0 { return true }
                } else if hasOther || dots > 2 {
                    depth &+= 1
                }
                if offset >= path.count { return false }
                dots = 0
                hasOther = false
                inParameters = false
            } else if byte == ASCII.semicolon {
                inParameters = true
            } else if !inParameters {
                if byte == ASCII.dot { dots &+= 1 } else { hasOther = true }
            }
            offset = next
        }
    }

    /// The byte at `offset`, an escape decoded, and where the next one is. Escapes are complete.
    private static func decoded(_ path: Bytes, _ offset: Int) -> (UInt8, Int) {
        guard offset < path.count else { return (0, offset) }
        let byte = path[offset]
        guard byte == ASCII.percent, offset &+ 2 < path.count else { return (byte, offset &+ 1) }
        return (path[offset &+ 1].hexValue &* 16 &+ path[offset &+ 2].hexValue, offset &+ 3)
    }
}
