package import Authorization
import Core
package import Wire

/// Why endpoints do not make a table; found when the server starts.
package enum ServiceTableError: Error, Hashable, Sendable {
  /// Two endpoints of one service answer the same requests, or have one name; named `service:Operation`.
  case duplicate(String, String)
  /// The service's protocol is one that the gate does not speak.
  case unsupportedProtocol(service: String)
}

/// Finds the operation that a request is for, from its head alone.
///
/// REST services are matched by method and path, the JSON protocols by `X-Amz-Target`. A query service, whose
/// operation is in the body, is matched by service here and by `Action` once its body is there.
package struct ServiceTable: Sendable {
  /// An operation and the variables of its path, or what leads to the operation once the body is known.
  package struct Match: Sendable {
    package let service: ServiceDescription
    package let pathParameters: [String: String]
    private let choice: Choice

    private enum Choice {
      case one(Endpoint)
      case byAction([String: Endpoint])
    }

    init(_ endpoint: Endpoint, pathParameters: [String: String] = [:]) {
      service = endpoint.service
      self.pathParameters = pathParameters
      choice = .one(endpoint)
    }

    init(_ service: ServiceDescription, byAction endpoints: [String: Endpoint]) {
      self.service = service
      pathParameters = [:]
      choice = .byAction(endpoints)
    }

    /// The operation, if the head tells it.
    package var known: Endpoint? {
      guard case .one(let endpoint) = choice else { return nil }
      return endpoint
    }

    /// The largest body that any operation takes that it may be, in bytes.
    var bodyLimit: Int {
      switch choice {
      case .one(let endpoint): endpoint.bodyLimit
      case .byAction(let endpoints): endpoints.values.map(\.bodyLimit).max() ?? 0
      }
    }

    /// The operation that the request asks for.
    ///
    /// - Throws: `InvalidAction` when the service has none of that name in the version.
    func endpoint(_ body: [UInt8], query: String) throws(Fault) -> Endpoint {
      switch choice {
      case .one(let endpoint): return endpoint
      case .byAction(let endpoints):
        guard let form = FormBody(body, query: query) else {
          throw Fault(
            code: "MalformedQueryString", status: 400, message: "the parameters are not valid percent-encoding")
        }
        guard case .query(let version, _) = service.wireProtocol, let endpoint = endpoints[form["Action"] ?? ""],
          form["Version"] == version
        else { throw .unknownAction(form["Action"], version: form["Version"]) }
        return endpoint
      }
    }
  }

  private let services: [Service]
  private let bySigningName: [String: [Int]]
  /// The operations that take requests which are not signed: of the one service that has some.
  private let unsigned: Match?

  package init(_ endpoints: [Endpoint]) throws(ServiceTableError) {
    var services: [Service] = []
    for endpoint in endpoints {
      if let known = services.firstIndex(where: { $0.description.name == endpoint.service.name }) {
        try services[known].add(endpoint)
      } else {
        services.append(try Service(endpoint))
      }
    }
    self.services = services
    bySigningName = Dictionary(grouping: services.indices) { services[$0].description.signingName }
    unsigned = services.lazy.compactMap(\.unsigned).first
  }

  /// - Returns: nil when no operation fits: of the service that the signature's scope names or, without a signature,
  ///   of any.
  package func find(_ head: RequestHead) -> Match? {
    let path = Self.segments(head.path)
    guard let scope = ScopedService.name(of: head) else {
      return services.lazy.compactMap { $0.find(head, path) }.first
    }
    for index in bySigningName[scope] ?? [] {
      if let match = services[index].find(head, path) { return match }
    }
    return nil
  }

  /// The operations that take requests which are not signed, by a form.
  ///
  /// - Returns: nil when the head is not that of such a form.
  func findUnsigned(_ head: RequestHead) -> Match? {
    guard head.path == "/", head.method == "POST", head.query.isEmpty, Service.isForm(head) else { return nil }
    return unsigned
  }

  /// The largest body that such an operation takes, in bytes.
  var unsignedBodyLimit: Int { unsigned?.bodyLimit ?? 0 }

  /// The protocol in which to tell a client that no operation was found.
  package func likelyProtocol(of head: RequestHead) -> WireProtocol {
    if let scope = ScopedService.name(of: head), let known = bySigningName[scope]?.first {
      return services[known].description.wireProtocol
    }
    guard head.header("X-Amz-Target") != nil else { return .restJSON }
    let isOlder = head.header("Content-Type") == "application/x-amz-json-1.0"
    return .json(version: isOlder ? .v1_0 : .v1_1, targetPrefix: "")
  }

  /// An empty segment stays, so that `//` matches nothing; the one after a trailing slash goes.
  private static func segments(_ path: String) -> [Substring] {
    guard let slash = path.utf8.indices.first else { return [] }
    var segments = path[path.utf8.index(after: slash)...].fields(separatedBy: "/")
    if segments.last == "" { segments.removeLast() }
    return segments
  }
}

