/// What the classifier says of a request: a label, how sure it is, and who said so.

/// An index into the configured table of labels. Labels are data: three by default, any set by
/// configuration, at most `Limits.labels`.
package struct Label: Hashable, Sendable {
    package let index: UInt8

    @inlinable
    package init(index: UInt8) { self.index = index }
}

/// Who decided. The raw value indexes metric tables.
package enum Source: UInt8, CaseIterable, Sendable {
    case cache, rule, model, llm, fallback

    /// The name in headers, metrics and logs.
    package var name: StaticString {
        switch self {
        case .cache: "cache"
        case .rule: "rule"
        case .model: "model"
        case .llm: "llm"
        case .fallback: "default"
        }
    }
}

package struct Verdict: Hashable, Sendable {
    package var label: Label
    /// In 0...1.
    package var confidence: Float
    package var source: Source

    @inlinable
    package init(label: Label, confidence: Float, source: Source) {
        self.label = label
        self.confidence = confidence
        self.source = source
    }
}
