/// One read from a connection into its input, the same way on both sides.

import Reactor
import Telemetry
import Vocabulary

extension Worker {
    /// `streams`: a body is under way, and large reads pay.
    func fill(_ slot: ConnectionSlot, streams: Bool) -> Transfer {
        prepareInput(slot, streams: streams)
        let room = slot.pointee.input.writable
        let transfer = Socket.receive(slot.pointee.descriptor, into: room)
        switch transfer {
        case .moved(let count):
            slot.pointee.input.produced(count)
            // A short read has emptied the socket: the next byte raises an edge, unless the end is near.
            if count < room.count { slot.pointee.isReadable = slot.pointee.endIsNear }
            metrics.bytes(side: slot.pointee.side, direction: .received, count)
        case .wouldBlock: slot.pointee.isReadable = false
        case .ended:
            slot.pointee.isReadable = false
            slot.pointee.hasEnded = true
        case .failed: break
        }
        return transfer
    }

    /// Room to read into: a small buffer for heads, a large one for what does not fit, a bulk one for
    /// streams.
    private func prepareInput(_ slot: ConnectionSlot, streams: Bool) {
        if slot.pointee.input.capacity == 0 {
            slot.pointee.input = streams ? buffers.leaseBulk() : buffers.leaseSmall()
        } else if slot.pointee.input.room == 0 {
            slot.pointee.input.compact()
            if slot.pointee.input.room == 0 { buffers.grow(&slot.pointee.input) }
        }
        precondition(slot.pointee.input.room > 0, "a full buffer asked for more input")
    }
}
