import CLinux
import CSpawnerProtocol
package import Core
import Synchronization

/// The server's side of the spawner: asks for sandboxes and unpacked code, and hears when sandboxes end.
///
/// Outlives the spawner process: what is asked while there is none waits for the next one, and every sandbox of a
/// spawner that ended is reported as lost.
package final class Spawner: Sendable {
  package typealias Started = @Sendable (Result<StartedSandbox, SandboxError>) -> Void
  package typealias Exited = @Sendable (SandboxExit) -> Void
  /// Told whether the sandbox is as it was when its baseline was noted, or can be brought back to it.
  package typealias Cleaned = @Sendable (_ isClean: Bool) -> Void

  /// Packages that are unpacked at once, while one is compiled; one more is refused.
  package static let unpackPlaces = Int(SP_UNPACK_PLACES) - 1
  /// Lines of the stock.
  package static let stockLines = Int(SP_MAX_STOCKS)
  /// Sandboxes that are ready at once, of all lines together.
  package static let stockPlaces = Int(SP_STOCK_PLACES)
  /// How many descriptors it may hold for so many sandboxes.
  package static func openFiles(sandboxes: Int) -> Int { Int(SP_OWN_FILES) + sandboxes * Int(SP_FILES_OF_A_SANDBOX) }

  fileprivate enum Pending {
    case start(Started, Exited)
    case tree(@Sendable (Result<UnpackedTree, SandboxError>) -> Void)
  }

  private struct State {
    var connection: SpawnerConnection?
    var epoch: UInt64 = 0
    var lastRequest: UInt64 = 0
    var pending: [UInt64: (request: Pending, epoch: UInt64)] = [:]
    var running: [SandboxID: Exited] = [:]
    var cleaning: [SandboxID: Cleaned] = [:]
    var waiting: [(message: [UInt8], descriptor: OwnedDescriptor?)] = []
    /// Messages that define the stock, by line; each spawner is told.
    var stock: [Int: [UInt8]] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())

  package init() {}

  /// Takes over the socket of a spawner that has just been started; an earlier one counts as ended.
  package func connect(_ socket: OwnedDescriptor) {
    let (connection, previous, waiting) = state.withLock { state in
      state.epoch += 1
      let connection = SpawnerConnection(socket: socket, epoch: state.epoch)
      let previous = state.connection
      state.connection = connection
      defer { state.waiting = [] }
      state.stock.values.forEach { connection.send($0) }
      return (connection, previous, state.waiting)
    }
    if let previous {
      previous.shutDown()
      lost(previous.epoch)
    }
    waiting.forEach { connection.send($0.message, $0.descriptor) }
    connection.receive(
      deliver: { [weak self] reply, descriptors in
        self?.deliver(reply, descriptors, epoch: connection.epoch) ?? false
      },
      lost: { [weak self] in self?.lost(connection.epoch) })
  }

  /// Counts the spawners that have been connected: what an earlier one had unpacked is gone.
  package var epoch: UInt64 { state.withLock { $0.epoch } }

  /// Starts a sandbox. Both callbacks come from a thread of the connection and must not block.
  ///
  /// - Parameters:
  ///   - started: called once.
  ///   - exited: called once after a successful start.
  package func start(_ spec: SandboxSpec, started: @escaping Started, exited: @escaping Exited) {
    guard SpawnerMessage.isWithinBounds(spec) else { return started(.failure(.invalidRequest)) }
    request(.start(started, exited)) { SpawnerMessage.start(spec, request: $0) }
  }

  /// Has the spawner keep sandboxes ready, this one and those to come. What is the same as before is not said again.
  ///
  /// - Parameters:
  ///   - number: less than `stockLines`.
  ///   - count: at most `stockPlaces`.
  package func keepReady(_ count: Int, of line: StockLine, as number: Int) {
    let message = SpawnerMessage.stock(number, line, count: count)
    state.withLock { state in
      if state.stock.updateValue(message, forKey: number) != message { state.connection?.send(message) }
    }
  }

  /// Unpacks a package in a throwaway sandbox. Asking again for a known tree answers at once.
  package func unpack(_ tree: ArtifactID, zip: [UInt8], limits: UnpackLimits) async throws(SandboxError) -> UnpackedTree
  {
    let file = clinux_memfd("package", zip, zip.count)
    guard file >= 0 else { throw .system(step: "memfd_create", errorNumber: -file) }
    let descriptor = OwnedDescriptor(file)
    let result = await withCheckedContinuation { continuation in
      request(.tree { continuation.resume(returning: $0) }, descriptor) {
        SpawnerMessage.unpack(tree, zipSize: zip.count, limits: limits, request: $0)
      }
    }
    return try result.get()
  }

  /// Has a runtime compile code in a throwaway sandbox, as far as it can and there is room. One at a time.
  ///
  /// - Parameters:
  ///   - tree: of the code's account; what comes out is called that.
  ///   - runtime: index into the spawner's table; not one that has no compiler.
  ///   - completion: called once, from a thread of the connection.
  package func compile(
    _ code: ArtifactID, into tree: ArtifactID, by runtime: Int, limits: UnpackLimits,
    completion: @escaping @Sendable (Result<UnpackedTree, SandboxError>) -> Void
  ) {
    request(.tree(completion)) {
      SpawnerMessage.compile(code, into: tree, runtime: runtime, limits: limits, request: $0)
    }
  }

  /// Says that the init phase is over: from now on the CPU quota of the sandbox applies.
  package func settle(_ id: SandboxID) { send(SpawnerMessage.slot(SP_SETTLE, id), to: id.epoch) }

  /// Ends a sandbox with its whole process tree; `exited` follows.
  package func kill(_ id: SandboxID) { send(SpawnerMessage.slot(SP_KILL, id), to: id.epoch) }

  /// The same of one that is not frozen and whose control group's files are all closed: the group may become another's.
  package func dismiss(_ id: SandboxID) { send(SpawnerMessage.slot(SP_DISMISS, id), to: id.epoch) }

  /// Makes what is in the sandbox now that to which `restore` goes back. Once, while its runtime waits for work.
  ///
  /// - Parameter cleaned: called once, from a thread of the connection, unless the sandbox ends before.
  package func noteBaseline(of id: SandboxID, cleaned: @escaping Cleaned) { clean(SP_BASELINE, id, cleaned) }

  /// Removes the processes and files that came since the baseline. One at a time for one sandbox.
  ///
  /// - Parameter cleaned: as for `noteBaseline`.
  package func restore(_ id: SandboxID, cleaned: @escaping Cleaned) { clean(SP_RESTORE, id, cleaned) }

  /// Drops unpacked code; sandboxes that run with it keep it.
  package func forget(_ tree: ArtifactID) {
    state.withLock { $0.connection }?.send(SpawnerMessage.forget(tree))
  }

  /// Waits for no further spawner: what was asked of the next one fails, now and from now on.
  package func close() {
    let unanswered = state.withLock { state -> [Pending] in
      state.isClosed = true
      state.waiting = []
      guard state.connection == nil else { return [] }
      defer { state.pending = [:] }
      return state.pending.values.map(\.request)
    }
    unanswered.forEach { $0.fail(.connectionLost) }
  }

  private func clean(_ type: sp_type, _ id: SandboxID, _ cleaned: @escaping Cleaned) {
    // A sandbox that is gone would never be answered for, and is told of by its `exited`.
    let isRunning = state.withLock { state in
      guard state.running[id] != nil else { return false }
      state.cleaning[id] = cleaned
      return true
    }
    if isRunning { send(SpawnerMessage.slot(type, id), to: id.epoch) }
  }

  private func send(_ message: [UInt8], to epoch: UInt64) {
    guard let connection = state.withLock({ $0.connection }), connection.epoch == epoch else { return }
    connection.send(message)
  }

  private func request(_ pending: Pending, _ descriptor: OwnedDescriptor? = nil, _ message: (UInt64) -> [UInt8]) {
    let isTaken = state.withLock { state in
      guard !state.isClosed || state.connection != nil else { return false }
      state.lastRequest += 1
      // What waits goes to the next spawner.
      state.pending[state.lastRequest] = (pending, state.connection?.epoch ?? state.epoch + 1)
      let bytes = message(state.lastRequest)
      // Sent under the lock so that a connection that is lost meanwhile finds the request among the pending ones.
      if let connection = state.connection {
        connection.send(bytes, descriptor)
      } else {
        state.waiting.append((bytes, descriptor))
      }
      return true
    }
    if !isTaken { pending.fail(.connectionLost) }
  }

  /// - Returns: false when the spawner broke the protocol.
  private func deliver(_ reply: SpawnerReply, _ descriptors: [OwnedDescriptor], epoch: UInt64) -> Bool {
    switch reply {
    case .unpacked(let request, let tree): answer(request, .success(tree))
    case .failed(let request, let error): fail(request, error)
    case .started(let request, let slot, let generation, let groupFiles, let wasParked):
      started(
        request, SandboxID(slot: slot, generation: generation, epoch: epoch), descriptors, groupFiles, wasParked)
    case .exited(let slot, let generation, let exit):
      exited(SandboxID(slot: slot, generation: generation, epoch: epoch), exit)
    case .cleaned(let slot, let generation, let isClean):
      cleaned(SandboxID(slot: slot, generation: generation, epoch: epoch), isClean)
    }
  }

  private func answer(_ request: UInt64, _ result: Result<UnpackedTree, SandboxError>) -> Bool {
    guard case .tree(let completion)? = state.withLock({ $0.pending.removeValue(forKey: request)?.request }) else {
      return false
    }
    completion(result)
    return true
  }

  private func fail(_ request: UInt64, _ error: SandboxError) -> Bool {
    guard let pending = state.withLock({ $0.pending.removeValue(forKey: request)?.request }) else { return false }
    pending.fail(error)
    return true
  }

  private func started(
    _ request: UInt64, _ id: SandboxID, _ descriptors: [OwnedDescriptor], _ groupFiles: Int, _ wasParked: Bool
  ) -> Bool {
    let pending = state.withLock { state -> Pending? in
      let pending = state.pending.removeValue(forKey: request)?.request
      if case .start(_, let exited)? = pending { state.running[id] = exited }
      return pending
    }
    guard case .start(let completion, _)? = pending,
      let sandbox = StartedSandbox(id: id, descriptors: descriptors, groupFiles: groupFiles, wasParked: wasParked)
    else { return false }
    completion(.success(sandbox))
    return true
  }

  private func exited(_ id: SandboxID, _ exit: SandboxExit) -> Bool {
    let handler = state.withLock { state in
      state.cleaning[id] = nil
      return state.running.removeValue(forKey: id)
    }
    guard let handler else { return false }
    handler(exit)
    return true
  }

  private func cleaned(_ id: SandboxID, _ isClean: Bool) -> Bool {
    guard let handler = state.withLock({ $0.cleaning.removeValue(forKey: id) }) else { return false }
    handler(isClean)
    return true
  }

  /// The spawner of that epoch ended: its sandboxes are gone, and so are the answers it owed.
  private func lost(_ epoch: UInt64) {
    let (pending, running) = state.withLock { state -> ([Pending], [Exited]) in
      let gone = state.running.filter { $0.key.epoch == epoch }
      for id in gone.keys { (state.running[id], state.cleaning[id]) = (nil, nil) }
      let unanswered = state.pending.filter { $0.value.epoch == epoch }
      unanswered.keys.forEach { state.pending[$0] = nil }
      if state.connection?.epoch == epoch { state.connection = nil }
      return (unanswered.values.map(\.request), Array(gone.values))
    }
    pending.forEach { $0.fail(.connectionLost) }
    running.forEach { $0(SandboxExit(cause: .lost, oomKills: 0, memoryPeak: nil)) }
  }
}

