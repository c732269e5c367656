import Core

/// The HTTP binding of an operation of a REST protocol: method, path template and the status of success.
package struct Route: Sendable {
  package let method: String
  /// As in AWS's models, for example `/2015-03-31/functions/{FunctionName}/code`, or with a parameter
  /// `/2018-10-31/layers?find=LayerVersion`.
  package let template: String
  package let successStatus: Int
  private let segments: [Segment]
  /// What the query must have, where the template names it.
  private let parameter: (name: String, value: String)?

  private enum Segment: Sendable {
    case literal(String)
    case variable(String)
  }

  package init(_ method: String, _ template: String, successStatus: Int = 200) {
    self.method = method
    self.template = template
    self.successStatus = successStatus
    let parts = template.fields(separatedBy: "?", maxSplits: 1)
    segments = parts[0].split(separator: "/").map { part in
      part.first == "{" && part.last == "}" ? .variable(String(part.dropFirst().dropLast())) : .literal(String(part))
    }
    parameter = parts.count == 2 ? QueryParameters(String(parts[1]))?.items.first : nil
  }

  /// The variables of a path that fits, decoded. A trailing slash makes no difference; an empty variable does not fit.
  ///
  /// - Parameters:
  ///   - path: the segments of the path, still percent-encoded, so that `%2F` stays inside its segment.
  ///   - query: still percent-encoded.
  package func match(method: String, path: [Substring], query: String = "") -> [String: String]? {
    guard method == self.method, path.count == segments.count, hasParameter(query) else { return nil }
    // The literals first: most routes of as many segments differ in one.
    for index in segments.indices {
      guard case .literal(let text) = segments[index] else { continue }
      guard text.utf8.count == path[index].utf8.count, text == path[index] else { return nil }
    }
    var variables: [String: String] = [:]
    for index in segments.indices {
      guard case .variable(let name) = segments[index] else { continue }
      guard let value = PercentCoding.decode(path[index]), !value.isEmpty else { return nil }
      variables[name] = value
    }
    return variables
  }

  private func hasParameter(_ query: String) -> Bool {
    guard let parameter else { return true }
    return QueryParameters(query)?[parameter.name] == parameter.value
  }
}
