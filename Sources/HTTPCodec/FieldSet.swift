/// A set of known field names in one word, and the sets the protocol itself defines. What the proxy
/// adds or replaces on top of these is for its configuration to say.

public struct FieldSet: OptionSet, Sendable {
    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public init(_ name: FieldName) { rawValue = 1 &<< UInt64(name.rawValue) }

    /// `other` is a name like any here: a set that holds it means every unknown field.
    @inlinable
    public init(_ names: FieldName...) {
        var bits: UInt64 = 0
        for name in names { bits |= 1 &<< UInt64(name.rawValue) }
        rawValue = bits
    }

    @inlinable
    public func has(_ name: FieldName) -> Bool {
        rawValue &>> UInt64(name.rawValue) & 1 == 1
    }
}
