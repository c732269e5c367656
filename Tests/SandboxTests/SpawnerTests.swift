import CLinux
import CSpawnerProtocol
import Core
import Glibc
import Testing

@testable import Sandbox

/// The server's side of the protocol, against a peer that the test plays.
struct SpawnerTests {
  @Test func `a start asks by digest and index and hears of the sandbox and of its end`() async throws {
    let peer = try Peer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let exits = Exits()
    async let started = withCheckedContinuation { continuation in
      spawner.start(
        spec, started: { continuation.resume(returning: $0) }, exited: { exits.add($0) })
    }
    let request = try peer.receive(sp_start.self)
    #expect(request.header.type == UInt16(SP_START.rawValue))
    #expect(request.tree.account == 7)
    #expect(request.runtime == 2)
    #expect(request.memory_mib == 128)
    #expect(request.environment_count == 2)
    #expect(Int(request.header.size) == MemoryLayout<sp_start>.size + "A=1\0B=2\0".utf8.count)
    peer.send(started(request.header.request), descriptors: 3)
    let sandbox = try await started.get()
    #expect(sandbox.id.slot == 4)
    peer.send(exited(slot: 4, status: 3 << 8))
    #expect(await exits.first() == SandboxExit(cause: .code(3), oomKills: 1, memoryPeak: 99))
  }

  @Test func `a refusal carries what the spawner says`() async throws {
    let peer = try Peer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    async let result = withCheckedContinuation { continuation in
      spawner.start(spec, started: { continuation.resume(returning: $0) }, exited: { _ in })
    }
    peer.send(failed(try peer.receive(sp_start.self).header.request, SP_FAILURE_UNKNOWN_TREE))
    #expect(throws: SandboxError.unknownTree) { try await result.get() }
  }

  @Test func `what is asked while there is no spawner waits for the next one`() async throws {
    let spawner = Spawner()
    async let result = withCheckedContinuation { continuation in
      spawner.start(spec, started: { continuation.resume(returning: $0) }, exited: { _ in })
    }
    let peer = try Peer()
    spawner.connect(peer.serverEnd)
    peer.send(failed(try peer.receive(sp_start.self).header.request, SP_FAILURE_NO_SLOT))
    #expect(throws: SandboxError.noSlot) { try await result.get() }
  }

  @Test func `when the spawner ends, its sandboxes are lost and its debts are answered`() async throws {
    let peer = try Peer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let exits = Exits()
    async let first = withCheckedContinuation { continuation in
      spawner.start(spec, started: { continuation.resume(returning: $0) }, exited: { exits.add($0) })
    }
    peer.send(started(try peer.receive(sp_start.self).header.request), descriptors: 3)
    _ = try await first.get()
    async let second = withCheckedContinuation { continuation in
      spawner.start(spec, started: { continuation.resume(returning: $0) }, exited: { _ in })
    }
    _ = try peer.receive(sp_start.self)
    peer.close()
    #expect(throws: SandboxError.connectionLost) { try await second.get() }
    #expect(await exits.first().cause == .lost)
  }

  @Test(arguments: [[], [0], [UInt8](repeating: 0xFF, count: 64), [1, 0, 66, 0, 8, 0, 0, 0]] as [[UInt8]])
  func `a message out of form is none`(bytes: [UInt8]) {
    #expect(SpawnerReply(bytes) == nil)
  }

  @Test func `the status of wait is taken apart`() throws {
    let killed = try #require(SpawnerReply(exited(slot: 1, status: 9)))
    guard case .exited(_, _, let exit) = killed else { return #expect(Bool(false)) }
    #expect(exit.cause == .signal(9))
  }

  private let spec: SandboxSpec

  init() throws {
    let account = try #require(AccountID("000000000007"))
    let digest = try #require(Digest(bytes: [UInt8](repeating: 1, count: 32)))
    spec = SandboxSpec(
      tree: CodeTree(account: account, digest: digest), runtime: 2, memoryMiB: 128, ephemeralMiB: 512,
      environment: ["A=1", "B=2"])
  }

  private func started(_ request: UInt64) -> [UInt8] {
    bytes(sp_started(header: header(SP_STARTED, MemoryLayout<sp_started>.size, request), slot: 4, generation: 1))
  }

  private func failed(_ request: UInt64, _ failure: sp_failure) -> [UInt8] {
    var result = sp_result()
    result.header = header(SP_FAILED, MemoryLayout<sp_result>.size, request)
    result.failure = failure.rawValue
    return bytes(result)
  }

  private func exited(slot: UInt32, status: Int32) -> [UInt8] {
    var exited = sp_exited()
    exited.header = header(SP_EXITED, MemoryLayout<sp_exited>.size, 0)
    exited.slot = slot
    exited.generation = 1
    exited.wait_status = status
    exited.oom_kills = 1
    exited.memory_peak = 99
    return bytes(exited)
  }

  private func header(_ type: sp_type, _ size: Int, _ request: UInt64) -> sp_header {
    sp_header(version: UInt16(SP_VERSION), type: UInt16(type.rawValue), size: UInt32(size), request: request)
  }

  private func bytes<Structure: BitwiseCopyable>(_ structure: Structure) -> [UInt8] {
    withUnsafeBytes(of: structure) { Array($0) }
  }
}

/// The spawner's end of a connection.
private struct Peer {
  let serverEnd: OwnedDescriptor
  private let ownEnd: OwnedDescriptor

  init() throws {
    var pair: [Int32] = [-1, -1]
    try #require(clinux_socketpair_seqpacket(&pair) == 0)
    serverEnd = OwnedDescriptor(pair[0])
    ownEnd = OwnedDescriptor(pair[1])
  }

  func receive<Structure: BitwiseCopyable>(_: Structure.Type) throws -> Structure {
    var bytes = [UInt8](repeating: 0, count: Int(SP_MAX_MESSAGE))
    var count: UInt32 = 0
    let size = clinux_receive(ownEnd.borrowed, &bytes, bytes.count, nil, &count)
    try #require(size >= MemoryLayout<Structure>.size)
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Structure.self) }
  }

  /// - Parameter descriptors: how many copies of this socket go with the message.
  func send(_ message: [UInt8], descriptors: Int = 0) {
    let numbers = [Int32](repeating: ownEnd.borrowed, count: descriptors)
    #expect(clinux_send(ownEnd.borrowed, message, message.count, numbers, UInt32(descriptors)) == 0)
  }

  func close() { Glibc.close(ownEnd.take()) }
}

/// Collects ends of sandboxes for a test that waits for the first.
private final class Exits: Sendable {
  private let stream: AsyncStream<SandboxExit>
  private let continuation: AsyncStream<SandboxExit>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func add(_ exit: SandboxExit) { continuation.yield(exit) }

  func first() async -> SandboxExit {
    for await exit in stream { return exit }
    return SandboxExit(cause: .code(-1), oomKills: 0, memoryPeak: 0)
  }
}
