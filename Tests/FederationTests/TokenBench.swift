import Core
import JSON
import Synchronization

@testable import Federation

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A verifier with one issuer, a clock that the test moves, and keys that count by their names.
final class TokenBench: Sendable {
  static let issuer = "https://issuer.example.com/one"
  static let audience = "sts.amazonaws.com"

  let clock = ManualTimeSource()
  let keys = NamedKeys()
  let issuers: ListedIssuers
  let account: AccountID
  let verifier: WebIdentityVerifier

  init(clientIDs: [String] = [TokenBench.audience]) throws {
    account = try unwrap(AccountID("000000000001"))
    let url = try unwrap(HTTPSURL(Self.issuer))
    let trusted = TrustedIssuer(
      provider: "arn:aws:iam::000000000001:oidc-provider/issuer.example.com/one", url: url, clientIDs: clientIDs,
      thumbprints: ["a"])
    issuers = ListedIssuers(account: account, issuer: trusted)
    verifier = WebIdentityVerifier(issuers: issuers, keys: keys, time: clock)
  }

  /// Claims that count now.
  var claims: [String: JSONValue] {
    let now = clock.wallTime().seconds
    return [
      "iss": .string(Self.issuer), "sub": "job-1", "aud": .string(Self.audience), "iat": .integer(now),
      "exp": .integer(now + 600),
    ]
  }

  /// A token that counts, with other claims in the place of those of the same names.
  func token(
    _ changes: [String: JSONValue?] = [:], header: [String: JSONValue] = ["alg": "RS256", "kid": "key"],
    signature: String = "AAAA"
  ) -> String {
    var claims = claims
    for (name, value) in changes { claims[name] = value }
    return "\(Self.text(.object(header))).\(Self.text(.object(claims))).\(signature)"
  }

  static func text(_ value: JSONValue) -> String { text(value.encoded) }

  static func text(_ bytes: [UInt8]) -> String {
    let padded = Data(bytes).base64EncodedString()
    return String(padded.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" })
  }

  /// What is wrong with the token; nil when it counts.
  func failure(_ token: String) async -> WebIdentityFailure? {
    do throws(WebIdentityFailure) {
      _ = try await verifier.verify(token, for: account)
      return nil
    } catch {
      return error
    }
  }

  func verify(_ token: String) async throws -> VerifiedWebIdentity { try await verifier.verify(token, for: account) }
}

/// Takes any signature by the key `key`, and remembers what it was asked for.
final class NamedKeys: IssuerKeys {
  private let stored = Mutex<[SignedText]>([])
  private let failing = Mutex<WebIdentityFailure?>(nil)

  var asked: [SignedText] { stored.withLock { $0 } }

  func fail(with failure: WebIdentityFailure) { failing.withLock { $0 = failure } }

  func verify(_ signed: SignedText, of source: KeySource, for account: AccountID) async throws(WebIdentityFailure) {
    stored.withLock { $0.append(signed) }
    if let failure = failing.withLock({ $0 }) { throw failure }
    guard signed.keyID == "key" else { throw .unknownKey }
  }
}

final class ListedIssuers: TrustedIssuers {
  private let account: AccountID
  private let trusted: Mutex<[TrustedIssuer]>

  init(account: AccountID, issuer: TrustedIssuer) {
    self.account = account
    trusted = Mutex([issuer])
  }

  func issuer(_ url: String, of account: AccountID) -> TrustedIssuer? {
    guard account == self.account else { return nil }
    return trusted.withLock { $0.first { $0.url.description == url } }
  }

  func forget() { trusted.withLock { $0 = [] } }
}

struct MissingValue: Error {}

func unwrap<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw MissingValue() }
  return value
}
