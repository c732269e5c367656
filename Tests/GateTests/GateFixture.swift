import Core
import Synchronization
import Wire

@testable import Gate
@testable import Identity

/// A gate with one administrator, a few operations and a clock that the test moves.
final class GateFixture: Sendable {
  static let secret = "a secret for tests only, forty chars long"

  let clock = ManualTimeSource()
  let region: Region
  let accessKeyID: AccessKeyID
  let held = HeldReplies()
  let counters = GateCounters()
  let runner: ControlOperationRunner
  let stages: GateStages
  private let log: AccessLog

  init(
    _ adjust: (inout GateLimits) -> Void = { _ in }, runner: ControlOperationRunner = .init(),
    unsignedRunner: ControlOperationRunner = .init()
  ) throws {
    var limits = GateLimits()
    adjust(&limits)
    region = try unwrap(Region("us-east-1"))
    accessKeyID = try unwrap(AccessKeyID("AKIAIOSFODNN7EXAMPLE"))
    let account = try unwrap(AccountID("000000000001"))
    let arn = ARN(service: "iam", region: "", account: account.description, resource: "user/admin")
    let principal = Principal(
      account: account, arn: arn, kind: .user("admin"), uniqueID: "AIDA", isAdministrator: true)
    let key = AccessKey(
      id: accessKeyID, account: account, principalARN: arn, isActive: true, createdAt: clock.wallTime(), session: nil)
    let directory = AccessKeyDirectory([SigningIdentity(key: key, principal: principal, secret: Self.secret)])
    let log = AccessLog()
    self.log = log
    self.runner = runner
    stages = GateStages(
      table: try ServiceTable(FakeServices.endpoints(held, account)),
      verifier: SignatureVerifier(
        directory: directory, sessions: nil, organization: OrganizationDirectory(management: account), time: clock),
      region: region, runner: runner, unsignedRunner: unsignedRunner, limits: limits,
      counters: counters, clock: clock, random: SeededRandomSource(seed: 1), access: { log.add($0) })
  }

  var records: [AccessRecord] { log.records }

  private final class AccessLog: Sendable {
    private let stored = Mutex<[AccessRecord]>([])

    func add(_ record: AccessRecord) { stored.withLock { $0.append(record) } }
    var records: [AccessRecord] { stored.withLock { $0 } }
  }
}

struct MissingValue: Error {}

func unwrap<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw MissingValue() }
  return value
}
