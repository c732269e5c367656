import Core
import Wire

/// The two forms in which a request carries its signature.
extension PresentedSignature {
  /// The query parameters that belong to a signature.
  private static let queryNames: Set<String> = [
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
    "X-Amz-Security-Token",
  ]
  private static let authorizationLimit = 8192
  /// What the header begins with.
  private static let algorithm = CredentialScope.algorithm + " "
  private static let presignedLifetimes: ClosedRange<Int64> = 1...604_800

  /// - Throws: `missingToken` when the request carries neither form; `incompleteSignature` when it carries both, or one
  ///   form badly.
  static func parse(_ head: RequestHead) throws(AuthenticationFailure) -> PresentedSignature {
    let parameters = try signatureParameters(head.query)
    let authorization = try single("Authorization", in: head)
    switch (authorization, parameters.isEmpty) {
    case (nil, true): throw .missingToken
    case (let text?, true): return try fromHeader(text, head)
    case (nil, false): return try fromQuery(parameters, head)
    case (_?, false): throw .incompleteSignature("Only one of the Authorization header and X-Amz query parameters.")
    }
  }

  private static func fromHeader(
    _ text: String, _ head: RequestHead
  ) throws(AuthenticationFailure) -> PresentedSignature {
    guard text.utf8.count <= authorizationLimit else {
      throw .incompleteSignature("The Authorization header is longer than \(authorizationLimit) bytes.")
    }
    guard text.hasPrefix(algorithm) else {
      throw .incompleteSignature("The Authorization header must use the algorithm '\(CredentialScope.algorithm)'.")
    }
    let fields = try HeaderFields.read(text, from: algorithm.utf8.count)
    let date = try single("X-Amz-Date", in: head)
    guard let credential = fields.credential, let signature = fields.signature, let date,
      let signedHeaders = fields.signedHeaders, !fields.hasOthers
    else {
      let missing =
        fields.missing.map { "Authorization header requires '\($0)' parameter." }
        + (date == nil ? ["Authorization header requires existence of a 'X-Amz-Date' header."] : [])
      throw .incompleteSignature(missing.isEmpty ? unknownField : missing.joined(separator: " "))
    }
    return try PresentedSignature(
      credential: credential, signedHeaders: signedHeaders, signature: signature, date: date,
      sessionToken: single("X-Amz-Security-Token", in: head), form: .header)
  }

  private static let unknownField = "Authorization header has a parameter of an unknown name."

  /// The parameters of an Authorization header.
  private struct HeaderFields {
    private static let maxSplits = 8

    private(set) var credential: String?
    private(set) var signature: String?
    private(set) var signedHeaders: String?
    private var others: Set<String> = []

    var hasOthers: Bool { !others.isEmpty }
    var missing: [String] {
      [("Credential", credential), ("Signature", signature), ("SignedHeaders", signedHeaders)]
        .filter { $0.1 == nil }.map(\.0)
    }

    private init() {}

    /// - Parameter start: the place after the algorithm.
    static func read(_ text: String, from start: Int) throws(AuthenticationFailure) -> HeaderFields {
      var fields = HeaderFields()
      if let failure = text.withBytes({ fields.take(all: $0[start...]) }) { throw failure }
      return fields
    }

    /// - Returns: why it is not a list of parameters.
    private mutating func take(all list: Slice<UnsafeBufferPointer<UInt8>>) -> AuthenticationFailure? {
      var rest = list
      for _ in 0..<Self.maxSplits {
        guard let comma = rest.firstIndex(of: UInt8(ascii: ",")) else { break }
        if let failure = take(rest[..<comma]) { return failure }
        rest = rest[(comma + 1)...]
      }
      return take(rest)
    }

    private mutating func take(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> AuthenticationFailure? {
      let isOther = { (byte: UInt8) in byte != UInt8(ascii: " ") }
      guard let first = part.firstIndex(where: isOther), let last = part.lastIndex(where: isOther),
        let end = part[first...last].firstIndex(of: UInt8(ascii: "="))
      else {
        return .incompleteSignature("A part of the Authorization header is not a key=value pair (missing equal-sign).")
      }
      let name = String(decoding: part[first..<end], as: UTF8.self)
      let value = String(decoding: part[...last][(end + 1)...], as: UTF8.self)
      let isNew =
        switch name {
        case "Credential": Self.set(&credential, value)
        case "Signature": Self.set(&signature, value)
        case "SignedHeaders": Self.set(&signedHeaders, value)
        default: others.insert(name).inserted
        }
      return isNew ? nil : .incompleteSignature("A parameter of the Authorization header is there twice.")
    }

    /// - Returns: false when it had a value.
    private static func set(_ field: inout String?, _ value: String) -> Bool {
      guard field == nil else { return false }
      field = value
      return true
    }
  }

  private static func fromQuery(
    _ parameters: [String: String], _ head: RequestHead
  ) throws(AuthenticationFailure) -> PresentedSignature {
    let missing = queryNames.subtracting(["X-Amz-Security-Token"]).subtracting(parameters.keys).sorted()
    guard missing.isEmpty, let credential = parameters["X-Amz-Credential"], let date = parameters["X-Amz-Date"],
      let signature = parameters["X-Amz-Signature"], let signedHeaders = parameters["X-Amz-SignedHeaders"],
      let lifetime = parameters["X-Amz-Expires"]
    else {
      let texts = missing.map { "AWS query-string parameters must include '\($0)'." }
      throw .incompleteSignature(texts.joined(separator: " "))
    }
    guard parameters["X-Amz-Algorithm"] == CredentialScope.algorithm else {
      throw .incompleteSignature("X-Amz-Algorithm must be '\(CredentialScope.algorithm)'.")
    }
    guard let seconds = Int64(lifetime), presignedLifetimes.contains(seconds) else {
      throw .incompleteSignature("X-Amz-Expires must be a number of seconds from 1 to 604800.")
    }
    guard head.header("X-Amz-Security-Token") == nil else {
      throw .incompleteSignature("A presigned request carries its session token in the query only.")
    }
    return try PresentedSignature(
      credential: credential, signedHeaders: signedHeaders, signature: signature, date: date,
      sessionToken: parameters["X-Amz-Security-Token"], form: .query(expiresAfter: .seconds(seconds)))
  }

  private static func signatureParameters(_ query: String) throws(AuthenticationFailure) -> [String: String] {
    if query.isEmpty { return [:] }
    guard let items = QueryParameters(query)?.items else {
      throw .incompleteSignature("The query string is not valid percent-encoding.")
    }
    var parameters: [String: String] = [:]
    for (name, value) in items where queryNames.contains(name) {
      guard parameters.updateValue(value, forKey: name) == nil else {
        throw .incompleteSignature("A query-string parameter of the signature is there twice.")
      }
    }
    return parameters
  }

  private static func single(_ name: String, in head: RequestHead) throws(AuthenticationFailure) -> String? {
    var found: String?
    for header in head.headers where header.name.equalsIgnoringASCIICase(name) {
      guard found == nil else { throw .incompleteSignature("The header '\(name)' is there twice.") }
      found = header.value
    }
    return found
  }
}
