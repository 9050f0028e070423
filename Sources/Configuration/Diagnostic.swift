/// Something to say about the configuration, and the place it is about. Owns how that is written;
/// it never decides what is wrong.

/// Where a value came from.
package enum Origin: Sendable, Hashable {
    case defaults
    /// Line and column start from 1; the column counts Unicode scalars.
    case file(line: Int, column: Int)
    case environment(String)
    /// The whole `key.path=value` as it was given.
    case override(String)
}

package struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: Sendable, Hashable { case error, warning }

    package var severity: Severity
    /// The file's name as it was given; `nil` without a file.
    package var file: String?
    package var origin: Origin
    package var message: String

    package init(_ severity: Severity, file: String?, origin: Origin, message: String) {
        self.severity = severity
        self.file = file
        self.origin = origin
        self.message = message
    }

    package var description: String {
        let text = severity == .warning ? "warning: \(message)" : message
        switch origin {
        case .defaults: return "\(file ?? "configuration"): \(text)"
        case .file(let line, let column): return "\(file ?? "configuration"):\(line):\(column): \(text)"
        case .environment(let name): return "\(name): \(text)"
        case .override(let assignment): return "--set \(assignment): \(text)"
        }
    }

    /// The file from top to bottom, then the environment, then the command line.
    package static func inReadingOrder(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
        left.rank.lexicographicallyPrecedes(right.rank)
    }

    private var rank: [Int] {
        switch origin {
        case .defaults: [0, 0, 0]
        case .file(let line, let column): [0, line, column]
        case .environment: [1, 0, 0]
        case .override: [2, 0, 0]
        }
    }
}