extension ServiceTable {
  /// The operations of one service, by what a head shows.
  private struct Service {
    private struct RouteKey: Hashable {
      let method: String
      let count: Int
    }

    let description: ServiceDescription
    private var routes: [RouteKey: [Endpoint]] = [:]
    private var targets: [String: Endpoint] = [:]
    private var actions: [String: Endpoint] = [:]
    private var names: Set<String> = []

    init(_ first: Endpoint) throws(ServiceTableError) {
      description = first.service
      try add(first)
    }

    mutating func add(_ endpoint: Endpoint) throws(ServiceTableError) {
      guard names.insert(endpoint.name).inserted else { throw duplicate(endpoint, endpoint) }
      switch endpoint.service.wireProtocol {
      case .restJSON, .restXML: try addRoute(endpoint)
      case .json(_, let prefix): targets["\(prefix).\(endpoint.name)"] = endpoint
      case .query: actions[endpoint.name] = endpoint
      case .ec2Query: throw .unsupportedProtocol(service: description.name)
      }
    }

    /// The route with the earlier literal first, so that `/tags/all` is tried before `/tags/{Name}`, and
    /// `/layers?find=LayerVersion` before `/layers`.
    private mutating func addRoute(_ endpoint: Endpoint) throws(ServiceTableError) {
      let shape = Self.shape(endpoint)
      let key = RouteKey(method: endpoint.route.method, count: shape.count)
      var candidates = routes[key] ?? []
      if let other = candidates.first(where: { Self.shape($0) == shape }) { throw duplicate(other, endpoint) }
      candidates.append(endpoint)
      candidates.sort { Self.shape($0).lexicographicallyPrecedes(Self.shape($1), by: Self.isMoreLiteral) }
      routes[key] = candidates
    }

    func find(_ head: RequestHead, _ path: [Substring]) -> Match? {
      if description.wireProtocol.isREST {
        for endpoint in routes[RouteKey(method: head.method, count: path.count)] ?? [] {
          guard let variables = endpoint.route.match(method: head.method, path: path, query: head.query) else {
            continue
          }
          return Match(endpoint, pathParameters: variables)
        }
        return nil
      }
      if case .query = description.wireProtocol {
        return path.isEmpty && Self.isForm(head) ? Match(description, byAction: actions) : nil
      }
      guard head.method == "POST", path.isEmpty, let target = head.header("X-Amz-Target") else { return nil }
      return targets[target].map { Match($0) }
    }

    var unsigned: Match? {
      let unsigned = actions.filter { $0.value.takesUnsigned }
      return unsigned.isEmpty ? nil : Match(description, byAction: unsigned)
    }

    /// Whether parameters of a form come, in the body or, presigned, in the query.
    static func isForm(_ head: RequestHead) -> Bool {
      guard head.method == "POST" else { return head.method == "GET" && QueryParameters(head.query)?["Action"] != nil }
      let type = head.header("Content-Type")?.lowercased() ?? ""
      return type.hasPrefix("application/x-www-form-urlencoded") && head.header("X-Amz-Target") == nil
    }

    /// The segments of a route, nil for a variable.
    private static func shape(_ endpoint: Endpoint) -> [Substring?] {
      endpoint.route.template.split(separator: "/").map { $0.first == "{" ? nil : $0 }
    }

    private static func isMoreLiteral(_ left: Substring?, _ right: Substring?) -> Bool {
      guard let left, let right else { return left != nil && right == nil }
      return left.utf8.contains(UInt8(ascii: "?")) && !right.utf8.contains(UInt8(ascii: "?"))
    }

    private func duplicate(_ one: Endpoint, _ other: Endpoint) -> ServiceTableError {
      .duplicate(one.qualifiedName, other.qualifiedName)
    }
  }
}

extension Fault {
  fileprivate static func unknownAction(_ action: String?, version: String?) -> Fault {
    guard let action else {
      return Fault(code: "MissingAction", status: 400, message: "the request names no Action")
    }
    return Fault(
      code: "InvalidAction", status: 400,
      message: "Could not find operation \(action) for version \(version ?? "NO_VERSION_SPECIFIED")")
  }
}
