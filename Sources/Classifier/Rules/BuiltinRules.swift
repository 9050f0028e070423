/// Rules for traffic whose weight is plain to see. They follow the operator's own and only speak
/// where the answer is obvious; everything else is left to what comes after the rules.

enum BuiltinRules {
    static let rules: [Rule] = [
        Rule(
            name: "builtin-head-options", match: .method(["HEAD", "OPTIONS"]), label: "fast-path")
    ]
}
