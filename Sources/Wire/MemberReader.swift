package import JSON

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads the members of an operation's input, from path, query, headers and body, and collects broken constraints.
///
/// A value of the wrong type ends the reading at once (`SerializationException`); a value out of its constraints is
/// noted, so that the caller hears of all of them together and only after authorization.
package struct MemberReader: Sendable {
  package let request: OperationRequest
  private let query: QueryParameters
  private var body: [String: JSONValue]
  private var violations: [String] = []
  private var refusals: [String] = []
  private var faults: [Fault] = []
  /// Whether numbers and truth values come as texts.
  private let isForm: Bool
  /// Notes which members the operation reads; only while it is described.
  private let names: MemberNames?

  /// What the body holds.
  package enum BodyForm: Sendable {
    /// Members as JSON.
    case json
    /// Members as parameters of a form, all of them texts; those of the query count too.
    case form
    /// No members: it is one itself, as in Lambda's Invoke.
    case payload
  }

  package init(_ request: OperationRequest, body form: BodyForm) throws(Fault) {
    self.request = request
    names = nil
    isForm = form == .form
    guard let query = QueryParameters(request.head.query) else {
      throw .serialization("the query string is not valid percent-encoding")
    }
    self.query = query
    body = [:]
    if form == .form {
      guard let parameters = FormBody(request.body, query: request.head.query) else {
        throw Fault(code: "MalformedQueryString", status: 400, message: "the parameters are not valid percent-encoding")
      }
      body = try parameters.members()
    }
    guard form == .json, !request.body.isEmpty else { return }
    guard case .object(let members)? = JSONValue(parsing: request.body) else {
      throw .serialization("the body is not a JSON object")
    }
    body = members
  }

  /// A reader of nothing, for finding out which members an operation reads.
  init(describing request: OperationRequest, names: MemberNames) {
    self.request = request
    self.names = names
    isForm = false
    query = QueryParameters.none
    body = [:]
  }

  /// True while the reader only finds out which members an operation reads: nothing is missing then.
  package var isDescribing: Bool { names != nil }

  package func path(_ name: String) -> String {
    names?.add(name)
    return request.pathParameters[name] ?? ""
  }

  package func query(_ name: String) -> String? {
    names?.add(name)
    return query[name]
  }

  /// The values of a list, in order: the parameter once for each.
  ///
  /// - Parameters:
  ///   - name: the member's name in the model.
  ///   - parameter: the parameter that carries it.
  package func queryValues(_ name: String, in parameter: String) -> [String] {
    names?.add(name)
    return query.items.filter { $0.name == parameter }.map(\.value)
  }

  /// - Parameters:
  ///   - name: the member's name in the model.
  ///   - header: the header that carries it.
  package func header(_ name: String, in header: String) -> String? {
    names?.add(name)
    return request.head.header(header)
  }

  /// The body, where it is a member of its own.
  package func payload(_ name: String) -> [UInt8] {
    names?.add(name)
    return request.body
  }

  /// The body's member of that name; JSON null counts as absent.
  package func member(_ name: String) -> JSONValue? {
    names?.add(name)
    guard let value = body[name], value != .null else { return nil }
    return value
  }

  package func string(_ name: String) throws(Fault) -> String? {
    guard let value = member(name) else { return nil }
    guard case .string(let text) = value else { throw .wrongType(name, "string") }
    return text
  }

  package func bool(_ name: String) throws(Fault) -> Bool? {
    guard let value = member(name) else { return nil }
    if isForm, case .string(let text) = value, let flag = Bool(text) { return flag }
    guard case .bool(let flag) = value else { throw .wrongType(name, "boolean") }
    return flag
  }

  package func integer(_ name: String) throws(Fault) -> Int? {
    guard let value = member(name) else { return nil }
    if isForm, case .string(let text) = value, let number = Int(text) { return number }
    guard case .integer(let number) = value else { throw .wrongType(name, "integer") }
    return Int(number)
  }

  /// A blob, base64 in JSON.
  package func blob(_ name: String) throws(Fault) -> [UInt8]? {
    guard let text = try string(name) else { return nil }
    guard let data = Data(base64Encoded: text) else { throw .wrongType(name, "base64 blob") }
    return Array(data)
  }

  package func object(_ name: String) throws(Fault) -> [String: JSONValue]? {
    guard let value = member(name) else { return nil }
    guard case .object(let members) = value else { throw .wrongType(name, "structure") }
    return members
  }

  package func strings(_ name: String) throws(Fault) -> [String]? {
    guard let value = member(name) else { return nil }
    guard case .array(let elements) = listValue(value) else { throw .wrongType(name, "list") }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw .wrongType(name, "list of strings") }
      texts.append(text)
    }
    return texts
  }

  /// The elements of a list of structures; none when it is absent.
  package func structures(_ name: String) throws(Fault) -> [JSONValue] {
    guard let value = member(name) else { return [] }
    guard case .array(let elements) = listValue(value) else { throw .wrongType(name, "list of structures") }
    return elements
  }

  /// An empty list comes in a form as an empty text.
  private func listValue(_ value: JSONValue) -> JSONValue { isForm && value == "" ? [] : value }

  /// A reader of a structure inside the body; what it collects is handed back by `absorb`.
  package func structure(_ name: String) throws(Fault) -> MemberReader? {
    guard let members = try object(name) else { return nil }
    var inner = self
    inner.body = members
    inner.violations = []
    inner.refusals = []
    inner.faults = []
    return inner
  }

  /// Takes over what a reader of an inner structure has collected.
  package mutating func absorb(_ inner: MemberReader) {
    violations += inner.violations
    refusals += inner.refusals
    faults += inner.faults
  }

  /// Notes that a value breaks a constraint, in AWS's words.
  ///
  /// - Parameters:
  ///   - value: nil when the member is absent.
  ///   - name: the member's name as in the model.
  package mutating func note(_ value: String?, at name: String, _ constraint: String) {
    let shown = value.map { "'\($0)'" } ?? "null"
    let place = name.prefix(1).lowercased() + name.dropFirst()
    violations.append("Value \(shown) at '\(place)' failed to satisfy constraint: \(constraint)")
  }

  /// Notes a fault of members that fit their constraints but not each other: heard of only after authorization, too.
  package mutating func note(_ fault: Fault) { faults.append(fault) }

  /// Notes each member of `unhonoured` that is present with another value than its defaults.
  package mutating func refuse(_ unhonoured: [String: [JSONValue]]) {
    for (name, defaults) in unhonoured.sorted(by: { $0.key < $1.key }) {
      let value = body[name] ?? query[name].map(JSONValue.string)
      guard let value, value != .null, !defaults.contains(value) else { continue }
      refusals.append(name)
    }
  }

  /// Notes a member that is not honoured, if its header is there.
  package mutating func refuse(_ name: String, in header: String) {
    if request.head.header(header) != nil { refusals.append(name) }
  }

  /// What was collected: nil when all constraints hold and nothing was refused.
  package func fault(of service: ServiceDescription) -> Fault? {
    if !violations.isEmpty {
      let count = violations.count
      let noun = count == 1 ? "error" : "errors"
      return Fault(
        code: service.constraintCode, status: 400,
        message: "\(count) validation \(noun) detected: \(violations.joined(separator: "; "))")
    }
    if let first = faults.first { return first }
    guard !refusals.isEmpty else { return nil }
    return Fault(
      code: service.refusalCode, status: 400,
      message: "not supported by this version of Redoubt: \(refusals.joined(separator: ", "))")
  }
}

extension Fault {
  /// The request cannot be read in the service's protocol.
  package static func serialization(_ message: String) -> Fault {
    Fault(code: "SerializationException", status: 400, message: message)
  }

  fileprivate static func wrongType(_ name: String, _ type: String) -> Fault {
    .serialization("`\(name)` is not a \(type)")
  }
}
