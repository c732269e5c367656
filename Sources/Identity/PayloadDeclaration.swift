import Wire

/// Whether a service takes requests whose body is not signed.
package enum PayloadRule: Hashable, Sendable {
  /// The body's hash is always checked.
  case signed
  /// The client may declare `UNSIGNED-PAYLOAD`.
  case unsignedAllowed
}

/// What `X-Amz-Content-Sha256` says of the body.
enum PayloadDeclaration: Hashable, Sendable {
  /// No header: the hash is part of the signature all the same.
  case none
  case digest(String)
  case unsigned

  static let unsignedText = "UNSIGNED-PAYLOAD"

  init(_ head: RequestHead, rule: PayloadRule) throws(AuthenticationFailure) {
    let values = head.headerValues("X-Amz-Content-Sha256")
    guard let text = values.first else {
      self = .none
      return
    }
    guard values.count == 1 else { throw .incompleteSignature("The header 'X-Amz-Content-Sha256' is there twice.") }
    if text == Self.unsignedText, rule == .unsignedAllowed {
      self = .unsigned
      return
    }
    let isDigest =
      text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard isDigest else {
      throw .incompleteSignature("X-Amz-Content-Sha256 must be the SHA-256 of the body as 64 hexadecimal digits.")
    }
    self = .digest(text)
  }
}
