package import Core
import Cryptography

/// The administrator's credentials as an AWS profile file (profile `default`), for the administrator to copy or use.
package struct CredentialsFile: Sendable {
  private let path: String
  private static let limit = 4096

  package init(_ path: String) { self.path = path }

  /// What is known of an access key that the file holds.
  package enum Standing: Sendable {
    case known
    /// It was deleted: the file is out of date.
    case deleted
    /// It was never of this database.
    case foreign
  }

  /// Sees to it that the file holds a key of this database: writes `credentials` where there is no file, and in the place
  /// of a key that was deleted.
  ///
  /// - Parameter standing: what is known of an access key of that id.
  /// - Throws: `IdentityError.foreignCredentials` when the file holds another database's key; it is left as it is.
  ///   `CryptographyError` when the file is unsafe or cannot be written.
  package func ensure(
    _ credentials: AccessKeyCredentials, random: any RandomSource,
    standing: (AccessKeyID) -> Standing
  ) throws {
    if let present = try accessKeyID() {
      switch standing(present) {
      case .known: return
      case .deleted: return try SecretFile(path).replace(Self.text(credentials), random: random)
      case .foreign:
        throw IdentityError(
          .foreignCredentials, "`\(path)` holds access key `\(present)`, which this database does not know")
      }
    }
    try SecretFile(path).create(Self.text(credentials), random: random)
  }

  /// The access key that the file holds; nil when there is no file.
  ///
  /// - Throws: `IdentityError.malformedCredentials` for a file without one.
  package func accessKeyID() throws -> AccessKeyID? {
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
