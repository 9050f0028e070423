/// `exp` and `log` in plain arithmetic: the same bits on every machine, which the C library does not
/// promise and a model that is rebuilt bit for bit needs.

public enum Exponential {
    private static let ln2 = 0.6931471805599453

    /// e to the `x`; zero below -700, and no more than e to the 700.
    public static func exp(_ x: Double) -> Double {
        guard x > -700 else { return 0 }
        let power = (min(x, 700) / ln2).rounded()
        let rest = min(x, 700) - power * ln2
        var term = 1.0
        var sum = 1.0
        for n in 1...13 {
            term *= rest / Double(n)
            sum += term
        }
        return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
    }

    /// The natural logarithm of a positive number; -745 for zero and below.
    public static func log(_ x: Double) -> Double {
        guard x > 0, x.isFinite else { return x > 0 ? .infinity : -745 }
        var exponent = Double(x.exponent)
        var significand = x.significand
        if significand > 1.4142135623730951 {
            significand /= 2
            exponent += 1
        }
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var power = ratio
        var sum = 0.0
        var n = 1.0
        while n < 24 {
            sum += power / n
            power *= square
            n += 2
        }
        return exponent * ln2 + 2 * sum
    }
}
