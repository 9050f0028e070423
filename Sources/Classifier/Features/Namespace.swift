/// What a feature says of the words or numbers in it. The raw value is part of every feature's hash:
/// inserting a case in the middle makes every trained model stale, so new ones go to the end and
/// `FeatureExtractor.version` grows.

enum Namespace: UInt8, CaseIterable, Sendable {
    // Words, by where they stand.
    case operation, operationPair, methodOperation, path, pathPair, key, keyWord
    case value, keyValue
    case text, textPair, textStart, textNumber
    case code, codePair, element
    // The head.
    case method, mediaType, pathShape, lastSegment, methodLast, pathDepth, queryCount, pluralList
    // Numbers and kinds of values.
    case keyKind, keyNumber, limit, operationLimit, tokens, tokensText, choices, number, all, flag
    case duration, dateSpan, operationSpan, fileType
    // The body's shape.
    case bodySize, truncated, depth, members, longestArray, keyArray, operationArray, documents
    case textLength, promptLength, promptShape, messages, blob
    // Query languages.
    case statement, clause, clausePair, selectLimit, fanOut, fields, listArguments
    // Meanings from the lexicon.
    case concept, operationConcept, conceptPair, methodConcept, keyConcept, textConcept
    case conceptLimit, conceptArray, conceptSpan, conceptFlag, conceptNumber, conceptValue, conceptList
    // Several of the above at once.
    case situation, conceptSituation
    // Four characters of an operation's word.
    case operationGram

    /// Whether features of this kind carry words, which can be unknown to a model.
    var isLexical: Bool {
        switch self {
        case .operation, .path, .keyWord, .value, .text, .code, .element: true
        default: false
        }
    }
}
