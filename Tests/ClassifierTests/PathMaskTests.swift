/// Identifiers in paths keep their looks and nothing else, and the model reads the same from what is left.

import Testing
import Vocabulary

@testable import Classifier

@Suite struct PathMaskTests {
    private func masked(_ path: String, room: Int = 256) -> String {
        Array(path.utf8).withUnsafeBytes { path in
            String(
                decoding: [UInt8](unsafeUninitializedCapacity: room) { memory, count in
                    count = PathMask.mask(path, into: UnsafeMutableRawBufferPointer(memory))
                }, as: UTF8.self)
        }
    }

    @Test(arguments: [
        ("/users/42/orders", "/users/00/orders"), ("/v1/items", "/v1/items"), ("/", "/"), ("", ""),
        ("/a/jane@example.org", "/a/xaxa@axaxxxa.xxx"), ("/a/x%40y.de/b", "/a/x%00x.aa/b"),
        ("/models/m-7:predict", "/models/x-0:predict"), ("/days/2024-05-06", "/days/2024-05-06"),
        ("/f/6fa459ea-ee8a-3ca4-894e-db77e160355e", "/f/0aa000aa-aa0a-0aa0-000a-aa00a000000a"),
    ]) func keepsLooks(_ path: String, _ expected: String) {
        #expect(masked(path) == expected)
        #expect(masked(expected) == expected)
    }

    @Test func staysInItsRoom() {
        let path = "/users/4815162342/letters/jane@example.org"
        for room in 0...path.utf8.count { #expect(masked(path, room: room).utf8.count <= room) }
        #expect(!masked(path, room: 9).contains("48"))
    }

    @Test func aRouteHasOneName() {
        let route: (String) -> String = { String(decoding: PathMask.route(Array($0.utf8)), as: UTF8.self) }
        #expect(route("/users/42/orders/2024-05-06") == "/users/{}/orders/{}")
        #expect(route("/users/00000/orders/2023-01-01") == "/users/{}/orders/{}")
        #expect(route("/v1/health") == "/v1/health")
    }

    @Test func theModelSeesNoDifference() {
        let extractor = Model.builtin.makeExtractor(bodyCount: 1024)
        for path in ["/users/42/orders", "/f/6fa459ea-ee8a-3ca4-894e-db77e160355e/copy", "/a/jane@example.org"] {
            let before = SampleRequest("GET", path).withView { Model.builtin.guess($0, bodyComplete: true, extractor: extractor) }
            let after = SampleRequest("GET", masked(path)).withView { Model.builtin.guess($0, bodyComplete: true, extractor: extractor) }
            #expect(before == after, "\(path)")
        }
    }
}
