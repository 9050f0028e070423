/// Moving a body from one connection's input to the other's output, the same way in both directions.

import HTTPCodec
import Vocabulary

extension Worker {
    enum Relayed {
        /// Payload bytes are in the output now; there may be more.
        case moved(Int)
        /// The output has no room: flush it first.
        case blocked
        /// The input holds nothing that can be moved.
        case starved
        case ended
        case refused(Refusal)
    }

    /// Room for one chunk's size line and end, the last chunk, and a space more for each trailer field.
    private static let chunkRoom = 32 + 256

    /// One step of a body. A whole input of plain payload changes hands without being copied; anything
    /// else is copied, chunks in a frame of their own.
    func relay(
        _ decoder: inout BodyDecoder, from input: inout ByteBuffer, to output: inout ByteBuffer,
        as framing: BodyFraming
    ) -> Relayed {
        guard !decoder.isComplete else { return .ended }
        guard !input.isEmpty else { return .starved }
        let room = (output.capacity == 0 ? buffers.largeCapacity : output.room) - Self.chunkRoom
        // A size line must fit what the decoder is shown, or it would wait for ever.
        guard room >= input.count || room > Limits.chunkLine else { return output.isEmpty ? grow(&output) : .blocked }
        let whole = input.readable
        let changesHands = output.isEmpty && framing != .chunked && decoder.isPayload(next: whole.count)
        let shown = changesHands ? whole : Bytes(rebasing: whole.prefix(room))
        switch decoder.next(shown, limits: shared.options.limits) {
        case .data(let consumed, let payload):
            let count = payload.count
            if changesHands {
                buffers.release(&output)
                swap(&input, &output)
                return .moved(count)
            }
            let fitting = append(payload, of: whole, to: &output, as: framing)
            precondition(fitting, "a payload was shown that does not fit")
            input.consume(consumed)
            return .moved(count)
        case .needMore(let consumed):
            input.consume(consumed)
            if shown.count == whole.count { return .starved }
            return output.isEmpty ? grow(&output) : .blocked
        case .end(let consumed, let trailers):
            if framing == .chunked {
                prepare(&output, for: trailers.count)
                output.appendLastChunk(trailers: Bytes(rebasing: whole[trailers]))
            }
            input.consume(consumed)
            return .ended
        case .refused(let refusal): return .refused(refusal)
        }
    }

    /// The last chunk of a body whose end the decoder does not see in the bytes (close, no body).
    func appendEnd(to output: inout ByteBuffer) {
        prepare(&output, for: 0)
        output.appendLastChunk(trailers: Bytes(start: nil, count: 0))
    }

    private func append(
        _ payload: Range<Int>, of bytes: Bytes, to output: inout ByteBuffer, as framing: BodyFraming
    ) -> Bool {
        prepare(&output, for: payload.count)
        guard payload.count + (framing == .chunked ? Self.chunkRoom : 0) <= output.room else { return false }
        guard !payload.isEmpty else { return true }
        if framing == .chunked { output.appendChunkHeader(size: payload.count) }
        output.append(Bytes(rebasing: bytes[payload]))
        if framing == .chunked { output.appendChunkEnd() }
        return true
    }

    private func prepare(_ output: inout ByteBuffer, for count: Int) {
        if output.capacity == 0 {
            let isSmall = count + Self.chunkRoom <= BufferPool.smallCapacity / 2
            output = isSmall ? buffers.leaseSmall() : buffers.leaseLarge()
        } else if output.isEmpty, output.room < count + Self.chunkRoom {
            grow(&output)
        }
    }

    @discardableResult
    private func grow(_ output: inout ByteBuffer) -> Relayed {
        guard output.capacity < buffers.largeCapacity else { return .blocked }
        buffers.grow(&output)
        return .moved(0)
    }
}
