import Testing
import Vocabulary

@testable import Classifier

private func isOperation(
    _ types: [String], _ names: [TextPattern], _ body: String, complete: Bool = true,
    type: String = "application/json"
) throws -> Bool {
    var sample = SampleRequest("POST", "/graphql", type: type, body: body)
    sample.bodyComplete = complete
    return try holds(.graphql(types: types, names: names), sample)
}

@Test func operationTypesAreRead() throws {
    #expect(try isOperation(["query"], [], "{\"query\":\"{ me { id } }\"}"))
    #expect(try isOperation(["query"], [], "{\"query\":\"query { me }\"}"))
    #expect(
        try isOperation(["mutation"], [], "{\"query\":\"mutation M($a: T = {b: 1}) @d { x }\"}"))
    #expect(try isOperation(["subscription"], [], "{\"query\":\" # query\\n subscription{x}\"}"))
    #expect(try isOperation([], [], "{\"query\":\"mutation{x}\"}"))
    #expect(try !isOperation(["query", "subscription"], [], "{\"query\":\"mutation{x}\"}"))
    #expect(try !isOperation([], [], "{\"query\":\"queryx { a }\"}"))
    #expect(try !isOperation([], [], "{\"query\":\"\"}"))
    #expect(try !isOperation([], [], "{\"query\":7}"))
    #expect(try !isOperation([], [], "{\"other\":\"{ me }\"}"))
}

@Test func operationNamesAreRead() throws {
    let body = "{\"query\":\"query GetUser($id: ID!) { user(id: $id) { name } }\"}"
    #expect(try isOperation(["query"], [.glob("GetUser")], body))
    #expect(try isOperation([], [.glob("Other"), .glob("Get*")], body))
    #expect(try !isOperation(["query"], [.glob("getuser")], body))
    #expect(try !isOperation(["query"], [.glob("?*")], "{\"query\":\"{ user }\"}"))
    #expect(try isOperation(["query"], [.glob("")], "{\"query\":\"{ user }\"}"))
}

@Test func theOperationNameSelects() throws {
    let document =
        "fragment F on T { a(s: \\\"}\\\") } query A { x { ...F } } "
        + "mutation B { y(t: \\\"\\\"\\\" } \\\"\\\"\\\") }"
    #expect(try isOperation(["query"], [.glob("A")], "{\"query\":\"\(document)\"}"))
    let second = "{\"operationName\":\"B\",\"query\":\"\(document)\"}"
    #expect(try isOperation(["mutation"], [.glob("B")], second))
    #expect(try !isOperation(["query"], [], second))
    #expect(
        try isOperation(["mutation"], [], "{\"query\":\"\(document)\",\"operationName\":\"B\"}"))
    #expect(try isOperation(["query"], [], "{\"query\":\"\(document)\",\"operationName\":null}"))
    #expect(try isOperation(["query"], [], "{\"query\":\"\(document)\",\"operationName\":\"\"}"))
    #expect(try !isOperation([], [], "{\"query\":\"\(document)\",\"operationName\":\"C\"}"))
}

@Test func plainGraphQLBodiesAreRead() throws {
    #expect(
        try isOperation(["mutation"], [.glob("M")], "mutation M { x }", type: "application/graphql")
    )
    #expect(try !isOperation(["mutation"], [], "mutation M { x }", type: "text/plain"))
}

@Test func cutDocumentsHaveNoOperationYet() throws {
    #expect(try !isOperation([], [], "{\"query\":\"muta", complete: false))
    #expect(try !isOperation([], [], "{\"query\":\"mutation", complete: false))
    #expect(try !isOperation([], [.glob("Na*")], "{\"query\":\"mutation Na", complete: false))
    #expect(
        try isOperation(["mutation"], [.glob("Na")], "{\"query\":\"mutation Na{", complete: false))
}

@Test func hostileDocumentsDoNoHarm() throws {
    for document in [
        "}", "{", "((((", "\\\"", "\\\"\\\"\\\"", "query \\\"", "#", "query Q(", "@@@@",
        "mutation\\u0000",
    ] {
        _ = try isOperation(["mutation"], [.glob("none")], "{\"query\":\"\(document)\"}")
        #expect(try !isOperation(["subscription"], [], "{\"query\":\"\(document)\"}"))
    }
}
