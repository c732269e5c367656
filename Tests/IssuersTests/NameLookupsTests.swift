import Dispatch
import NIOCore
import NIOPosix
import Testing

@testable import Issuers

@Suite struct NameLookupsTests {
  private let loop = MultiThreadedEventLoopGroup.singleton.next()

  @Test func `names that hang stop nobody until there are too many of them`() async throws {
    let hanging = DispatchSemaphore(value: 0)
    let address = try SocketAddress(ipAddress: "127.0.0.1", port: 443)
    let lookups = NameLookups { host, _ in
      if host == "slow.example.com" { hanging.wait() }
      return [address]
    }
    var slow: [EventLoopFuture<[SocketAddress]>] = []
    for _ in 1..<NameLookups.mostAtOnce { slow.append(lookups.find("slow.example.com", 443, on: loop)) }
    for _ in 0..<3 {
      #expect(try await lookups.find("fast.example.com", 443, on: loop).get() == [address])
    }
    slow.append(lookups.find("slow.example.com", 443, on: loop))
    let refused = ["slow.example.com", "fast.example.com"].map { lookups.find($0, 443, on: loop) }
    for _ in slow + refused { hanging.signal() }
    for future in refused {
      await #expect(throws: IssuerFault.connection("too many names are being looked up")) { try await future.get() }
    }
    for future in slow { #expect(try await future.get() == [address]) }
    #expect(try await lookups.find("fast.example.com", 443, on: loop).get() == [address])
  }

  @Test func `a resolver sorts addresses by their kind`() async throws {
    let addresses = try ["::1", "127.0.0.1", "::2", "127.0.0.2"].map { try SocketAddress(ipAddress: $0, port: 443) }
    let resolver = NameResolver(NameLookups { _, _ in addresses }, on: loop)
    let wide = resolver.initiateAAAAQuery(host: "a.example.com", port: 443)
    let narrow = resolver.initiateAQuery(host: "a.example.com", port: 443)
    #expect(try await wide.get() == [addresses[0], addresses[2]])
    #expect(try await narrow.get() == [addresses[1], addresses[3]])
  }

  @Test func `the host itself is found, and a name that is none is not`() async throws {
    let lookups = NameLookups()
    let found = try await lookups.find("localhost", 8443, on: loop).get()
    #expect(found.contains { $0.ipAddress == "127.0.0.1" && $0.port == 8443 })
    await #expect(throws: IssuerFault.self) { try await lookups.find("", 443, on: loop).get() }
  }
}
