/// A report for people, and as JSON for programs.

import Training

enum ReportText {
    static func lines(_ report: Report) -> String {
        var text = "requests            \(report.count)\n"
        text += "accuracy            \(decimal(report.accuracy))\n"
        text += "macro-F1            \(decimal(report.macroF1))\n"
        text += "calibration error   \(decimal(report.calibrationError))\n\n"
        let width = max(12, report.labels.map(\.label.count).max() ?? 0)
        text += "\(pad("label", width))  precision  recall     F1  requests\n"
        for label in report.labels {
            text += "\(pad(label.label, width))      \(decimal(label.precision))   \(decimal(label.recall))  \(decimal(label.f1))  \(right(label.support, 8))\n"
        }
        text += "\n\(pad("is \\ said", width))"
        for label in report.labels { text += "  \(right(label.label, 12))" }
        text += "\n"
        for (index, row) in report.confusion.enumerated() {
            text += pad(report.labels[index].label, width)
            for count in row { text += "  \(right(count, 12))" }
            text += "\n"
        }
        text += "\nsurer than   requests   right\n"
        for coverage in report.coverage {
            text += "\(decimal(coverage.threshold))           \(decimal(coverage.share))   \(decimal(coverage.accuracy))\n"
        }
        return text
    }

    static func json(_ report: Report) -> String {
        let labels = report.labels.map {
            "{\"label\":\(Record.quoted($0.label)),\"precision\":\(decimal($0.precision)),\"recall\":\(decimal($0.recall)),\"f1\":\(decimal($0.f1)),\"support\":\($0.support)}"
        }
        let confusion = report.confusion.map { "[\($0.map(String.init).joined(separator: ","))]" }
        let coverage = report.coverage.map {
            "{\"threshold\":\(decimal($0.threshold)),\"share\":\(decimal($0.share)),\"accuracy\":\(decimal($0.accuracy))}"
        }
        return "{\"count\":\(report.count),\"accuracy\":\(decimal(report.accuracy)),\"macro_f1\":\(decimal(report.macroF1)),"
            + "\"calibration_error\":\(decimal(report.calibrationError)),\"labels\":[\(labels.joined(separator: ","))],"
            + "\"confusion\":[\(confusion.joined(separator: ","))],\"coverage\":[\(coverage.joined(separator: ","))]}"
    }

    /// Four digits behind the point.
    static func decimal(_ value: Double) -> String {
        let scaled = Int((max(0, min(value, 1e9)) * 10_000).rounded())
        let fraction = String(scaled % 10_000)
        return "\(scaled / 10_000).\(String(repeating: "0", count: 4 - fraction.count))\(fraction)"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ value: some CustomStringConvertible, _ width: Int) -> String {
        let text = value.description
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
