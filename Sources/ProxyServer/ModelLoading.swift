/// The model that the options name: built in, or read from a file, which happens once at start.

import CLinux
import Classifier
import Vocabulary

extension ShadowOptions {
    /// Nil if there is to be none.
    package func load() throws(ModelProblem) -> Model? {
        guard let path else { return nil }
        return try ModelOptions.model(at: path)
    }
}

extension ModelOptions {
    /// Nil if there is to be none.
    package func load(labels: [String]) throws(ModelProblem) -> Model? {
        switch source {
        case .none: return nil
        case .builtin: return .builtin
        case .automatic: return Model.builtin.facts.labels.allSatisfy(labels.contains) ? .builtin : nil
        case .file(let path): return try Self.model(at: path)
        }
    }

    fileprivate static func model(at path: String) throws(ModelProblem) -> Model {
        let descriptor = slb_open_to_read(path)
        guard descriptor >= 0 else { throw ModelProblem("\(path): \(String(cString: strerror(slb_errno())))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= ModelFile.sizeLimit {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && slb_errno() == EINTR { continue }
            guard count >= 0 else { throw ModelProblem("\(path): \(String(cString: strerror(slb_errno())))") }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        do throws(ModelProblem) {
            let load: (UnsafeRawBufferPointer) -> Result<Model, ModelProblem> = { raw in
                do throws(ModelProblem) { return .success(try Model(bytes: raw)) } catch { return .failure(error) }
            }
            return try bytes.withUnsafeBytes(load).get()
        } catch {
            throw ModelProblem("\(path): \(error)")
        }
    }
}
