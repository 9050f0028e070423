/// How likely the model found the label it chose, from the log probabilities of the reply's tokens. Only
/// tokens at which the answer could still have become another label count; the rest follows from them.

import Vocabulary

struct TokenChances {
    private struct Token {
        var text: [UInt8]
        var chance: Double
    }

    private struct Step {
        var chosen: Token
        /// Where the token begins in the text of all tokens.
        var start: Int
        var alternatives: [Token]
    }

    private var steps: [Step] = []
    private var text: [UInt8] = []

    /// At `[{"token":…,"logprob":…,"top_logprobs":[{"token":…,"logprob":…}]}]`; what is missing is left
    /// out.
    mutating func read(_ value: JSONReader) {
        var list = value
        var steps: [Step] = []
        var text: [UInt8] = []
        _ = list.elements { element in
            var alternatives: [Token] = []
            guard let chosen = Self.token(element, { list in
                var list = list
                _ = list.elements { element in
                    if let token = Self.token(element, { _ in }) { alternatives.append(token) }
                }
            }) else { return }
            steps.append(Step(chosen: chosen, start: text.count, alternatives: alternatives))
            text += chosen.text
        }
        self.steps = steps
        self.text = text
    }

    private static func token(_ value: JSONReader, _ alternatives: (JSONReader) -> Void) -> Token? {
        var value = value
        var text: [UInt8]?
        var logarithm: Double?
        _ = value.members { name, value in
            var value = value
            if name.elementsEqual("token".utf8) {
                text = value.string()
            } else if name.elementsEqual("logprob".utf8) {
                logarithm = value.number()
            } else if name.elementsEqual("top_logprobs".utf8) {
                alternatives(value)
            }
        }
        guard let text, let logarithm, logarithm <= 0 else { return nil }
        return Token(text: text, chance: exponential(logarithm))
    }

    /// Nil if the tokens do not spell the label.
    func chance(of label: [UInt8], among labels: [[UInt8]]) -> Double? {
        guard let start = lastPlace(of: label) else { return nil }
        let end = start + label.count
        var chance = 1.0
        for step in steps where step.start < end && step.start + step.chosen.text.count > start {
            let written = Array(label.prefix(max(step.start - start, 0)))
            let open = labels.filter { $0.starts(with: written) }
            guard open.count > 1 else { continue }
            let lead = step.chosen.text.prefix(max(start - step.start, 0))
            chance *= share(of: step, lead: lead, written: written.count, open: open)
        }
        return chance
    }

    /// The chosen token's share among those that lead to a label. What the server did not list counts
    /// against it.
    private func share(
        of step: Step, lead: ArraySlice<UInt8>, written: Int, open: [[UInt8]]
    ) -> Double {
        var valid = step.chosen.chance
        var listed = step.chosen.chance
        for other in step.alternatives where other.text != step.chosen.text {
            listed += other.chance
            guard other.text.starts(with: lead) else { continue }
            let rest = other.text.dropFirst(lead.count)
            let leadsToLabel = open.contains {
                let missing = $0.dropFirst(written)
                return missing.starts(with: rest) || rest.starts(with: missing)
            }
            if leadsToLabel { valid += other.chance }
        }
        let mass = valid + max(1 - listed, 0)
        return mass > 0 ? step.chosen.chance / mass : 0
    }

    private func lastPlace(of label: [UInt8]) -> Int? {
        guard !label.isEmpty, text.count >= label.count else { return nil }
        return (0...(text.count - label.count)).last { text[$0...].starts(with: label) }
    }

    /// e to the power of a number that is not positive, without a mathematics library.
    private static func exponential(_ logarithm: Double) -> Double {
        guard logarithm > -40 else { return 0 }
        // (x / 1024) by Taylor, then squared ten times: good to ten digits.
        let small = logarithm / 1024
        var power = 1 + small * (1 + small / 2 * (1 + small / 3 * (1 + small / 4)))
        for _ in 0..<10 { power *= power }
        return power
    }
}
