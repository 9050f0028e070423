/// Temperature and unknown-word slope that make held-out confidences true: least log loss on a grid, finer
/// around the best.

import Classifier

struct HeldOutRow: Sendable {
    var logits: [Double]
    var truth: Int
    var unknown: Double
    var weight: Double
}

enum CalibrationFit {
    /// Held-out services use few words that nobody else uses; what is stranger still must not be sure.
    static let leastSlope = 0.1

    static func best(for rows: [HeldOutRow]) -> Calibration {
        var best = Calibration(temperature: 1, unknownSlope: leastSlope)
        guard !rows.isEmpty else { return best }
        var loss = self.loss(rows, best)
        var steps = (temperature: 0.25, slope: 0.5)
        for _ in 0..<5 {
            let centre = best
            for i in -4...4 {
                for j in -4...4 {
                    let candidate = Calibration(
                        temperature: centre.temperature + Double(i) * steps.temperature,
                        unknownSlope: max(leastSlope, centre.unknownSlope + Double(j) * steps.slope))
                    guard candidate.temperature >= 0.2 else { continue }
                    let found = self.loss(rows, candidate)
                    if found < loss {
                        loss = found
                        best = candidate
                    }
                }
            }
            steps = (steps.temperature / 2, steps.slope / 2)
        }
        return best
    }

    private static func loss(_ rows: [HeldOutRow], _ calibration: Calibration) -> Double {
        var loss = 0.0
        for row in rows {
            let scale = calibration.scale(unknown: row.unknown)
            let greatest = row.logits.reduce(-Double.infinity, max)
            var sum = 0.0
            for logit in row.logits { sum += Exponential.exp((logit - greatest) * scale) }
            loss += row.weight * (Exponential.log(sum) - (row.logits[row.truth] - greatest) * scale)
        }
        return loss
    }
}
