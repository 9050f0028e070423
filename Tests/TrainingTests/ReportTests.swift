import Testing
@testable import Training

@Suite struct ReportTests {
    @Test func countsAndScores() {
        let judgements = [
            Judgement(truth: 0, guess: 0, confidence: 0.9), Judgement(truth: 0, guess: 1, confidence: 0.6),
            Judgement(truth: 1, guess: 1, confidence: 0.85), Judgement(truth: 1, guess: 1, confidence: 0.95),
        ]
        let report = Report(judgements, labels: ["a", "b"])
        #expect(report.confusion == [[1, 1], [0, 2]])
        #expect(report.accuracy == 0.75)
        #expect(report.labels[0].precision == 1)
        #expect(report.labels[0].recall == 0.5)
        #expect(abs(report.macroF1 - (2.0 / 3 + 0.8) / 2) < 1e-12)
        #expect(abs(report.calibrationError - (0.1 + 0.6 + 0.15 + 0.05) / 4) < 1e-9)
        let sure = report.coverage.first { $0.threshold == 0.8 }
        #expect(sure?.share == 0.75)
        #expect(sure?.accuracy == 1)
    }

    @Test func labelsThatNobodyAskedForDoNotCount() {
        let report = Report([Judgement(truth: 0, guess: 0, confidence: 1)], labels: ["a", "b"])
        #expect(report.macroF1 == 1)
        #expect(Report([], labels: ["a"]).macroF1 == 0)
    }
}
