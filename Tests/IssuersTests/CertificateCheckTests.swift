import Core
import Crypto
import SwiftASN1
import Testing
import X509

@testable import Issuers

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct CertificateCheckTests {
  private let clock = ManualTimeSource()
  private let host = "issuer.example.com"

  private func check(_ authorities: Certificate...) -> CertificateCheck {
    CertificateCheck(authorities: CertificateStore(authorities), time: clock)
  }

  @Test func `a chain leads to an authority, or to the certificate of a thumbprint`() async throws {
    let authority = try Authority(clock)
    let chain = try [authority.server(host), authority.certificate].map(Self.bytes)
    #expect(await check(authority.certificate).accepts(chain, of: host, thumbprints: []))
    #expect(await check(authority.certificate).accepts([chain[0]], of: host, thumbprints: []))
    #expect(await check().accepts(chain, of: host, thumbprints: ["a", try Self.thumbprint(authority.certificate)]))
    #expect(await !check().accepts(chain, of: host, thumbprints: []))
    #expect(await !check().accepts(chain, of: host, thumbprints: [String(repeating: "0", count: 40)]))
    // A server's own is no authority.
    #expect(await !check().accepts([chain[0]], of: host, thumbprints: [Self.thumbprint(of: chain[0])]))
    // It is the last that counts.
    #expect(await !check().accepts([chain[0]], of: host, thumbprints: [try Self.thumbprint(authority.certificate)]))
    #expect(
      await !check().accepts(chain.reversed(), of: host, thumbprints: [try Self.thumbprint(authority.certificate)]))
    #expect(await !check(authority.certificate).accepts([], of: host, thumbprints: []))
    #expect(await !check(authority.certificate).accepts([[0x30, 0]], of: host, thumbprints: []))
  }

  @Test func `whoever only shows a trusted certificate has nothing of it`() async throws {
    let (trusted, own) = (try Authority(clock), try Authority(clock))
    let chain = try [own.server(host), trusted.certificate].map(Self.bytes)
    #expect(await !check(trusted.certificate).accepts(chain, of: host, thumbprints: []))
    #expect(await !check().accepts(chain, of: host, thumbprints: [try Self.thumbprint(trusted.certificate)]))
    let longer = try [own.server(host), own.certificate, trusted.certificate].map(Self.bytes)
    #expect(await !check().accepts(longer, of: host, thumbprints: [try Self.thumbprint(trusted.certificate)]))
  }

  @Test func `name, time and use are looked at in both ways`() async throws {
    let authority = try Authority(clock)
    let thumbprint = try Self.thumbprint(authority.certificate)
    let wrong = [
      try authority.server("other.example.com"), try authority.server("example.com"),
      try authority.server(host, days: -3...(-1)), try authority.server(host, days: 1...3),
      try authority.server(host, use: .clientAuth),
    ]
    for certificate in wrong {
      let chain = try [certificate, authority.certificate].map(Self.bytes)
      #expect(await !check(authority.certificate).accepts(chain, of: host, thumbprints: []))
      #expect(await !check().accepts(chain, of: host, thumbprints: [thumbprint]))
    }
    let chain = try [authority.server(host, days: 0...1), authority.certificate].map(Self.bytes)
    #expect(await check().accepts(chain, of: host, thumbprints: [thumbprint]))
    clock.advance(by: .seconds(2 * 86_400))
    #expect(await !check().accepts(chain, of: host, thumbprints: [thumbprint]))
  }

  @Test func `a server is no authority`() async throws {
    let authority = try Authority(clock)
    let server = try Authority(clock, Issued(constraints: .notCertificateAuthority))
    let chain = try [server.server(host), server.certificate].map(Self.bytes)
    #expect(await !check().accepts(chain, of: host, thumbprints: [try Self.thumbprint(server.certificate)]))
    #expect(await !check(authority.certificate).accepts(chain, of: host, thumbprints: []))
  }

  @Test func `only an authority for servers vouches for one, as the last and in between`() async throws {
    let root = try Authority(clock)
    let fitting: [Issued] = [
      Issued(), Issued(usage: KeyUsage(digitalSignature: true, keyCertSign: true)),
      Issued(uses: [.clientAuth, .serverAuth]), Issued(uses: [.any]),
    ]
    let wrong: [Issued] = [
      Issued(constraints: nil, version: .v1), Issued(constraints: nil), Issued(constraints: .notCertificateAuthority),
      Issued(usage: KeyUsage(digitalSignature: true, cRLSign: true)), Issued(uses: [.clientAuth]),
    ]
    for (issued, isFitting) in fitting.map({ ($0, true) }) + wrong.map({ ($0, false) }) {
      let authority = try Authority(clock, issued, "Between", of: root)
      let chain = try [authority.server(host), authority.certificate].map(Self.bytes)
      let whole = chain + [try Self.bytes(root.certificate)]
      let (top, own) = (try Self.thumbprint(root.certificate), try Self.thumbprint(authority.certificate))
      #expect(await check(root.certificate).accepts(chain, of: host, thumbprints: []) == isFitting)
      #expect(await check().accepts(whole, of: host, thumbprints: [top]) == isFitting)
      #expect(await check().accepts(chain, of: host, thumbprints: [own]) == isFitting)
    }
  }

  @Test func `an authority that is the server itself counts by its thumbprint`() async throws {
    let issued: [(Issued, isFitting: Bool)] = [
      (Issued(host: host), true), (Issued(host: "other.example.com"), false),
      (Issued(constraints: nil, host: host), false),
      (Issued(usage: KeyUsage(digitalSignature: true), host: host), false),
    ]
    for (issued, isFitting) in issued {
      let alone = try Self.bytes(try Authority(clock, issued).certificate)
      #expect(await check().accepts([alone], of: host, thumbprints: [Self.thumbprint(of: alone)]) == isFitting)
      #expect(await !check().accepts([alone], of: host, thumbprints: []))
    }
  }

  @Test func `a chain has six certificates and no more`() async throws {
    let authority = try Authority(clock)
    let own = try Self.bytes(authority.server(host))
    let filling = Array(repeating: try Self.bytes(authority.certificate), count: 5)
    #expect(await check(authority.certificate).accepts([own] + filling, of: host, thumbprints: []))
    #expect(await !check(authority.certificate).accepts([own, filling[0]] + filling, of: host, thumbprints: []))
  }

  private static func bytes(_ certificate: Certificate) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return serializer.serializedBytes
  }

  private static func thumbprint(_ certificate: Certificate) throws -> String {
    thumbprint(of: try bytes(certificate))
  }

  private static func thumbprint(of bytes: [UInt8]) -> String {
    Hexadecimal.encode(Array(Insecure.SHA1.hash(data: bytes)))
  }
}

