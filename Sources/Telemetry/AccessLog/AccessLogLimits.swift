/// The bounds of the access log, each with its reason.
public enum AccessLogLimits {
    /// Bytes of a target in a line, after escaping: longer ones are attacks or mistakes.
    public static let target = 4096
    /// Bytes of any other text in a line, after escaping.
    public static let text = 1024
    /// No line is longer: the target, ten texts at their worst, and 2 KiB for what has a fixed size
    /// (names, numbers, punctuation). A chunk with this much room takes any line.
    public static let line = target + 10 * text + 2048
    /// A chunk is what one write(2) is asked to take; some four lines at their worst, hundreds of
    /// usual ones.
    public static let chunk = 64 * 1024
    /// Chunks of a whole log: 4 MiB, which a disk must fall behind by before a line is lost.
    public static let chunks = 64
    /// A worker writes into one chunk while the writer has another.
    public static let chunksPerWorker = 2
    /// A line is written at most this long after it was made.
    public static let flushSeconds = 1
    /// At the end, a reader of a pipe that takes nothing is waited for this long in total.
    public static let stopSeconds = 2
    /// What is put in place of the end of a text that was too long.
    public static let cut: StaticString = "..."
}
