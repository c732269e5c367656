import Core
import Storage
import Testing

@testable import Identity

@Suite struct ActivityTests {
  private let bench: RegistryBench
  private let region: Region
  private let ada: User

  init() async throws {
    bench = try await RegistryBench()
    region = try #require(Region("eu-north-1"))
    ada = try await bench.user("ada")
  }

  private func note(
    _ ledger: ActivityLedger, _ action: String, on resource: String = "arn:x", by user: User? = nil,
    isAllowed: Bool = true
  ) {
    ledger.note(
      action, on: resource, by: (user ?? ada).principal, isAllowed: isAllowed, in: region, at: bench.clock.wallTime())
  }

  @Test func `the last attempt and the last allowance of an action are told apart`() {
    let ledger = ActivityLedger()
    let first = bench.clock.wallTime().seconds
    note(ledger, "lambda:GetFunction")
    bench.clock.advance(by: .seconds(60))
    note(ledger, "lambda:GetFunction", on: "arn:y", isAllowed: false)
    let use = ledger.actions(of: ada.uniqueID)["lambda:GetFunction"]
    #expect(use?.allowedAt == first)
    #expect(use?.attemptedAt == first + 60)
    #expect(use?.resources == ["arn:x": first], "what was denied is on no resource")
    #expect(use?.region == "eu-north-1")
    #expect(ledger.lastUse(of: ada.uniqueID)?.attemptedAt == first + 60)
    #expect(ledger.lastUse(of: "AIDANOBODY") == nil)
  }

  @Test func `a clock that is set back takes nothing back`() {
    let ledger = ActivityLedger()
    let first = bench.clock.wallTime().seconds
    note(ledger, "lambda:GetFunction")
    bench.clock.advance(by: .seconds(-60))
    note(ledger, "lambda:GetFunction")
    let use = ledger.actions(of: ada.uniqueID)["lambda:GetFunction"]
    #expect(use?.attemptedAt == first)
    #expect(use?.resources == ["arn:x": first])
  }

  @Test func `of too many resources the first are remembered, and that there were more`() {
    let ledger = ActivityLedger()
    for number in 0..<ActivityLedger.resourceLimit { note(ledger, "lambda:GetFunction", on: "arn:\(number)") }
    #expect(ledger.actions(of: ada.uniqueID)["lambda:GetFunction"]?.hasMoreResources == false)
    note(ledger, "lambda:GetFunction", on: "arn:more")
    let use = ledger.actions(of: ada.uniqueID)["lambda:GetFunction"]
    #expect(use?.resources.count == ActivityLedger.resourceLimit)
    #expect(use?.resources["arn:more"] == nil)
    #expect(use?.hasMoreResources == true)
  }

  @Test(arguments: [
    String(repeating: "x", count: ActivityLedger.longestResource + 1), "", "a\0b", "two words", "caf\u{E9}", "line\n",
  ])
  func `a resource that cannot be one is not remembered`(resource: String) async throws {
    let (ledger, store) = try await bench.activity()
    note(ledger, "lambda:GetFunction", on: resource)
    let use = ledger.actions(of: ada.uniqueID)["lambda:GetFunction"]
    #expect(use?.resources == [:])
    #expect(use?.hasMoreResources == true)
    try await store.flush()
  }

  @Test func `what identities use takes a bounded room, each its own`() async throws {
    let ledger = ActivityLedger()
    func fill(_ user: User, _ actions: Int) {
      for number in 0..<actions {
        for resource in 0..<ActivityLedger.resourceLimit {
          note(ledger, "probe:Action\(number)", on: "arn:\(resource)", by: user)
        }
      }
    }
    func count(_ user: User) -> Int {
      ledger.actions(of: user.uniqueID).values.reduce(0) { $0 + $1.resources.count }
    }
    let actions = ActivityLedger.identityResourceLimit / ActivityLedger.resourceLimit
    fill(ada, actions + 1)
    #expect(count(ada) == ActivityLedger.identityResourceLimit)
    #expect(ledger.actions(of: ada.uniqueID).values.count { $0.hasMoreResources } == 1)
    let others = ActivityLedger.totalResourceLimit / ActivityLedger.identityResourceLimit
    var last = ada
    for number in 1...others {
      last = try await bench.user("user\(number)")
      fill(last, actions)
    }
    #expect(count(last) == 0, "all together have no more room")
    ledger.forget(before: WallTime(seconds: 0), unless: { $0 != ada.uniqueID }) { _ in true }
    fill(last, 1)
    #expect(count(last) == ActivityLedger.resourceLimit, "what is forgotten makes room")
  }

