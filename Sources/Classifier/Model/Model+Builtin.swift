/// The model that is part of the program.

import CModel
import Vocabulary

extension Model {
    /// Read once; the build that embedded a broken one fails its first test.
    public static let builtin: Model = {
        do throws(ModelProblem) {
            return try Model(bytes: Bytes(start: slb_model_bytes(), count: slb_model_size()))
        } catch {
            preconditionFailure("the embedded model cannot be read: \(error)")
        }
    }()
}
