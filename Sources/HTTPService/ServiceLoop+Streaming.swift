/// Event streams: who reads along, what they are sent, and the end of those who do not keep up. A slow
/// reader costs a bounded backlog and nobody else's time.

import Synchronization
import Vocabulary

extension ServiceLoop {
    func subscribe(_ connection: ServiceConnection) {
        connection.phase = .streaming
        connection.input.consume(connection.input.count)
        subscribers.append(connection.key)
        service.streams.store(subscribers.count, ordering: .relaxed)
        // The first call starts the watch, before the reader can know that it is one.
        guard let feed = options.feed, nextFeed == nil else { return }
        nextFeed = now + feed.interval
        connection.output += feed.poll(subscribers.count)
    }

    func unsubscribe(_ key: SlabKey) {
        subscribers.removeAll { $0 == key }
        service.streams.store(subscribers.count, ordering: .relaxed)
        guard subscribers.isEmpty, nextFeed != nil, let feed = options.feed else { return }
        nextFeed = nil
        _ = feed.poll(0)
    }

    func feedStreams() {
        guard let due = nextFeed, due <= now, let feed = options.feed else { return }
        nextFeed = now + feed.interval
        broadcast(feed.poll(subscribers.count))
    }

    func broadcast(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        // A copy: dropping one changes the list.
        for key in subscribers {
            guard let connection = find(key) else { continue }
            guard connection.backlog + bytes.count <= options.streamBacklog else {
                close(connection)
                continue
            }
            connection.output += bytes
            drive(connection)
        }
    }
}
