/// Writing the chunked coding (RFC 9112, 7.1). Extensions are never written.
import Vocabulary

extension ByteBuffer {
    package mutating func appendChunkHeader(size: Int) {}
    package mutating func appendChunkEnd() {}
    /// The last chunk, the trailer fields that may be forwarded, and the empty line.
    package mutating func appendLastChunk(trailers: Bytes) {}
}
