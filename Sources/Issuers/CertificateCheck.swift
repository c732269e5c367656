import Core
import Crypto
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Whether the certificates that a server presents prove that it is the host.
///
/// They lead to one of the authorities, or to the last of them, if its SHA-1 digest is one of the account's thumbprints
/// (IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider"). Times, names, uses and signatures are
/// checked in both cases: whoever only shows a certificate that somebody else trusts has nothing of it.
struct CertificateCheck: Sendable {
  private let authorities: CertificateStore
  private let time: any TimeSource

  /// More could be arranged so that the ways through them are without end.
  private static let mostCertificates = 6

  init(authorities: CertificateStore = .systemTrustRoots, time: any TimeSource) {
    self.authorities = authorities
    self.time = time
  }

  /// - Parameters:
  ///   - chain: in DER, as presented: the server's own first.
  ///   - thumbprints: in lower-case hexadecimal digits.
  func accepts(_ chain: [[UInt8]], of host: String, thumbprints: [String]) async -> Bool {
    guard chain.count <= Self.mostCertificates, let last = chain.last,
      let certificates = try? chain.map({ try Certificate(derEncoded: $0) }), let own = certificates.first,
      let top = certificates.last, Self.isForServers(own)
    else { return false }
    if await leads(own, by: certificates, to: authorities, host) { return true }
    let digest = Hexadecimal.encode(Array(Insecure.SHA1.hash(data: last)))
    guard thumbprints.contains(digest), Self.mayIssue(top) else { return false }
    return await leads(own, by: certificates, to: CertificateStore([top]), host)
  }

  private func leads(
    _ own: Certificate, by chain: [Certificate], to authorities: CertificateStore, _ host: String
  ) async -> Bool {
    let now = Date(timeIntervalSince1970: Double(time.wallTime().milliseconds) / 1000)
    var verifier = Verifier(rootCertificates: authorities) {
      RFC5280Policy(fixedExpiryValidationTime: now)
      ServerIdentityPolicy(serverHostname: host, serverIP: nil)
    }
    let issuers = chain.dropFirst().filter(Self.mayIssue)
    switch await verifier.validate(leaf: own, intermediates: CertificateStore(issuers)) {
    case .validCertificate: return true
    case .couldNotValidate: return false
    }
  }

  /// Whether it may vouch for servers (RFC 5280 sections 4.2.1.3 and 4.2.1.9). `RFC5280Policy` lets those of version 1
  /// vouch, which cannot say whether they may, and does not look at their uses.
  private static func mayIssue(_ certificate: Certificate) -> Bool {
    do {
      guard certificate.version == .v3, case .isCertificateAuthority? = try certificate.extensions.basicConstraints
      else { return false }
      return try certificate.extensions.keyUsage?.keyCertSign ?? true && isForServers(certificate)
    } catch {
      return false
    }
  }

  /// A certificate that says what it is for must say this (RFC 5280 section 4.2.1.12).
  private static func isForServers(_ certificate: Certificate) -> Bool {
    do {
      guard let uses = try certificate.extensions.extendedKeyUsage else { return true }
      return uses.contains(.serverAuth) || uses.contains(.any)
    } catch {
      return false
    }
  }
}
