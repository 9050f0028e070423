/// Why a message is refused, in a form that metrics can count and a local reply can say. A refusal is
/// a value: parsers return it, and the connection it came from is not used any further.

public struct Refusal: Equatable, Sendable {
    public var status: UInt16
    public var reason: RefusalReason

    @inlinable
    public init(status: UInt16, reason: RefusalReason) {
        self.status = status
        self.reason = reason
    }

    /// A refused response is a bad gateway, whatever was wrong with it.
    init(_ reason: RefusalReason, _ side: MessageSide) {
        status = side == .response ? 502 : reason.requestStatus
        self.reason = reason
    }
}

public enum RefusalReason: UInt8, CaseIterable, Sendable {
    case bareLineFeed, bareCarriageReturn, controlCharacter, emptyLines, headTooLarge, uriTooLong
    case badRequestLine, badMethod, methodNotAllowed, badVersion, unsupportedVersion
    case badTarget, badPath, badQuery, climbingPath, badAuthority
    case missingHost, duplicateHost, badHost
    case badHeaderName, spaceBeforeColon, lineFolding, badHeaderValue, tooManyHeaders
    case lookalikeHeader, duplicateHeader
    case badContentLength, duplicateContentLength, lengthAndTransferEncoding
    case badTransferEncoding, unsupportedTransferCoding, transferEncodingInOldVersion
    case badConnection, badExpectation, badMaxForwards
    case bodyTooLarge, badChunkSize, badChunkExtension, chunkLineTooLong, badChunkEnd
    case badStatusLine, badStatus, unexpectedUpgrade, bodyNotAllowed

    /// RFC 9110, 15.5 and 15.6.
    var requestStatus: UInt16 {
        switch self {
        case .methodNotAllowed: 405
        case .bodyTooLarge: 413
        case .uriTooLong: 414
        case .badExpectation: 417
        case .headTooLarge, .tooManyHeaders: 431
        case .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        default: 400
        }
    }
}