/// What a certificate of an authority says of itself.
private struct Issued {
  var constraints: BasicConstraints? = .isCertificateAuthority(maxPathLength: nil)
  var usage: KeyUsage?
  var uses: [ExtendedKeyUsage.Usage]?
  var host: String?
  var version = Certificate.Version.v3

  var extensions: Certificate.Extensions {
    get throws {
      try Certificate.Extensions {
        if let constraints { Critical(constraints) }
        if let usage { Critical(usage) }
        if let uses { try ExtendedKeyUsage(uses) }
        if let host { SubjectAlternativeNames([.dnsName(host)]) }
      }
    }
  }
}

private struct Authority {
  let certificate: Certificate
  private let key = P256.Signing.PrivateKey()
  private let name: DistinguishedName
  private let now: Date

  /// - Parameter parent: who signs the certificate; nil: its own key does.
  init(
    _ clock: ManualTimeSource, _ issued: Issued = Issued(), _ name: String = "Authority", of parent: Authority? = nil
  ) throws {
    now = Date(timeIntervalSince1970: Double(clock.wallTime().seconds))
    self.name = try DistinguishedName { CommonName(name) }
    certificate = try Self.make(
      self.name, Certificate.PublicKey(key.publicKey), Certificate.PrivateKey(parent?.key ?? key),
      by: parent?.name ?? self.name, now, days: -10...10, issued.extensions, version: issued.version)
  }

  func server(
    _ host: String, days: ClosedRange<Int> = -1...1, use: ExtendedKeyUsage.Usage = .serverAuth
  ) throws -> Certificate {
    try Self.make(
      try DistinguishedName { CommonName(host) }, Certificate.PublicKey(P256.Signing.PrivateKey().publicKey),
      Certificate.PrivateKey(key), by: name, now, days: days,
      try Certificate.Extensions {
        SubjectAlternativeNames([.dnsName(host)])
        try ExtendedKeyUsage([use])
      })
  }

  private static func make(
    _ subject: DistinguishedName, _ key: Certificate.PublicKey, _ signer: Certificate.PrivateKey,
    by issuer: DistinguishedName, _ now: Date, days: ClosedRange<Int>, _ extensions: Certificate.Extensions,
    version: Certificate.Version = .v3
  ) throws -> Certificate {
    try Certificate(
      version: version, serialNumber: Certificate.SerialNumber(), publicKey: key,
      notValidBefore: now.addingTimeInterval(Double(days.lowerBound) * 86_400),
      notValidAfter: now.addingTimeInterval(Double(days.upperBound) * 86_400), issuer: issuer, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: signer)
  }
}
