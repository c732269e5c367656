import Core
package import Cryptography

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Seals and opens the environment variables of functions, bound to the function's ARN.
package struct FunctionEnvironment: Sendable {
  private let cipher: EnvelopeCipher

  package init(cipher: EnvelopeCipher) { self.cipher = cipher }

  /// - Returns: nil when there are no variables.
  func seal(_ variables: [String: String], of name: FunctionName, at place: AccountRegion) throws -> [UInt8]? {
    guard !variables.isEmpty else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try encoder.encode(variables)
    return try cipher.seal(Array(text), account: place.account, context: context(name, place))
  }

  /// The variables in clear. For the environment that runs the function, and for callers who may read them.
  package func open(_ version: FunctionVersion) throws -> [String: String] {
    guard let sealed = version.sealedEnvironment else { return [:] }
    let context = context(version.name, version.place)
    let text = try cipher.open(sealed, account: version.place.account, context: context)
    return try JSONDecoder().decode([String: String].self, from: Data(text))
  }

  private func context(_ name: FunctionName, _ place: AccountRegion) -> [String: String] {
    ["aws:lambda:FunctionArn": FunctionVersion.arn(name, at: place).description]
  }
}
