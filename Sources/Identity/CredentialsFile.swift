package import Core
import Cryptography

/// The administrator's credentials as an AWS profile file (profile `default`), for the administrator to copy or use.
package struct CredentialsFile: Sendable {
  private let path: String
  private static let limit = 4096

  package init(_ path: String) { self.path = path }

  /// Sees to it that the file holds a key of this database: writes `credentials` where there is no file.
  ///
  /// - Parameter isKnown: whether the database has an access key of that id.
  /// - Throws: `IdentityError.foreignCredentials` when the file holds another database's key; it is left as it is.
  ///   `CryptographyError` when the file is unsafe or cannot be written.
  package func ensure(
    _ credentials: AccessKeyCredentials, random: any RandomSource, isKnown: (AccessKeyID) -> Bool
  ) throws {
    if let present = try accessKeyID() {
      guard isKnown(present) else {
        throw IdentityError(
          .foreignCredentials, "`\(path)` holds access key `\(present)`, which this database does not know")
      }
      return
    }
    try SecretFile(path).create(Self.text(credentials), random: random)
  }

  /// - Returns: nil when there is no file.
  private func accessKeyID() throws -> AccessKeyID? {
    guard let bytes = try contents() else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    for line in lines {
      let pair = line.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
      if pair.count == 2, pair[0] == "aws_access_key_id", let id = AccessKeyID(pair[1]) { return id }
    }
    throw IdentityError(.malformedCredentials, "`\(path)` holds no access key id")
  }

  private func contents() throws(CryptographyError) -> [UInt8]? {
    do {
      return try SecretFile(path).read(limit: Self.limit)
    } catch {
      guard error.code == .fileMissing else { throw error }
      return nil
    }
  }

  private static func text(_ credentials: AccessKeyCredentials) -> [UInt8] {
    let lines = [
      "[default]", "aws_access_key_id = \(credentials.accessKeyID)",
      "aws_secret_access_key = \(credentials.secretAccessKey)", "",
    ]
    return Array(lines.joined(separator: "\n").utf8)
  }
}
