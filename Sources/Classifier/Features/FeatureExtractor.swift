/// What a request looks like, as a set of hashed features: method, path, query, media type, size, and
/// the body's shape and words in one pass by the scanner of its kind. It builds no document, recurses
/// into nothing, allocates nothing, and takes cut-off or broken input as it comes. The work is bounded
/// by the bytes it is given, and words by `wordLimit`.

import Vocabulary

public final class FeatureExtractor {
    /// Grows when features change: a model is of use only with the version it was trained with.
    static let version: UInt32 = 1
    /// Words of one request that are looked at; shape is read to the end.
    static let wordLimit = 900
    /// Containers deeper than this are counted, not told apart.
    static let deepest = 48

    public let set = FeatureSet()
    let frames: UnsafeMutablePointer<JSONFrame>
    let space: UnsafeMutableRawBufferPointer
    let families = KeyFamilies.shared
    public var lexicon: Lexicon? { didSet { meanings = lexicon?.table } }
    private(set) var meanings: Lexicon.Table?

    var spaceUsed = 0
    var wordsLeft = 0
    var method: UInt64 = 0
    var mediaType = MediaType.none
    /// Of the last operation word.
    var operation: UInt64 = 0
    var operationWords = 0
    /// Of the key or value read last.
    var firstConcept = FeatureKey.noConcept
    var lastConcept = FeatureKey.noConcept
    /// How the path ends: the kind of its last segment, and whether its last fixed one is a plural.
    var ending: UInt64 = 0
    var concepts: UInt64 = 0
    var conceptsAbove: UInt64 = 0
    var operationConcepts: UInt64 = 0
    var operationConceptsAbove: UInt64 = 0
    var earliest = Int64.max
    var latest = Int64.min
    var limit: UInt64?
    var tokens: UInt64?
    var longestArray = 0
    var textBytes = 0
    var prompt = Bytes(start: nil, count: 0)
    var messages = 0
    /// How much more body there is than was read, as a factor of what was.
    var stretch = 1.0

    /// `bodyCount`: most bytes of a body that will be shown.
    public init(bodyCount: Int) {
        frames = .allocate(capacity: Self.deepest)
        frames.initialize(repeating: JSONFrame(), count: Self.deepest)
        // Decoded text is never longer than its source; path and query decode into it as well.
        space = .allocate(byteCount: max(bodyCount, 0) + 64 * 1024, alignment: 8)
    }

    deinit {
        frames.deallocate()
        space.deallocate()
    }

    /// Fills `set`. `bodyComplete`: `request.body` is all of it.
    public func extract(_ request: RequestView, bodyComplete: Bool) {
        reset()
        method = Word.hash(of: request.method)
        if set.isNaming { set.names?.note(word: method, request.method) }
        set.add(.method, method)
        mediaType = MediaType.of(request.contentType)
        if mediaType != .none { words(of: request.contentType, as: .mediaType, limit: 6) }
        readPath(request.path)
        if !request.query.isEmpty { readPairs(request.query, isBody: false) }
        readBody(request, isComplete: bodyComplete)
        conclude(request)
    }

    private func reset() {
        set.reset()
        spaceUsed = 0
        wordsLeft = Self.wordLimit
        operation = 0
        operationWords = 0
        ending = 0
        concepts = 0
        conceptsAbove = 0
        operationConcepts = 0
        operationConceptsAbove = 0
        earliest = .max
        latest = .min
        limit = nil
        tokens = nil
        longestArray = 0
        textBytes = 0
        prompt = Bytes(start: nil, count: 0)
        messages = 0
        stretch = 1
    }

    private func readBody(_ request: RequestView, isComplete: Bool) {
        let body = request.body
        let length = request.bodyLength ?? UInt64(body.count)
        set.add(.bodySize, Magnitude.ofLength(length))
        guard !body.isEmpty else { return }
        if !isComplete, length > UInt64(body.count) { stretch = Double(length) / Double(body.count) }
        if !isComplete { set.add(.truncated, 1) }
        switch mediaType.resolved(by: body) {
        case .json: readJSON(body)
        case .form: readPairs(body, isBody: true)
        case .xml: readXML(body)
        case .graphql: readGraphQL(body)
        case .query: readStatement(body)
        case .multipart: readMultipart(body)
        case .text, .none: readLines(body)
        case .binary: set.add(.blob, Magnitude.ofLength(length))
        }
        if !prompt.isEmpty { readPrompt() }
    }

    /// What is known only at the end, and how it goes with the operation.
    private func conclude(_ request: RequestView) {
        if earliest <= latest {
            let span = TimeText.bucket(seconds: latest - earliest)
            set.add(.dateSpan, span, earliest == latest ? 1 : 0)
            set.add(.operationSpan, operation, span)
            eachConcept(of: operationConcepts, operationConceptsAbove) { set.add(.conceptSpan, $0, span) }
        }
        let bound = limit ?? 30
        set.add(.limit, bound, method)
        set.add(.operationLimit, operation, bound)
        let array = Magnitude.of(count: Int(min(Double(longestArray) * stretch, 1e9)))
        set.add(.longestArray, array)
        set.add(.operationArray, operation, array)
        eachConcept(of: operationConcepts, operationConceptsAbove) {
            set.add(.methodConcept, method, $0)
            set.add(.conceptLimit, $0, bound)
            set.add(.conceptArray, $0, array)
        }
        let span = earliest < latest ? TimeText.bucket(seconds: latest - earliest) : 15
        let size = Magnitude.ofLength(request.bodyLength ?? UInt64(request.body.count)) / 3
        let situation = ending | bound << 8 | (array > 4 ? array : 0) << 16 | span << 24
        set.add(.situation, method, situation)
        set.add(.situation, method &+ 1, situation << 8 | size)
        set.add(.situation, method &+ 2, ending << 8 | (request.query.isEmpty ? 0 : 1) << 4 | (size > 0 ? 1 : 0))
        eachConcept(of: operationConcepts, operationConceptsAbove) {
            set.add(.conceptSituation, $0, method &+ ending)
            set.add(.conceptSituation, $0, method &+ situation)
        }
        set.add(.textLength, Magnitude.ofLength(UInt64(clamping: textBytes)))
        pairConcepts()
    }
}
