/// Multinomial logistic regression with an L2 penalty, fitted by L-BFGS (Nocedal and Wright, 7.2). Plain
/// arithmetic in one order: the same data give the same bits.

import Classifier

package struct Regression: Sendable {
    package let labelCount: Int
    package let featureCount: Int
    /// Label by label within each feature, then the biases.
    package private(set) var parameters: [Double]

    package struct Settings: Sendable {
        /// Inverse strength of the penalty, as scikit-learn's `C`.
        package var inversePenalty = 0.5
        package var iterations = 120
        /// Stop when the gradient's largest part is below this share of the examples' weight.
        package var tolerance = 1e-5

        package init() {}
    }

    static let history = 8

    /// `progress`: iterations done.
    init(_ matrix: Matrix, labels: Int, settings: Settings, progress: (Int) -> Void = { _ in }) {
        labelCount = labels
        featureCount = matrix.featureCount
        parameters = [Double](repeating: 0, count: (matrix.featureCount + 1) * labels)
        let objective = Objective(matrix: matrix, labels: labels, penalty: 1 / settings.inversePenalty)
        var descent = Descent(objective: objective, start: parameters, memory: Self.history)
        for iteration in 0..<settings.iterations {
            guard descent.step(tolerance: settings.tolerance * objective.totalWeight) else { break }
            progress(iteration + 1)
        }
        parameters = descent.point
    }

    func logits(_ columns: ArraySlice<Int32>) -> [Double] {
        var sums = Array(parameters[(featureCount * labelCount)...])
        for column in columns {
            for label in 0..<labelCount { sums[label] += parameters[Int(column) * labelCount + label] }
        }
        return sums
    }
}

/// Loss and gradient over all rows.
struct Objective {
    let matrix: Matrix
    let labels: Int
    let penalty: Double
    let totalWeight: Double

    init(matrix: Matrix, labels: Int, penalty: Double) {
        self.matrix = matrix
        self.labels = labels
        self.penalty = penalty
        totalWeight = matrix.weights.reduce(0, +)
    }

    func evaluate(_ point: [Double], gradient: inout [Double]) -> Double {
        var loss = 0.0
        let bias = matrix.featureCount * labels
        point.withUnsafeBufferPointer { point in
            gradient.withUnsafeMutableBufferPointer { gradient in
                for index in 0..<bias {
                    loss += point[index] * point[index] * penalty / 2
                    gradient[index] = point[index] * penalty
                }
                for index in bias..<bias + labels { gradient[index] = 0 }
                withUnsafeTemporaryAllocation(of: Double.self, capacity: labels) { scores in
                    for row in 0..<matrix.count { loss += self.row(row, point, gradient, scores, bias) }
                }
            }
        }
        return loss
    }

    @inline(__always)
    private func row(
        _ row: Int, _ point: UnsafeBufferPointer<Double>, _ gradient: UnsafeMutableBufferPointer<Double>,
        _ scores: UnsafeMutableBufferPointer<Double>, _ bias: Int
    ) -> Double {
        matrix.columns.withUnsafeBufferPointer { columns in
            let range = matrix.starts[row]..<matrix.starts[row + 1]
            for label in 0..<labels { scores[label] = point[bias + label] }
            for place in range {
                let base = Int(columns[place]) &* labels
                for label in 0..<labels { scores[label] += point[base &+ label] }
            }
            var greatest = scores[0]
            for label in 1..<labels { greatest = max(greatest, scores[label]) }
            let wanted = matrix.labels[row]
            let own = scores[wanted] - greatest
            var sum = 0.0
            for label in 0..<labels {
                scores[label] = Exponential.exp(scores[label] - greatest)
                sum += scores[label]
            }
            let weight = matrix.weights[row]
            for label in 0..<labels { scores[label] = weight * (scores[label] / sum - (label == wanted ? 1 : 0)) }
            for place in range {
                let base = Int(columns[place]) &* labels
                for label in 0..<labels { gradient[base &+ label] += scores[label] }
            }
            for label in 0..<labels { gradient[bias + label] += scores[label] }
            return weight * (Exponential.log(sum) - own)
        }
    }
}

/// L-BFGS with a backtracking line search.
struct Descent {
    let objective: Objective
    private(set) var point: [Double]
    private var gradient: [Double]
    private var value: Double
    private let memory: Int
    private var moves: [[Double]] = []
    private var turns: [[Double]] = []

    init(objective: Objective, start: [Double], memory: Int) {
        self.objective = objective
        self.memory = memory
        point = start
        gradient = [Double](repeating: 0, count: start.count)
        value = objective.evaluate(start, gradient: &gradient)
    }

    /// False when there is no way down, or hardly any.
    mutating func step(tolerance: Double) -> Bool {
        guard gradient.contains(where: { abs($0) > tolerance }) else { return false }
        var direction = self.direction()
        var slope = dot(direction, gradient)
        if slope >= 0 {
            moves.removeAll()
            turns.removeAll()
            direction = gradient.map { -$0 }
            slope = -dot(gradient, gradient)
        }
        var length = moves.isEmpty ? 1 / max(1, slope.magnitude.squareRoot()) : 1
        var nextGradient = gradient
        for _ in 0..<30 {
            var next = point
            for index in next.indices { next[index] += length * direction[index] }
            let nextValue = objective.evaluate(next, gradient: &nextGradient)
            if nextValue <= value + 1e-4 * length * slope {
                remember(next, nextGradient)
                let gain = value - nextValue
                point = next
                gradient = nextGradient
                value = nextValue
                return gain > 1e-9 * abs(value)
            }
            length /= 2
        }
        return false
    }

    private mutating func remember(_ next: [Double], _ nextGradient: [Double]) {
        var move = next
        var turn = nextGradient
        for index in move.indices {
            move[index] -= point[index]
            turn[index] -= gradient[index]
        }
        guard dot(move, turn) > 1e-12 else { return }
        moves.append(move)
        turns.append(turn)
        if moves.count > memory {
            moves.removeFirst()
            turns.removeFirst()
        }
    }

    /// The two-loop recursion (Nocedal and Wright, algorithm 7.4).
    private func direction() -> [Double] {
        var direction = gradient.map { -$0 }
        var factors = [Double](repeating: 0, count: moves.count)
        for index in moves.indices.reversed() {
            factors[index] = dot(moves[index], direction) / dot(moves[index], turns[index])
            add(turns[index], times: -factors[index], to: &direction)
        }
        if let move = moves.last, let turn = turns.last {
            let scale = dot(move, turn) / dot(turn, turn)
            for index in direction.indices { direction[index] *= scale }
        }
        for index in moves.indices {
            let factor = dot(turns[index], direction) / dot(moves[index], turns[index])
            add(moves[index], times: factors[index] - factor, to: &direction)
        }
        return direction
    }

    private func add(_ other: [Double], times factor: Double, to sum: inout [Double]) {
        for index in sum.indices { sum[index] += factor * other[index] }
    }

    private func dot(_ first: [Double], _ second: [Double]) -> Double {
        var sum = 0.0
        for index in first.indices { sum += first[index] * second[index] }
        return sum
    }
}
