/// Finding a label in what models send.

import Testing
import Vocabulary

@testable import LLMClient

private let labels = ["fast-path", "high-compute", "general"]

private func find(_ reply: String, labels: [String] = labels) -> ChatReply.Finding {
    Array(reply.utf8).withUnsafeBytes { ChatReply(labels: labels).find(in: $0) }
}

private func find(content: String, logprobs: String? = nil, labels: [String] = labels) -> ChatReply.Finding {
    var writer = JSONWriter()
    writer.raw("{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"thinking\":\"fast-path\",\"content\":")
    writer.string(content)
    writer.raw("},\"done\":true")
    if let logprobs { writer.raw(",\"logprobs\":\(logprobs)") }
    writer.raw("}")
    return find(String(decoding: writer.bytes, as: UTF8.self), labels: labels)
}

@Test(arguments: [
    (#"{"label":"general","confidence":0.8}"#, 2, 0.8), (#"{"label":"general","confidence":1}"#, 2, 0.9),
    (#"{"label":"general","confidence":85}"#, 2, 0.85), (#"{"label":"general","confidence":-3}"#, 2, 0.6),
    (#"{"label":"general"}"#, 2, 0.6), (#"{"label":"High_Compute ","confidence":0.5}"#, 1, 0.5),
    (#"Sure! {"label":"fast-path", "confidence": 0.7} Bye."#, 0, 0.7),
    ("```json\n{\"label\": \"fast-path\"}\n```", 0, 0.6), (#"{"label":"fast-path","confidence":0."#, 0, 0.6),
    (#"{"label":"The answer is general."}"#, 2, 0.6), ("I think: high-compute.", 1, 0.6),
    ("GENERAL", 2, 0.6), ("general, yes, general", 2, 0.6),
    (#"<think>maybe {"label":"general"}</think>{"label":"fast-path"}"#, 0, 0.6),
    (#"not general </think> {"label":"fast-path"}"#, 0, 0.6),
] as [(String, UInt8, Float)])
func labelsAreFound(content: String, index: UInt8, confidence: Float) {
    #expect(find(content: content) == .label(Label(index: index), confidence))
}

@Test(arguments: [
    "", "general or fast-path", "generally", "fast", "high-compute-x", "<think>general", "{", "%%% {{{ ]",
    #"{"label":"#, #"{"label":null}"#, "\u{0}",
])
func nothingIsFound(content: String) {
    #expect(find(content: content) == .nothing)
}

@Test func anotherLabelIsTold() {
    #expect(find(content: #"{"label":"turbo","confidence":1,"not":"general"}"#) == .wrongLabel)
}

@Test(arguments: ["", "<html>", "[]", #"{"error":"x"}"#, #"{"message":{"content":5}}"#, #"{"message":"general"}"#])
func repliesOfOtherKindsHaveNoLabel(reply: String) {
    #expect(find(reply) == .nothing)
}

@Test func aNameWithinAnotherIsNotThatLabel() {
    let names = ["fast", "fast-path"]
    #expect(find(content: "fast-path", labels: names) == .label(Label(index: 1), ChatReply.unclaimed))
    #expect(find(content: "it is fast", labels: names) == .label(Label(index: 0), ChatReply.unclaimed))
}

private func token(_ text: String, _ chance: Double, _ others: String = "") -> String {
    var writer = JSONWriter()
    writer.raw("{\"token\":")
    writer.string(text)
    // ln of the few chances used here.
    let logarithms = [1.0: 0.0, 0.5: -0.6931471805599453, 0.25: -1.3862943611198906]
    writer.raw(",\"logprob\":\(logarithms[chance] ?? -9),\"top_logprobs\":[\(others)]}")
    return String(decoding: writer.bytes, as: UTF8.self)
}

private func confidence(_ tokens: [String], content: String = #"{"label":"general"}"#) -> Float? {
    let finding = find(content: content, logprobs: "[" + tokens.joined(separator: ",") + "]")
    guard case .label(_, let confidence) = finding else { return nil }
    return confidence
}

private func isClose(_ one: Float?, _ other: Float) -> Bool {
    guard let one else { return false }
    return abs(one - other) < 0.001
}

@Test func logProbabilitiesGiveTheConfidence() {
    // What follows the first letters is no choice any more, however surprised the model is by it.
    #expect(isClose(confidence([token("{\"label\":\"", 1), token("gen", 0.5), token("eral", 0.25)]), 0.5))
    #expect(isClose(confidence([token("{\"label\":", 1), token(" \"g", 0.25), token("eneral\"}", 1)]), 0.25))
    #expect(confidence([token("general", 1)]) == ChatReply.mostCertain)
}

@Test func onlyTokensThatLeadToLabelsShareTheChance() {
    let valid = token("fast", 0.25)
    let invalid = token("banana", 0.25)
    #expect(isClose(confidence([token("general", 0.5, "\(valid),\(invalid)")]), 0.6667))
    #expect(isClose(confidence([token("general", 0.5, "\(token("general", 0.5)),\(valid)")]), 0.5))
}

@Test func logProbabilitiesThatDoNotSpellTheLabelAreNotUsed() {
    #expect(confidence([token("fast-path", 0.5)]) == ChatReply.unclaimed)
    #expect(confidence(["{\"token\":5}", "null", "[]", "{\"token\":\"general\",\"logprob\":3}"]) == ChatReply.unclaimed)
}

@Test func anyReplyGivesAFinding() {
    var state: UInt64 = 1
    let alphabet = Array("{}[]\":,\\<think/>labeconfidgr0.-u ".utf8)
    for _ in 0..<5000 {
        var bytes = Array(#"{"message":{"content":""#.utf8)
        for _ in 0..<40 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.append(alphabet[Int(state >> 33) % alphabet.count])
        }
        if case .label(_, let confidence) = find(String(decoding: bytes, as: UTF8.self)) {
            #expect((0...1).contains(confidence))
        }
    }
}
