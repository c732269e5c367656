import CLinux
import CSpawnerProtocol
import Core
import Glibc
import Testing

@testable import Sandbox

/// The server's side of the protocol, against a peer that the test plays.
struct SpawnerTests {
  private typealias Answer = Result<StartedSandbox, SandboxError>

  @Test func `a start asks by digest and index and hears of the sandbox and of its end`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let (answers, exits) = (Mailbox<Answer>(), Mailbox<SandboxExit>())
    spawner.start(spec, started: answers.add, exited: exits.add)
    let request = try peer.receive(sp_start.self)
    #expect(request.header.type == UInt16(SP_START.rawValue))
    #expect(request.tree.account == 7)
    #expect(request.runtime == 2)
    #expect(request.memory_mib == 128)
    #expect(request.environment_count == 2)
    #expect(Int(request.header.size) == MemoryLayout<sp_start>.size + "A=1\0B=2\0".utf8.count)
    peer.send(startedMessage(request.header.request), descriptors: 8)
    let sandbox = try #require(try await answers.first()?.get())
    #expect(sandbox.id.slot == 4)
    #expect(try #require(sandbox.group).freezer == nil)
    peer.send(exited(slot: 4, status: 3 << 8))
    #expect(await exits.first() == SandboxExit(cause: .code(3), oomKills: 1, memoryPeak: 99))
  }

  @Test func `what a spawner that does not read has no room for reaches it later, in order`() throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    func ask(_ count: Int) {
      for _ in 0..<count { spawner.start(spec, started: { _ in }, exited: { _ in }) }
    }
    func requests(_ count: Int) throws -> [UInt64] {
      try (0..<count).map { _ in try peer.receive(sp_start.self).header.request }
    }
    ask(1000)
    let first = try requests(500)
    ask(1000)
    #expect(try first + requests(1500) == Array(1...2000))
  }

  @Test func `layers are asked for by digest in their order, and the rest is empty`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    spawner.start(try specification(layers: [3, 9]), started: { _ in }, exited: { _ in })
    let request = try peer.receive(sp_start.self)
    #expect(request.layer_count == 2)
    #expect((request.layers.0.digest.0, request.layers.1.digest.31) == (3, 9))
    #expect((request.layers.0.account, request.layers.1.account, request.layers.2.account) == (7, 7, 0))
  }

  @Test func `more layers than the protocol has are not asked for`() async throws {
    let answers = Mailbox<Answer>()
    Spawner().start(try specification(layers: [1, 2, 3, 4, 5, 6]), started: answers.add, exited: { _ in })
    #expect(await answers.first()?.failure == .invalidRequest)
  }

  @Test func `what was compiled is asked for beside its code`() throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    spawner.start(spec, started: { _ in }, exited: { _ in })
    let without = try peer.receive(sp_start.self)
    #expect((without.has_compiled, without.compiled.account, without.compiled.digest.0) == (0, 0, 0))
    spawner.start(try specification(compiled: 5), started: { _ in }, exited: { _ in })
    let with = try peer.receive(sp_start.self)
    #expect((with.has_compiled, with.compiled.account, with.compiled.digest.0) == (1, 7, 5))
    #expect(with.tree.digest.0 == 1)
  }

  @Test func `a compiler is told what of and into what, and how much`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let answers = Mailbox<Result<UnpackedTree, SandboxError>>()
    let compiled = try #require(try specification(compiled: 5).compiled)
    spawner.compile(spec.tree, into: compiled, by: 2, limits: .init(bytes: 9, entries: 8), completion: answers.add)
    let request = try peer.receive(sp_compile.self)
    #expect(request.header.type == UInt16(SP_COMPILE.rawValue))
    #expect((request.code.digest.0, request.tree.digest.0, request.tree.account) == (1, 5, 7))
    #expect((request.runtime, request.maximum_bytes, request.maximum_entries) == (2, 9, 8))
    peer.send(failed(request.header.request, SP_FAILURE_TIMEOUT))
    #expect(await answers.first()?.failure == .timeout)
  }

  @Test func `a host without control groups gives six descriptors`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let answers = Mailbox<Answer>()
    spawner.start(spec, started: answers.add, exited: { _ in })
    let request = try peer.receive(sp_start.self).header.request
    peer.send(startedMessage(request, hasGroup: 0), descriptors: 6)
    #expect(try #require(try await answers.first()?.get()).group == nil)
  }

  @Test func `a host that can freeze gives one more`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let answers = Mailbox<Answer>()
    spawner.start(spec, started: answers.add, exited: { _ in })
    let request = try peer.receive(sp_start.self).header.request
    peer.send(startedMessage(request, canFreeze: 1), descriptors: 9)
    #expect(try #require(try await answers.first()?.get()).group?.freezer != nil)
  }

  @Test(arguments: [(0, 0, 8), (1, 0, 6), (1, 0, 7), (1, 0, 9), (1, 1, 8), (0, 1, 9)] as [(UInt32, UInt32, Int)])
  func `another number of descriptors ends the connection`(
    hasGroup: UInt32, canFreeze: UInt32, count: Int
  ) async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    spawner.start(spec, started: { _ in }, exited: { _ in })
    let unanswered = Mailbox<Answer>()
    spawner.start(spec, started: unanswered.add, exited: { _ in })
    let request = try peer.receive(sp_start.self).header.request
    peer.send(startedMessage(request, hasGroup: hasGroup, canFreeze: canFreeze), descriptors: count)
    #expect(await unanswered.first()?.failure == .connectionLost)
  }

  @Test(arguments: [(SP_BASELINE, 1), (SP_RESTORE, 0)] as [(sp_type, UInt32)])
  func `a clean-up names the sandbox and hears whether it is clean`(type: sp_type, isClean: UInt32) async throws {
    let (peer, spawner, sandbox) = try await started()
    let answers = Mailbox<Bool>()
    if type == SP_BASELINE {
      spawner.noteBaseline(of: sandbox.id, cleaned: answers.add)
    } else {
      spawner.restore(sandbox.id, cleaned: answers.add)
    }
    let request = try peer.receive(sp_slot.self)
    #expect(request.header.type == UInt16(type.rawValue))
    #expect((request.slot, request.generation) == (4, 1))
    peer.send(cleaned(slot: 4, isClean: isClean))
    #expect(await answers.first() == (isClean == 1))
  }

  @Test func `an answer to a clean-up that nobody asked for ends the connection`() async throws {
    let (peer, spawner, _) = try await started()
    let unanswered = Mailbox<Answer>()
    spawner.start(spec, started: unanswered.add, exited: { _ in })
    peer.send(cleaned(slot: 4, isClean: 1))
    #expect(await unanswered.first()?.failure == .connectionLost)
  }

  @Test func `a sandbox that is gone is not asked to be cleaned`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let (answers, exits) = (Mailbox<Answer>(), Mailbox<SandboxExit>())
    spawner.start(spec, started: answers.add, exited: exits.add)
    peer.send(startedMessage(try peer.receive(sp_start.self).header.request), descriptors: 8)
    let sandbox = try #require(try await answers.first()?.get())
    peer.send(exited(slot: 4, status: 0))
    _ = await exits.first()
    spawner.restore(sandbox.id, cleaned: { _ in })
    spawner.settle(sandbox.id)
    #expect(try peer.receive(sp_slot.self).header.type == UInt16(SP_SETTLE.rawValue))
  }

  @Test func `a refusal carries what the spawner says`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let answers = Mailbox<Answer>()
    spawner.start(spec, started: answers.add, exited: { _ in })
    peer.send(failed(try peer.receive(sp_start.self).header.request, SP_FAILURE_UNKNOWN_TREE))
    #expect(await answers.first()?.failure == .unknownTree)
  }

  @Test func `what is asked while there is no spawner waits for the next one`() async throws {
    let spawner = Spawner()
    let answers = Mailbox<Answer>()
    spawner.start(spec, started: answers.add, exited: { _ in })
    let peer = try SpawnerPeer()
    spawner.connect(peer.serverEnd)
    peer.send(failed(try peer.receive(sp_start.self).header.request, SP_FAILURE_NO_SLOT))
    #expect(await answers.first()?.failure == .noSlot)
  }

  @Test func `when the spawner ends, its sandboxes are lost and its debts are answered`() async throws {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let (answers, exits) = (Mailbox<Answer>(), Mailbox<SandboxExit>())
    spawner.start(spec, started: answers.add, exited: exits.add)
    peer.send(startedMessage(try peer.receive(sp_start.self).header.request), descriptors: 8)
    _ = try #require(try await answers.first()?.get())
    let unanswered = Mailbox<Answer>()
    spawner.start(spec, started: unanswered.add, exited: { _ in })
    _ = try peer.receive(sp_start.self)
    peer.close()
    #expect(await unanswered.first()?.failure == .connectionLost)
    #expect(await exits.first()?.cause == .lost)
  }

  @Test(arguments: [["A"], ["=1"], ["A=\0"], [String(repeating: "A=1", count: 9000)]])
  func `an environment that the spawner would not take is refused before it is sent`(strings: [String]) async throws {
    try await expectRefusal(of: strings)
  }

  @Test func `more variables than the protocol has room for are refused before they are sent`() async throws {
    try await expectRefusal(of: (0..<513).map { "A\($0)=1" })
  }

  @Test func `after it was closed nothing waits for a spawner that will not come`() async throws {
    let spawner = Spawner()
    let (before, after) = (Mailbox<Answer>(), Mailbox<Answer>())
    spawner.start(spec, started: before.add, exited: { _ in })
    spawner.close()
    spawner.start(spec, started: after.add, exited: { _ in })
    #expect(await before.first()?.failure == .connectionLost)
    #expect(await after.first()?.failure == .connectionLost)
  }

  private func expectRefusal(of strings: [String]) async throws {
    let answers = Mailbox<Answer>()
    let bad = SandboxSpec(tree: spec.tree, runtime: 0, memoryMiB: 128, ephemeralMiB: 512, environment: strings)
    Spawner().start(bad, started: answers.add, exited: { _ in })
    #expect(await answers.first()?.failure == .invalidRequest)
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
      tree: ArtifactID(account: account, digest: digest), runtime: 2, memoryMiB: 128, ephemeralMiB: 512,
      environment: ["A=1", "B=2"])
  }

  /// Each byte is what a digest is made of.
  private func specification(layers: [UInt8] = [], compiled: UInt8? = nil) throws -> SandboxSpec {
    func artifact(_ byte: UInt8) throws -> ArtifactID {
      ArtifactID(account: spec.tree.account, digest: try #require(Digest(bytes: [UInt8](repeating: byte, count: 32))))
    }
    return SandboxSpec(
      tree: spec.tree, compiled: try compiled.map(artifact), layers: try layers.map(artifact), runtime: 2,
      memoryMiB: 128, ephemeralMiB: 512, environment: [])
  }

  private func started() async throws -> (SpawnerPeer, Spawner, StartedSandbox) {
    let peer = try SpawnerPeer()
    let spawner = Spawner()
    spawner.connect(peer.serverEnd)
    let answers = Mailbox<Answer>()
    spawner.start(spec, started: answers.add, exited: { _ in })
    peer.send(startedMessage(try peer.receive(sp_start.self).header.request), descriptors: 8)
    return (peer, spawner, try #require(try await answers.first()?.get()))
  }

  private func startedMessage(_ request: UInt64, hasGroup: UInt32 = 1, canFreeze: UInt32 = 0) -> [UInt8] {
    bytes(
      sp_started(
        header: header(SP_STARTED, MemoryLayout<sp_started>.size, request), slot: 4, generation: 1,
        has_group: hasGroup, can_freeze: canFreeze, was_parked: 0, reserved: 0))
  }

  private func cleaned(slot: UInt32, isClean: UInt32) -> [UInt8] {
    bytes(
      sp_cleaned(
        header: header(SP_CLEANED, MemoryLayout<sp_cleaned>.size, 0), slot: slot, generation: 1, is_clean: isClean,
        reserved: 0))
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

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
