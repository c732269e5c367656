package import Core

/// Which version of a function is meant.
package enum Qualifier: Hashable, Sendable, CustomStringConvertible {
  /// `$LATEST`, the version that can be changed.
  case latest
  /// A published version, from 1.
  case version(Int)

  /// - Returns: nil unless `text` is `$LATEST` or a version number without leading zeros.
  package init?(_ text: some StringProtocol) {
    if text == "$LATEST" {
      self = .latest
    } else if let number = Int(text), number > 0, String(number) == text {
      self = .version(number)
    } else {
      return nil
    }
  }

  package var description: String {
    switch self {
    case .latest: "$LATEST"
    case .version(let number): String(number)
    }
  }

  /// The number under which a version is stored: 0 for `$LATEST`.
  package var number: Int {
    switch self {
    case .latest: 0
    case .version(let number): number
    }
  }

  init(number: Int) { self = number == 0 ? .latest : .version(number) }
}

/// A function as callers name it: `name`, `name:qualifier`, `account:function:name[:qualifier]` or a whole ARN.
package struct FunctionReference: Hashable, Sendable {
  package let name: FunctionName
  /// As written; nil when absent. It may name an alias, so it is not a `Qualifier` yet.
  package let qualifier: String?
  /// The account and region of an ARN; nil where the reference leaves them to the request.
  package let account: String?
  package let region: String?

  /// The pattern of `FunctionName` in AWS's model, for messages.
  package static let pattern =
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
    + "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"

  /// The function of that name in the place that the request addresses.
  package init(name: FunctionName) {
    self.name = name
    qualifier = nil
    account = nil
    region = nil
  }

  /// - Returns: nil when `text` has none of the forms.
  package init?(_ text: String) {
    var parts = text.fields(separatedBy: ":")[...]
    var account: String?
    var region: String?
    if parts.starts(with: ["arn", "aws", "lambda"]), parts.count >= 7 {
      region = String(parts[3])
      parts = parts.dropFirst(4)
    }
    if parts.count >= 3, parts[parts.startIndex + 1] == "function" {
      guard AccountID(String(parts[parts.startIndex])) != nil else { return nil }
      account = String(parts[parts.startIndex])
      parts = parts.dropFirst(2)
    } else if parts.count >= 2, parts.first == "function" {
      parts = parts.dropFirst()
    }
    guard region == nil || account != nil else { return nil }
    guard (1...2).contains(parts.count), let first = parts.first, let name = FunctionName(first) else { return nil }
    self.name = name
    self.account = account
    self.region = region
    qualifier = parts.count == 2 ? parts.last.map(String.init) : nil
    if let qualifier, !Self.isQualifier(qualifier) { return nil }
  }

  /// Whether the reference stays in the place that the request addresses.
  package func isIn(_ place: AccountRegion) -> Bool {
    (account ?? place.account.description) == place.account.description
      && (region ?? place.region.description) == place.region.description
  }

  /// The version that a capacity provider runs: of such there are none, so that no function has it.
  package static let latestPublished = "$LATEST.PUBLISHED"

  /// Whether `text` is `$LATEST`, `latestPublished`, a version number or a well-formed alias name (1 to 128 characters).
  package static func isQualifier(_ text: String) -> Bool {
    guard text != "$LATEST", text != latestPublished else { return true }
    return (1...128).contains(text.utf8.count) && FunctionName.hasOnlyAllowed(text)
  }
}
