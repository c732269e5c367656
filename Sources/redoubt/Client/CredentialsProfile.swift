import Identity

/// A file in the form of ~/.aws/credentials; its profile `default` is read.
enum CredentialsProfile {
  static func read(_ path: String) throws(CommandFailure) -> AccessKeyCredentials {
    let bytes: [UInt8]
    do { bytes = try HostFile.bytes(path) } catch {
      throw CommandFailure(
        .usage, "cannot read the credentials: \(error): `redoubt serve` writes the administrator's, root may read them")
    }
    let values = profile("default", in: String(decoding: bytes, as: UTF8.self))
    guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
      throw CommandFailure(
        .usage, "`\(path)` has no aws_access_key_id and aws_secret_access_key under [default]: give --credentials FILE")
    }
    return try CallerCredentials.make(id, secret, values["aws_session_token"], from: "`\(path)`")
  }

  /// The `name = value` lines under `[profile]`; later lines win, comments and other sections are passed over.
  static func profile(_ profile: String, in text: String) -> [String: String] {
    var values: [String: String] = [:]
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let line = trimmed(line)
      if line.hasPrefix("["), line.hasSuffix("]") {
        section = trimmed(line.dropFirst().dropLast())
      } else if section == profile, !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
        values[trimmed(line[..<equals])] = trimmed(line[line.index(after: equals)...])
      }
    }
    return values
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
