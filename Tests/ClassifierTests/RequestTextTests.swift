/// The text a language model sees.

import Testing
import Vocabulary

@testable import Classifier

private func text(
    _ path: String, query: String = "", type: String = "", body: [UInt8] = [], complete: Bool = true,
    room: Int = 2048
) -> String? {
    var request = SampleRequest("POST", query.isEmpty ? path : path + "?" + query, type: type)
    request.body = body
    request.bodyComplete = complete
    var output = [UInt8](repeating: 0, count: room)
    let count = output.withUnsafeMutableBytes { output in
        request.withView { RequestText.render($0, bodyComplete: complete, into: output) }
    }
    // Nil unless it is UTF-8 as it stands.
    return String(validating: output[..<count], as: UTF8.self)
}

@Test func requestTextIsMasked() {
    let rendered = text(
        "/users/1234567/x", query: "token=abc&limit=5", type: "application/json",
        body: Array(#"{"mail":"a@b.c"}"#.utf8))
    #expect(
        rendered == """
            POST /users/[number]/x?token=[secret]&limit=5
            Content-Type: application/json
            Body: 16 bytes
            {"mail":"[email]"}
            """)
}

@Test func requestTextIsUTF8WhateverTheBytes() {
    #expect(text("/a", body: Array("é".utf8) + [0x61, 0xFF, 0x62] + Array(repeating: 0x63, count: 30))?
        .hasSuffix("éa?b" + String(repeating: "c", count: 30)) == true)
    for room in 0..<40 { #expect(text("/é€😀é€😀é€😀", room: room) != nil) }
    var generator = SplitMix(state: 5)
    for _ in 0..<2000 {
        let body = (0..<(generator.next() % 100)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        #expect(text("/a", body: body, complete: false, room: 64) != nil)
    }
}

@Test func binaryBodiesAreNotShown() {
    let rendered = text("/a", body: (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37 | 0x80) })
    #expect(rendered == "POST /a\nBody: 200 bytes\n(binary)")
}
