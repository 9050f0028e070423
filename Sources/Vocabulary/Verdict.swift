/// What the classifier says of a request: a label, how sure it is, and who said so.

/// An index into the configured table of labels. Labels are data: three by default, any set by
/// configuration, at most `Limits.labels`.
public struct Label: Hashable, Sendable {
    public let index: UInt8

    @inlinable
    public init(index: UInt8) { self.index = index }
}

/// Who decided. The raw value indexes metric tables.
public enum Source: UInt8, CaseIterable, Sendable {
    case cache, rule, model, llm, fallback

    /// The name in headers, metrics and logs.
    public var name: StaticString {
        switch self {
        case .cache: "cache"
        case .rule: "rule"
        case .model: "model"
        case .llm: "llm"
        case .fallback: "default"
        }
    }
}

public struct Verdict: Hashable, Sendable {
    public var label: Label
    /// In 0...1.
    public var confidence: Float
    public var source: Source

    @inlinable
    public init(label: Label, confidence: Float, source: Source) {
        self.label = label
        self.confidence = confidence
        self.source = source
    }
}
