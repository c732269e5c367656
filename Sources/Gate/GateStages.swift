import Authorization
package import Core
package import Identity
import Wire

/// Everything that the handlers of a listener's connections share, and the stages that a request's head passes.
///
/// The order is: strictness of the protocol (`RequestRules`), route, authentication, size, budget. Who cannot
/// authenticate learns which operations exist, which is in AWS's public models, but no limit and no load of this
/// server, and is turned away before a byte of the body is taken. Where the client did not declare its body's hash
/// (botocore does not), the head proves only that it names a key that exists: such a client, too, is told of a limit
/// on bodies, and its body counts against the budget until the signature is verified.
///
/// Operations whose credential is in the body take requests that are not signed: a small form, which counts against a
/// part of the budget until its operation is known, and waits in a queue of its own.
package struct GateStages: Sendable {
  let table: ServiceTable
  private(set) var verifier: SignatureVerifier
  let region: Region
  private(set) var runner: ControlOperationRunner
  /// Of requests that are not signed: strangers do not keep others waiting.
  private(set) var unsignedRunner: ControlOperationRunner
  private(set) var limits: GateLimits
  package private(set) var counters: GateCounters
  package private(set) var budget: ByteBudget
  /// The part of `budget` that requests which are not signed may take: they leave the others theirs.
  private(set) var unsignedBudget: ByteBudget
  let clock: any TimeSource
  let random: any RandomSource
  let access: AccessSink
  /// The function inside whose environment the listener is; nil for one of the host's network.
  private(set) var inside: ARN?
  private var meter: RequestMeter?

  /// - Parameters:
  ///   - region: of every service in the table; signatures must be scoped to it.
  ///   - unsignedRunner: for operations whose credential is in the body.
  ///   - clock: for the `Date` header and the durations of access records.
  ///   - random: for request ids.
  ///   - access: hears of every request that was answered, refused or left. Called on event loops.
  package init(
    table: ServiceTable, verifier: SignatureVerifier, region: Region, runner: ControlOperationRunner,
    unsignedRunner: ControlOperationRunner, limits: GateLimits, counters: GateCounters, clock: any TimeSource,
    random: any RandomSource,
    access: @escaping AccessSink
  ) {
    self.table = table
    self.verifier = verifier
    self.region = region
    self.runner = runner
    self.unsignedRunner = unsignedRunner
    self.limits = limits
    self.counters = counters
    self.clock = clock
    self.random = random
    self.access = access
    meter = limits.requestRate.map { RequestMeter($0) }
    budget = ByteBudget(limit: limits.unauthenticatedBytes)
    unsignedBudget = Self.unsignedBudget(of: table, within: budget)
  }

  /// The same for a listener inside an environment of a function.
  ///
  /// - Parameters:
  ///   - within: what the listeners of the function's environments share.
  ///   - runner: for its control operations.
  ///   - unsignedRunner: for operations whose credential is in the body.
  func inside(
    _ function: ARN, limits: GateLimits, counters: GateCounters, within budget: ByteBudget,
    runner: ControlOperationRunner, unsignedRunner: ControlOperationRunner
  ) -> GateStages {
    var stages = self
    stages.inside = function
    stages.verifier = verifier.withoutDevelopmentPair
    stages.limits = limits
    stages.counters = counters
    stages.runner = runner
    stages.unsignedRunner = unsignedRunner
    stages.meter = limits.requestRate.map { RequestMeter($0) }
    stages.budget = ByteBudget(limit: limits.unauthenticatedBytes, within: budget)
    stages.unsignedBudget = Self.unsignedBudget(of: table, within: stages.budget)
    return stages
  }

  /// Room for one body in any case.
  private static func unsignedBudget(of table: ServiceTable, within budget: ByteBudget) -> ByteBudget {
    ByteBudget(limit: max(budget.limit / 8, table.unsignedBodyLimit), within: budget)
  }

  /// Counts a body like requests, one for each 64 KiB: to hash it is work.
  func takeBody(_ length: Int) { meter?.take(length >> 16, at: clock.monotonicTime()) }

  /// Counts a request, whatever it turns out to be.
  ///
  /// - Returns: false when it is one too many.
  func takeRequest() -> Bool { meter?.take(at: clock.monotonicTime()) ?? true }

  var rules: RequestRules { RequestRules(unexpectedBodyBytes: limits.unexpectedBodyBytes) }

  /// Takes a head that `RequestRules` accepted through the other stages.
  func open(_ head: RequestHead, length: Int, _ exchange: Exchange) throws(Denial) -> Intake {
    if let match = table.findUnsigned(head), verifier.isUnsigned(head) {
      return try openUnsigned(head, match, length, exchange)
    }
    guard let match = table.find(head) else { throw .unknownOperation(in: table.likelyProtocol(of: head)) }
    let wire = match.service.wireProtocol
    exchange.wireProtocol = wire
    exchange.operation = match.known?.qualifiedName ?? "\(match.service.name):*"
    let pending = try begin(head, match.service)
    let limit = inside == nil ? match.bodyLimit : min(match.bodyLimit, budget.limit)
    guard length <= limit else { throw .bodyTooLarge(match.known?.name ?? match.service.name, limit: limit, in: wire) }
    let reservation = try reserve(length, for: pending, in: wire)
    return Intake(
      exchange, match, head: head, pending: pending, region: region, length: length, reservation: reservation)
  }

  /// What is longer than any credential with its policies is no such request.
  private func openUnsigned(
    _ head: RequestHead, _ match: ServiceTable.Match, _ length: Int, _ exchange: Exchange
  ) throws(Denial) -> Intake {
    let wire = match.service.wireProtocol
    exchange.wireProtocol = wire
    exchange.operation = "\(match.service.name):*"
    guard length <= match.bodyLimit else { throw .unsigned(in: wire) }
    guard let reservation = unsignedBudget.reserve(length) else { throw .overloaded(.unauthenticatedBytes, in: wire) }
    return Intake(
      exchange, match, head: head, pending: nil, region: region, length: length, reservation: reservation)
  }

  private func begin(_ head: RequestHead, _ service: ServiceDescription) throws(Denial) -> PendingVerification {
    do {
      return try verifier.begin(head, service: service.signingName, region: service.signingRegion ?? region)
    } catch {
      throw Denial(.unauthenticated, in: service.wireProtocol, error.fault(for: service.wireProtocol))
    }
  }

  /// A body whose hash is declared and signed already has a known sender, and takes nothing of the budget; but from
  /// inside environments, whose code is known and not trusted for it.
  private func reserve(
    _ length: Int, for pending: borrowing PendingVerification, in wire: WireProtocol
  ) throws(Denial) -> ByteBudget.Reservation? {
    if length == 0 || (inside == nil && pending.isSignatureVerified) { return nil }
    guard let reservation = budget.reserve(length) else { throw .overloaded(.unauthenticatedBytes, in: wire) }
    return reservation
  }
}