  @Test func `what was noted is there after a restart`() async throws {
    let (ledger, store) = try await bench.activity()
    let key = try await bench.registry.createAccessKey(ofUser: "ada", in: bench.account).key
    note(ledger, "lambda:GetFunction")
    note(ledger, "lambda:GetFunction", on: String(repeating: "x", count: 600))
    note(ledger, "lambda:DeleteFunction", isAllowed: false)
    ledger.note(key.id, for: "lambda", in: region, at: bench.clock.wallTime())
    try await store.flush()
    bench.clock.advance(by: .seconds(5))
    let again = try await bench.activity().ledger
    #expect(again.actions(of: ada.uniqueID) == ledger.actions(of: ada.uniqueID))
    #expect(again.actions(of: ada.uniqueID).count == 2)
    #expect(again.use(of: key.id) == ledger.use(of: key.id))
    #expect(again.use(of: key.id)?.service == "lambda")
    #expect(again.since == ledger.since)
  }

  @Test func `a later use takes the place of the one on disk`() async throws {
    let (ledger, store) = try await bench.activity()
    note(ledger, "lambda:GetFunction")
    try await store.flush()
    bench.clock.advance(by: .seconds(60))
    note(ledger, "lambda:GetFunction")
    try await store.flush()
    let again = try await bench.activity().ledger
    #expect(again.actions(of: ada.uniqueID)["lambda:GetFunction"]?.attemptedAt == bench.clock.wallTime().seconds)
  }

  @Test func `nothing is written when nothing has changed`() {
    let ledger = ActivityLedger()
    note(ledger, "lambda:GetFunction")
    #expect(ledger.takeChanges().actions.count == 2)
    note(ledger, "lambda:GetFunction")
    bench.clock.advance(by: .seconds(59))
    note(ledger, "lambda:GetFunction")
    #expect(ledger.takeChanges().isEmpty, "within a minute nothing is new")
    bench.clock.advance(by: .seconds(1))
    note(ledger, "lambda:GetFunction")
    let changes = ledger.takeChanges()
    #expect(changes.actions.count == 2)
    ledger.keep(changes)
    #expect(ledger.takeChanges().actions.count == 2, "what could not be written is due again")
  }

  @Test func `what is old, or of somebody who is gone, is dropped`() async throws {
    let (ledger, store) = try await bench.activity()
    let bob = try await bench.user("bob")
    note(ledger, "lambda:GetFunction", by: bob)
    note(ledger, "lambda:GetFunction")
    bench.clock.advance(by: ActivityStore.retention)
    note(ledger, "lambda:ListFunctions")
    bench.clock.advance(by: .seconds(1))
    try await store.flush()
    try await bench.registry.deleteUser("bob", in: bench.account)
    try await store.purge()
    #expect(ledger.actions(of: ada.uniqueID).keys.sorted() == ["lambda:ListFunctions"])
    #expect(ledger.actions(of: bob.uniqueID).isEmpty)
    let rows = try await bench.rows("SELECT DISTINCT action FROM activity")
    #expect(try rows.map { try $0.text("action") } == ["lambda:ListFunctions"])
  }

  @Test func `the use of a key goes with the key`() async throws {
    let (ledger, store) = try await bench.activity()
    let key = try await bench.registry.createAccessKey(ofUser: "ada", in: bench.account).key
    ledger.note(key.id, for: "lambda", in: region, at: bench.clock.wallTime())
    try await store.flush()
    try await bench.registry.deleteAccessKey(key.id.description, ofUser: "ada", in: bench.account)
    try await store.purge()
    #expect(ledger.use(of: key.id) == nil)
    #expect(try await bench.rows("SELECT key_id FROM access_key_uses").isEmpty)
  }

  @Test func `what could not be written is written later`() async throws {
    let (ledger, store) = try await bench.activity()
    note(ledger, "lambda:GetFunction")
    try await bench.execute("ALTER TABLE activity RENAME TO lost")
    await #expect(throws: DatabaseError.self) { try await store.flush() }
    try await bench.execute("ALTER TABLE lost RENAME TO activity")
    try await store.flush()
    #expect(try await bench.activity().ledger.actions(of: ada.uniqueID).count == 1)
  }
}
