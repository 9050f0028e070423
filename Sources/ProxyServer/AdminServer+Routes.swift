/// The admin interface's paths and their answers.

import HTTPCodec
import HTTPService
import Telemetry
import Vocabulary

private enum AdminRoute: CaseIterable {
    case dashboard, metrics, health, ready, events, classify, pools, config

    var path: StaticString {
        switch self {
        case .dashboard: "/"
        case .metrics: "/metrics"
        case .health: "/health"
        case .ready: "/ready"
        case .events: "/events"
        case .classify: "/classify"
        case .pools: "/pools"
        case .config: "/config"
        }
    }

    func allows(_ method: Method) -> Bool {
        self == .classify ? method == .post : method == .get || method == .head
    }
}

extension AdminServer {
    /// For every answer: none of them is worth keeping, none is what its type does not say.
    private static let fields = [
        ServiceResponse.Field("Cache-Control", "no-store"),
        ServiceResponse.Field("X-Content-Type-Options", "nosniff"),
    ]

    static func answer(
        _ request: ServiceRequest, _ sources: AdminSources, isDraining: Bool
    ) -> ServiceResponse {
        guard let route = AdminRoute.allCases.first(where: { request.isPath($0.path) }) else {
            return .error(404, code: "not_found", message: "the admin interface has no such path")
        }
        guard route.allows(request.method) else {
            let allowed = ServiceResponse.Field("Allow", route == .classify ? "POST" : "GET, HEAD")
            return .error(
                405, code: "method_not_allowed", message: "this path takes another method", fields: [allowed])
        }
        switch route {
        case .dashboard: return dashboard
        case .metrics: return metrics(request, sources)
        case .health: return json(Array("{\"status\":\"ok\"}\n".utf8))
        case .ready: return ready(sources.problems(), isDraining: isDraining)
        case .events: return .stream(opening: Array("retry: 2000\n\n".utf8))
        case .classify: return classify(request, sources)
        case .pools: return json(sources.pools())
        case .config:
            return ServiceResponse(contentType: "application/yaml", fields: fields, body: sources.config)
        }
    }

    private static func json(_ body: [UInt8], status: UInt16 = 200) -> ServiceResponse {
        ServiceResponse(status: status, fields: fields, body: body)
    }

    private static var dashboard: ServiceResponse {
        let page = Dashboard()
        let policy = ServiceResponse.Field("Content-Security-Policy", page.contentSecurityPolicy)
        return ServiceResponse(
            contentType: "text/html; charset=utf-8", fields: fields + [policy], body: page.text)
    }

    private static func metrics(_ request: ServiceRequest, _ sources: AdminSources) -> ServiceResponse {
        let format = request.field("accept").map(Exposition.format(accept:)) ?? .prometheus
        return ServiceResponse(
            contentType: format.contentType, fields: fields, body: sources.metrics(format))
    }

    private static func ready(_ problems: [String], isDraining: Bool) -> ServiceResponse {
        let problems = isDraining ? ["the proxy is draining"] + problems : problems
        guard !problems.isEmpty else { return json(Array("{\"status\":\"ready\"}\n".utf8)) }
        var text = Array("{\"status\":\"not_ready\",\"problems\":[".utf8)
        for (index, problem) in problems.enumerated() {
            if index > 0 { text += ",".utf8 }
            JSONText.append(problem, to: &text)
        }
        text += "]}\n".utf8
        return json(text, status: 503)
    }

    private static func classify(_ request: ServiceRequest, _ sources: AdminSources) -> ServiceResponse {
        let explain = request.queryContains("explain=1")
        guard let asked = AdminClassification(json: request.body, explain: explain) else {
            return .error(
                400, code: "bad_classification",
                message: "send a JSON object with payload or path, and optionally method and content_type, all strings but the payload")
        }
        return json(sources.classify(asked))
    }
}
