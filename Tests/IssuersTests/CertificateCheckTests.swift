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
    let server = try Authority(clock, isAuthority: false)
    let chain = try [server.server(host), server.certificate].map(Self.bytes)
    #expect(await !check().accepts(chain, of: host, thumbprints: [try Self.thumbprint(server.certificate)]))
    #expect(await !check(authority.certificate).accepts(chain, of: host, thumbprints: []))
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

private struct Authority {
  let certificate: Certificate
  private let key = P256.Signing.PrivateKey()
  private let name: DistinguishedName
  private let now: Date

  init(_ clock: ManualTimeSource, isAuthority: Bool = true) throws {
    now = Date(timeIntervalSince1970: Double(clock.wallTime().seconds))
    name = try DistinguishedName { CommonName("Authority") }
    let key = Certificate.PublicKey(key.publicKey)
    certificate = try Self.make(
      name, key, Certificate.PrivateKey(self.key), by: name, now, days: -10...10,
      try Certificate.Extensions {
        Critical(isAuthority ? BasicConstraints.isCertificateAuthority(maxPathLength: nil) : .notCertificateAuthority)
      })
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
    by issuer: DistinguishedName, _ now: Date, days: ClosedRange<Int>, _ extensions: Certificate.Extensions
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key,
      notValidBefore: now.addingTimeInterval(Double(days.lowerBound) * 86_400),
      notValidAfter: now.addingTimeInterval(Double(days.upperBound) * 86_400), issuer: issuer, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: signer)
  }
}
