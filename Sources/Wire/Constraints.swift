/// The constraints of AWS's models, reported in AWS's words.
extension MemberReader {
  /// A string that must be there.
  package mutating func requiredString(_ name: String) throws(Fault) -> String {
    if let text = try string(name) { return text }
    note(nil, at: name, "Member must not be null")
    return ""
  }

  package mutating func check(_ value: Int?, at name: String, in range: ClosedRange<Int>) {
    guard let value else { return }
    if value < range.lowerBound {
      note(String(value), at: name, "Member must have value greater than or equal to \(range.lowerBound)")
    } else if value > range.upperBound {
      note(String(value), at: name, "Member must have value less than or equal to \(range.upperBound)")
    }
  }

  /// - Parameter lengths: in Unicode scalars.
  package mutating func check(_ value: String?, at name: String, lengths: ClosedRange<Int>) {
    guard let value else { return }
    // Scalars, not grapheme clusters, which have no bound of bytes.
    let count = value.unicodeScalars.count
    if count < lengths.lowerBound {
      note(value, at: name, "Member must have length greater than or equal to \(lengths.lowerBound)")
    } else if count > lengths.upperBound {
      note(value, at: name, "Member must have length less than or equal to \(lengths.upperBound)")
    }
  }

  package mutating func check(_ value: String?, at name: String, oneOf values: [String]) {
    guard let value, !values.contains(value) else { return }
    note(value, at: name, "Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
  }

  /// - Parameters:
  ///   - pattern: as in AWS's model, for the message.
  ///   - matches: whether the whole value fits the pattern.
  package mutating func check(_ value: String?, at name: String, pattern: String, matches: (String) -> Bool) {
    guard let value, !matches(value) else { return }
    note(value, at: name, "Member must satisfy regular expression pattern: \(pattern)")
  }
}