extension StartedSandbox {
  /// - Returns: nil unless the descriptors are those of the protocol.
  fileprivate init?(id: SandboxID, descriptors: [OwnedDescriptor], groupFiles: Int, wasParked: Bool) {
    guard descriptors.count == Int(SP_STARTED_DESCRIPTORS_ALONE) + groupFiles else { return nil }
    self.init(
      id: id, listener: descriptors[0], localListener: descriptors[4],
      platformListener: descriptors[5], log: descriptors[1], temporary: descriptors[2],
      sharedMemory: descriptors[3],
      group: SandboxGroup(descriptors.dropFirst(Int(SP_STARTED_DESCRIPTORS_ALONE))), wasParked: wasParked)
  }
}

extension SandboxGroup {
  /// - Returns: nil without descriptors.
  fileprivate init?(_ descriptors: ArraySlice<OwnedDescriptor>) {
    guard let first = descriptors.first, let second = descriptors.dropFirst().first else { return nil }
    self.init(memoryPeak: first, directory: second, freezer: descriptors.dropFirst(2).first)
  }
}

extension Spawner.Pending {
  fileprivate func fail(_ error: SandboxError) {
    switch self {
    case .start(let completion, _): completion(.failure(error))
    case .tree(let completion): completion(.failure(error))
    }
  }
}
