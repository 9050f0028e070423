/// `classifier:` in the configuration, as plain values. `RuleSet` compiles the rules once at start.

import Vocabulary

public struct ClassifierOptions: Sendable, Equatable {
    /// Label names in configured order; the order is the `Label.index`.
    public var labels: [String] = ["fast-path", "high-compute", "general"]
    /// Label name -> pool name.
    public var poolOfLabel: [String: String] = [
        "fast-path": "fast-path", "high-compute": "high-compute", "general": "general",
    ]
    public var defaultLabel = "general"
    public var inspect = InspectOptions()
    public var cache = CacheOptions()
    /// The operator's rules come first.
    public var rules: [Rule] = []
    /// Whether the built-in rules follow the operator's.
    public var builtinRules = true
    public var model = ModelOptions()
    public var llm = LLMStageOptions()

    public init() {}
}

public struct ModelOptions: Sendable, Equatable {
    public enum Source: Sendable, Equatable {
        /// The built-in model if its labels are configured, else none.
        case automatic
        case none
        case builtin
        case file(String)
    }

    public var source = Source.automatic
    /// A guess that is surer than this needs nobody else's opinion.
    public var minConfidence = 0.70
    /// A guess that is less sure than this gives way to the default label.
    public var guessConfidence = 0.40

    public init() {}
}

/// How a language model is asked about a request that the model in the process is not sure of.
public enum LLMMode: String, CaseIterable, Sendable {
    /// Not at all: the best guess stands.
    case off
    /// The request leaves at once on the best guess; the verdict serves those to come.
    case background
    /// The request waits for the verdict, up to a deadline.
    case wait
}

/// When the language model is asked and what becomes of its verdict. How it is reached is `LLMClient`'s.
public struct LLMStageOptions: Sendable, Equatable {
    public var isEnabled = false
    public var mode = LLMMode.background
    /// Modes of their own, by the label that the model in the process thinks best (without a model:
    /// the default label).
    public var modes: [String: LLMMode] = [:]
    /// What a label means, in words for the language model.
    public var descriptions: [String: String] = [:]

    public init() {}
}

public struct InspectOptions: Sendable, Equatable {
    /// Most bytes of the body a decision looks at.
    public var body = 16 * 1024
    /// Longest wait for those bytes after the head.
    public var timeout = Interval.milliseconds(100)

    public init() {}
}

public struct CacheOptions: Sendable, Equatable {
    /// Zero turns the cache off.
    public var entries = 65536
    public var ttl = Interval.seconds(600)

    public init() {}
}

public struct Rule: Sendable, Equatable {
    public enum Effect: Sendable, Equatable {
        /// The request has this label, and that is that.
        case label(String)
        /// If nobody is sure of the request, the language model is asked in this way.
        case llm(LLMMode)
    }

    public var name: String
    public var match: Condition
    public var effect: Effect

    public init(name: String, match: Condition, effect: Effect) {
        self.name = name
        self.match = match
        self.effect = effect
    }

    public init(name: String, match: Condition, label: String) {
        self.init(name: name, match: match, effect: .label(label))
    }

    public var label: String? {
        if case .label(let label) = effect { label } else { nil }
    }

    public var llm: LLMMode? {
        if case .llm(let mode) = effect { mode } else { nil }
    }
}

/// What a rule asks of a request. Keys beside each other in one `match:` mapping are `all`.
public indirect enum Condition: Sendable, Equatable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    /// Any of these methods, as they stand (methods are case-sensitive).
    case method([String])
    /// The host without its port, case-insensitive.
    case host([TextPattern])
    case path([TextPattern])
    /// Field name (case-insensitive) and what its value must be.
    case header(String, ValueTest)
    /// Query parameter (percent-decoded) and what its value must be.
    case query(String, ValueTest)
    /// The media type without parameters, case-insensitive.
    case contentType([TextPattern])
    /// The whole body's length; a length that is not known counts as what has been read so far.
    case bodySize(Comparison)
    /// A field of a JSON body by RFC 6901 pointer; `-` or `*` as a token means any array element.
    case json(pointer: String, JSONTest)
    /// A GraphQL operation in a JSON body's `query` (or an `application/graphql` body): any of these
    /// types (`query`, `mutation`, `subscription`; empty is any) and names (empty is any).
    case graphql(types: [String], names: [TextPattern])
    case body(TextPattern)
}

public enum TextPattern: Sendable, Equatable {
    /// `*` is any run, `?` any one character; anchored at both ends.
    case glob(String)
    /// Unanchored, linear time. See `RegularExpression` for the syntax.
    case regex(String, ignoreCase: Bool)
    /// A plain substring.
    case contains(String, ignoreCase: Bool)
}

public enum ValueTest: Sendable, Equatable {
    case present
    case absent
    case matches([TextPattern])
}

public struct Comparison: Sendable, Equatable {
    public enum Operator: String, CaseIterable, Sendable { case eq, ne, lt, le, gt, ge }
    /// All must hold.
    public var terms: [Term]

    public struct Term: Sendable, Equatable {
        public var comparator: Operator
        public var value: Double

        public init(_ comparator: Operator, _ value: Double) {
            self.comparator = comparator
            self.value = value
        }
    }

    public init(_ terms: [Term]) { self.terms = terms }
}

public enum JSONTest: Sendable, Equatable {
    case exists
    case absent
    /// A number (or a string holding one).
    case number(Comparison)
    /// A string's bytes, a string array's or object's or array's element count.
    case length(Comparison)
    case text([TextPattern])
    case boolean(Bool)
    case null
}
