/// The memory one worker needs to classify one request at a time: allocated once, overwritten by
/// every request. It belongs to one thread and to the cascade that made it.

import Vocabulary

public final class Scratch {
    let frames: UnsafeMutablePointer<JSONScan.Frame>
    let active: UnsafeMutablePointer<Int32>
    /// The answer to every probe, of the request at hand.
    let answers: UnsafeMutablePointer<Bool>
    /// A GraphQL document without its JSON escapes.
    let document: UnsafeMutableRawBufferPointer
    let answerCount: Int
    /// The model's, if there is one.
    let extractor: FeatureExtractor?
    /// Whether the request at hand has a JSON body; nil while nobody has asked.
    var bodyIsJSON: Bool?
    var jsonIsScanned = false
    var graphqlIsRead = false
    var graphqlQuery: JSONString?
    var graphqlName: JSONString?
    var graphqlOperation: GraphQLOperation?

    init(nodeCount: Int, deepestPointer: Int, probeCount: Int, bodyCount: Int, extractor: FeatureExtractor?) {
        frames = .allocate(capacity: deepestPointer + 1)
        active = .allocate(capacity: nodeCount)
        answers = .allocate(capacity: max(probeCount, 1))
        answers.initialize(repeating: false, count: max(probeCount, 1))
        active.initialize(repeating: 0, count: nodeCount)
        document = .allocate(byteCount: max(bodyCount, 1), alignment: 1)
        answerCount = probeCount
        self.extractor = extractor
    }

    deinit {
        frames.deallocate()
        active.deallocate()
        answers.deallocate()
        document.deallocate()
    }

    func reset() {
        bodyIsJSON = nil
        jsonIsScanned = false
        graphqlIsRead = false
        graphqlQuery = nil
        graphqlName = nil
        graphqlOperation = nil
    }

    func clearAnswers() { answers.update(repeating: false, count: answerCount) }

    /// As much of the document as there is room for, and whether that is all.
    func decodeDocument(_ text: JSONString) -> (Bytes, isComplete: Bool) {
        var reader = text.decoded
        var count = 0
        while count < document.count, let byte = reader.next() {
            document[count] = byte
            count += 1
        }
        let isAll = reader.next() == nil
        return (Bytes(rebasing: document[..<count]), isAll && text.isComplete)
    }
}
