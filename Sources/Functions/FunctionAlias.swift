package import Core

/// The name of an alias: 1 to 128 letters, digits, hyphens and underscores, and not digits alone.
package struct AliasName: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` has that form.
  package init?(_ text: String) {
    guard FunctionReference.isQualifier(text), !text.hasPrefix("$"), !text.utf8.allSatisfy(Self.isDigit) else {
      return nil
    }
    description = text
  }

  /// Stands where a request's name could not be read; no alias has it.
  package static let none = AliasName()

  private init() { description = "" }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// The second version of an alias, and its share of the invocations.
package struct AdditionalVersion: Hashable, Sendable {
  package let version: Qualifier
  /// 0 to 1.
  package let weight: Double

  /// - Returns: nil unless `version` is a published one and `weight` is 0 to 1.
  package init?(_ version: Qualifier, weight: Double) {
    guard version != .latest, (0...1).contains(weight) else { return nil }
    self.version = version
    self.weight = weight
  }
}

/// What an alias points at: one version, or two of which each invocation runs one.
package struct AliasRouting: Hashable, Sendable {
  package let version: Qualifier
  package let additional: AdditionalVersion?

  /// - Throws: `FunctionError.weightedLatest`, `.repeatedVersion`.
  package init(_ version: Qualifier, additional: AdditionalVersion?) throws(FunctionError) {
    if let additional {
      guard version != .latest else { throw .weightedLatest }
      guard additional.version != version else { throw .repeatedVersion(version.description) }
    }
    self.version = version
    self.additional = additional
  }

  package var versions: [Qualifier] { [version] + (additional.map { [$0.version] } ?? []) }

  /// The version for one invocation. Asks `random` only where there are two.
  package func choose(_ random: any RandomSource) -> Qualifier {
    guard let additional else { return version }
    return Self.fraction(random.bytes(8)) < additional.weight ? additional.version : version
  }

  /// A number from 0 up to, not including, 1: the upper 53 of 64 bits, which a `Double` holds exactly.
  private static func fraction(_ bytes: [UInt8]) -> Double {
    let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(bits >> 11) * 0x1p-53
  }
}

/// A name under which callers reach a version, and which may be pointed at another one. Immutable, as a version is.
package struct FunctionAlias: Hashable, Sendable {
  package let place: AccountRegion
  package let function: FunctionName
  package let name: AliasName
  package let routing: AliasRouting
  package let description: String
  /// Changes with every change of this alias; a UUID.
  package let revisionID: String

  package var arn: ARN { Self.arn(name, of: function, at: place) }

  static func arn(_ name: AliasName, of function: FunctionName, at place: AccountRegion) -> ARN {
    ARN(service: "lambda", at: place, resource: "function:\(function):\(name)")
  }
}

/// What a request changes of an alias; nil for what stays.
package struct AliasChange: Sendable {
  package let version: Qualifier?
  package let description: String?
  /// The inner nil takes the second version away.
  package let additional: AdditionalVersion??

  package init(version: Qualifier?, description: String?, additional: AdditionalVersion??) {
    self.version = version
    self.description = description
    self.additional = additional
  }

  func routing(from current: AliasRouting) throws(FunctionError) -> AliasRouting {
    try AliasRouting(version ?? current.version, additional: additional ?? current.additional)
  }
}
