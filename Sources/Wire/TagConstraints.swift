/// The constraints of tags, which are the same for IAM and STS.
extension MemberReader {
  /// - Parameter value: nil when it is missing, which breaks a constraint too.
  package mutating func checkTag(_ key: String, _ value: String?) {
    checkTagKey(key)
    guard let value else { return note(nil, at: "tags.member.value", "Member must not be null") }
    check(value, at: "tags.member.value", lengths: 0...256)
    check(value, at: "tags.member.value", pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", matches: Self.isTagText)
  }

  package mutating func checkTagKey(_ key: String) {
    check(key, at: "tags.member.key", lengths: 1...128)
    check(key, at: "tags.member.key", pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+", matches: Self.isTagText)
  }

  private static func isTagText(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      if "_.:/=+-@".unicodeScalars.contains(scalar) { return true }
      return switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
        .letterNumber, .otherNumber, .spaceSeparator, .lineSeparator, .paragraphSeparator:
        true
      default: false
      }
    }
  }
}
