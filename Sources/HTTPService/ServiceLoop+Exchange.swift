/// From bytes to a request, from the handler's answer to bytes, one exchange after the other: what a
/// client pipelines waits in the input buffer, so answers go out in order.

import HTTPCodec
import Vocabulary

extension ServiceLoop {
    /// Answers as many requests as are here. True if there is something new to send or to decide.
    func progress(_ connection: ServiceConnection) -> Bool {
        var progressed = false
        while connection.backlog < Self.outputMark, !connection.input.isEmpty {
            let went: Bool
            switch connection.phase {
            case .head: went = readHead(connection)
            case .body(let decoder): went = readBody(connection, decoder)
            case .waiting, .streaming, .closing, .lingering, .closed: return progressed
            }
            if !went { break }
            progressed = true
        }
        return progressed
    }

    private func readHead(_ connection: ServiceConnection) -> Bool {
        let input = connection.input.readable
        switch connection.scanner.scan(input, limits: limits, side: .request) {
        case .incomplete: return false
        case .refused(let refusal): refuse(connection, refusal)
        case .complete(let length):
            let bytes = Bytes(rebasing: input[..<length])
            switch RequestParser.parse(bytes, into: table, limits: limits) {
            case .refused(let refusal): refuse(connection, refusal)
            case .head(let head): begin(head, bytes, on: connection)
            }
        }
        return true
    }

    private func begin(_ head: RequestHead, _ bytes: Bytes, on connection: ServiceConnection) {
        connection.scanner.reset()
        connection.keepAlive = head.keepAlive
        connection.isHead = head.kind == .head
        connection.minorVersion = head.minorVersion
        switch head.framing {
        case .none, .length(0), .untilClose:
            let nothing = Bytes(start: nil, count: 0)
            let request = ServiceRequest(
                head: head, bytes: bytes, table: table, body: nothing, bodyLength: 0)
            let response = service.handler(request)
            connection.input.consume(bytes.count)
            answer(response, on: connection)
        case .length, .chunked:
            connection.head.removeAll(keepingCapacity: true)
            connection.head += bytes
            connection.body.removeAll(keepingCapacity: true)
            connection.bodyLength = 0
            connection.input.consume(bytes.count)
            connection.phase = .body(BodyDecoder(head.framing))
            connection.since = now
            // RFC 9110, 10.1.1: not needed once the body has begun to arrive.
            if head.expectsContinue, connection.input.isEmpty {
                connection.output.append("HTTP/1.1 100 Continue\r\n\r\n")
            }
        }
    }

    private func readBody(_ connection: ServiceConnection, _ decoder: BodyDecoder) -> Bool {
        var decoder = decoder
        let input = connection.input.readable
        let step = decoder.next(input, limits: limits)
        connection.phase = .body(decoder)
        switch step {
        case .data(let consumed, let payload):
            let room = max(options.body.kept - connection.body.count, 0)
            connection.body += input[payload].prefix(room)
            connection.bodyLength &+= UInt64(payload.count)
            connection.input.consume(consumed)
            if decoder.isComplete { dispatch(connection) }
        case .needMore(let consumed):
            connection.input.consume(consumed)
            return consumed > 0 && !connection.input.isEmpty
        case .end(let consumed, _):
            connection.input.consume(consumed)
            dispatch(connection)
        case .refused(let refusal): refuse(connection, refusal)
        }
        return true
    }

    /// The body is here. The table has served other requests since, so the head is read again.
    private func dispatch(_ connection: ServiceConnection) {
        let response = connection.head.withUnsafeBytes { bytes in
            guard case .head(let head) = RequestParser.parse(bytes, into: table, limits: limits) else {
                preconditionFailure("a head that parsed before")
            }
            return connection.body.withUnsafeBytes { body in
                service.handler(
                    ServiceRequest(
                        head: head, bytes: bytes, table: table, body: body,
                        bodyLength: connection.bodyLength))
            }
        }
        answer(response, on: connection)
    }

    private func answer(_ response: ServiceResponse, on connection: ServiceConnection) {
        guard response.delay > .zero else { return emit(response, to: connection) }
        connection.phase = .waiting(response)
        delays.push(connection.key, due: now + response.delay)
    }

    func emit(_ response: ServiceResponse, to connection: ServiceConnection) {
        connection.since = now
        switch response.content {
        case .bytes(let body):
            let stays = connection.keepAlive && !isStopping
            let word: StaticString? = !stays ? "close" : connection.minorVersion == 0 ? "keep-alive" : nil
            text.append(response, length: body.count, connection: word, to: &connection.output)
            if !connection.isHead { connection.output += body }
            connection.phase = stays ? .head : .closing
        case .stream(let opening):
            text.append(response, length: nil, connection: "close", to: &connection.output)
            if connection.isHead || isStopping {
                connection.phase = .closing
            } else {
                connection.output += opening
                subscribe(connection)
            }
        }
    }

    private func refuse(_ connection: ServiceConnection, _ refusal: Refusal) {
        refuse(
            connection, refusal.status, code: refusal.reason.name, message: refusal.reason.message)
    }

    /// What the peer sends cannot be trusted any more: the connection ends with this answer.
    func refuse(
        _ connection: ServiceConnection, _ status: UInt16, code: StaticString, message: StaticString
    ) {
        connection.keepAlive = false
        connection.isHead = false
        // RFC 9110, 15.5.6 wants the methods that are allowed.
        let allow = status == 405 ? [ServiceResponse.Field("Allow", "GET, HEAD, POST")] : []
        emit(.error(status, code: code, message: message, fields: allow), to: connection)
    }
}
