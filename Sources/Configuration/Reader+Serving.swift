/// Reads where to listen and where to send: listeners, admin, pools. Opens nothing.

import Foundation
import ProxyServer
import Upstream
import Vocabulary

extension Reader {
    mutating func listeners(_ tree: Tree) -> [ListenerOptions]? {
        guard let items = tree.items, !items.isEmpty else {
            fail(
                tree.origin,
                "listeners: expected a list of at least one listener, as [{ address: 0.0.0.0:8080 }], found \(tree.items == nil ? tree.kind : "an empty list")"
            )
            return nil
        }
        var listeners: [ListenerOptions] = []
        for (index, item) in items.enumerated() {
            guard let address = listener(item, "listeners[\(index)]") else { continue }
            if let other = listeners.firstIndex(where: { $0.address.collides(with: address) }) {
                fail(
                    item.origin,
                    "listeners[\(index)].address: \(address) collides with \(listeners[other].address) of another listener; use another port"
                )
            }
            listeners.append(ListenerOptions(address: address))
        }
        return listeners
    }

    private mutating func listener(_ tree: Tree, _ path: String) -> Address? {
        let entries = entries(tree, path, "listeners[]")
        if let tls = entries.first(where: { $0.key == "tls" }) { self.tls(tls, "\(path).tls") }
        guard let entry = entries.first(where: { $0.key == "address" }) else {
            if tree.entries != nil {
                fail(tree.origin, "\(path): a listener needs an address, as address: 0.0.0.0:8080")
            }
            return nil
        }
        return address(entry.value, "\(path).address")
    }

    mutating func address(_ tree: Tree, _ path: String) -> Address? {
        guard let text = text(tree, path, "an address as 0.0.0.0:8080 or unix:/run/slb.sock") else { return nil }
        do {
            return try AddressText.listener(text)
        } catch {
            fail(tree.origin, "\(path): \(error.message)")
            return nil
        }
    }

    /// The files are looked at first: a wrong path is worth knowing whatever else is said.
    private mutating func tls(_ entry: Tree.Entry, _ path: String) {
        let entries = entries(entry.value, path, "listeners[].tls")
        var missing = entry.value.entries == nil
        for key in ["certificate", "private_key"] {
            guard let value = entries.first(where: { $0.key == key })?.value else {
                if entry.value.entries != nil { fail(entry.value.origin, "\(path): needs \(key), a PEM file's path") }
                missing = true
                continue
            }
            guard let name = text(value, "\(path).\(key)", "a PEM file's path"),
                readable(name, value.origin, "\(path).\(key)", "a PEM file") != nil
            else {
                missing = true
                continue
            }
        }
        if !missing { fail(entry.keyOrigin, "\(path): TLS listeners are not available in this version; remove tls") }
    }

    /// What the configuration file names is relative to its directory, all else to the working directory.
    func place(of name: String, _ origin: Origin) -> String {
        guard case .file = origin, !name.hasPrefix("/") else { return name }
        return (file.flatMap { file in file.lastIndex(of: "/").map { file[...$0] } } ?? "") + name
    }

    /// The place of a file that is there and can be read.
    mutating func readable(_ name: String, _ origin: Origin, _ path: String, _ kind: String) -> String? {
        let place = place(of: name, origin)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory), !isDirectory.boolValue else {
            fail(origin, "\(path): there is no file \"\(place.clipped)\"; give the path of \(kind)")
            return nil
        }
        guard FileManager.default.isReadableFile(atPath: place) else {
            fail(origin, "\(path): \"\(place.clipped)\" cannot be read; change its permissions")
            return nil
        }
        return place
    }

    mutating func admin(_ tree: Tree) -> AdminOptions {
        var options = AdminOptions()
        if tree.truth == false || tree.scalar == "off" {
            options.address = nil
            return options
        }
        section(tree, "admin", "admin", Keys.admin, &options) { reader, options, entry in
            let isOff = entry.value.truth == false || entry.value.scalar == "off"
            if isOff {
                options.address = nil
            } else if let address = reader.address(entry.value, "admin.address") {
                options.address = address
            }
        }
        return options
    }

    mutating func pools(_ tree: Tree) -> [PoolOptions]? {
        guard let entries = mapping(tree, "pools") else { return nil }
        if entries.isEmpty {
            fail(
                tree.origin,
                "pools: there are none; give at least one, as general: { endpoints: [\"http://127.0.0.1:9001\"] }")
        }
        return entries.map { pool($0) }
    }

    private mutating func pool(_ entry: Tree.Entry) -> PoolOptions {
        var pool = PoolOptions(name: entry.key, endpoints: [])
        _ = name(entry.key, entry.keyOrigin, "pools")
        let path = "pools.\(entry.key.clipped)"
        var given = entry.value.entries == nil && !entry.value.isNull
        section(entry.value, path, "pools.*", Keys.pool, &pool) { reader, pool, entry in
            given = true
            pool.endpoints = reader.endpoints(entry.value, "\(path).endpoints")
        }
        if !given {
            fail(entry.keyOrigin, "\(path): a pool needs endpoints, as endpoints: [\"http://127.0.0.1:9001\"]")
        }
        return pool
    }

    private mutating func endpoints(_ tree: Tree, _ path: String) -> [EndpointOptions] {
        let items = tree.items ?? [tree]
        if items.isEmpty {
            fail(tree.origin, "\(path): the list is empty; give at least one endpoint, as \"http://127.0.0.1:9001\"")
        }
        var endpoints: [EndpointOptions] = []
        for item in items {
            guard let text = text(item, path, "an endpoint as http://host:port or unix:/path") else { continue }
            do {
                let endpoint = try AddressText.endpoint(text)
                if endpoints.contains(where: { $0.address == endpoint.address }) {
                    fail(item.origin, "\(path): \(endpoint.url) is listed twice; remove one")
                } else {
                    endpoints.append(endpoint)
                }
            } catch {
                fail(item.origin, "\(path): \(error.message)")
            }
        }
        return endpoints
    }
}
