import Core

/// The HTTP binding of an operation of a REST protocol: method, path template and the status of success.
package final class Route: Sendable {
  package let method: String
  /// As in AWS's models, for example `/2015-03-31/functions/{FunctionName}/code`, or with a parameter
  /// `/2018-10-31/layers?find=LayerVersion`.
  package let template: String
  package let successStatus: Int
  private let segments: [Segment]
  /// The last first: most routes of as many segments differ in it.
  private let literals: [(index: Int, text: String)]
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
    literals = segments.enumerated().reversed().compactMap { index, segment in
      if case .literal(let text) = segment { (index, text) } else { nil }
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
    for literal in literals {
      let segment = path[literal.index]
      guard literal.text.utf8.count == segment.utf8.count, literal.text == segment else { return nil }
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
