/// A small but whole model's file: the seed from which the fuzzer breaks others.
import Classifier
import Glibc
import Vocabulary

enum ModelSeed {
    static let bodies: [StaticString] = [
        #"{"prompt":"Prove it.","limit":500,"ids":[1,2,3]}"#, #"{"id":7}"#, "",
    ]

    /// Its features are those of the bodies, so that its weights count.
    static func write(to path: String) -> Bool {
        let labels = ["fast-path", "general", "high-compute"]
        let facts = ModelFacts(
            labels: labels, mix: [0.3, 0.3, 0.4], biases: [0.1, 0, -0.1], weightScale: 0.05,
            calibration: Calibration(temperature: 1.2, unknownSlope: 0.5), examples: 10, groups: 5, heldOutF1: 0.5,
            heldOutUnknown: 0.1)
        let lexicon = Lexicon(
            words: ["export", "prompt"].enumerated().compactMap { number, word in
                Array(word.utf8).withUnsafeBytes { FeatureExtractor.wordHash($0) }.map { ($0, UInt8(number)) }
            }, names: ["export", "ask"])
        let bytes = ModelFile.bytes(facts, lexicon: lexicon, weights: weights(lexicon, labels.count))
        guard let file = fopen(path, "w") else { return false }
        let written = fwrite(bytes, 1, bytes.count, file)
        return fclose(file) == 0 && written == bytes.count
    }

    private static func weights(_ lexicon: Lexicon, _ labels: Int) -> [ModelFile.Weights] {
        let extractor = FeatureExtractor(bodyCount: 1024)
        extractor.lexicon = lexicon
        extractor.extract(
            RequestView(
                method: view("POST"), path: view("/v1/export"), query: view(""), host: view(""),
                contentType: view("application/json"), head: view(""),
                fields: UnsafeBufferPointer(start: nil, count: 0), body: view(bodies[0]), bodyLength: 49),
            bodyComplete: true)
        return (0..<min(extractor.set.count, 60)).map { place in
            ModelFile.Weights(
                hash: extractor.set.hashes[place], values: (0..<labels).map { Int8($0 == place % labels ? 90 : -40) })
        }
    }
}
