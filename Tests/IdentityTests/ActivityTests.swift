import Core
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

  @Test func `a resource with an endless name is not remembered`() {
    let ledger = ActivityLedger()
    note(ledger, "lambda:GetFunction", on: String(repeating: "x", count: ActivityLedger.longestResource + 1))
    let use = ledger.actions(of: ada.uniqueID)["lambda:GetFunction"]
    #expect(use?.resources == [:])
    #expect(use?.hasMoreResources == true)
  }

  @Test func `what all identities use takes a bounded room`() {
    let ledger = ActivityLedger()
    for number in 0...(ActivityLedger.totalResourceLimit / ActivityLedger.resourceLimit) {
      for resource in 0..<ActivityLedger.resourceLimit {
        note(ledger, "probe:Action\(number)", on: "arn:\(resource)")
      }
    }
    let uses = ledger.actions(of: ada.uniqueID).values
    #expect(uses.reduce(0) { $0 + $1.resources.count } == ActivityLedger.totalResourceLimit)
    #expect(uses.count { $0.hasMoreResources } == 1)
  }

  @Test func `what was noted is there after a restart`() async throws {
    let (ledger, store) = try await bench.activity()
    let key = try await bench.registry.createAccessKey(ofUser: "ada", in: bench.account).key
    note(ledger, "lambda:GetFunction")
    note(ledger, "lambda:GetFunction", on: String(repeating: "x", count: 600))
    note(ledger, "lambda:DeleteFunction", isAllowed: false)
    ledger.note(key.id, for: "lambda", in: region, at: bench.clock.wallTime())
    try await store.flush()
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
    bench.clock.advance(by: .seconds(5))
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
    #expect(ledger.takeChanges().isEmpty, "within a second nothing is new")
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
    for found in [ledger, try await bench.activity().ledger] {
      #expect(found.actions(of: ada.uniqueID).keys.sorted() == ["lambda:ListFunctions"])
      #expect(found.actions(of: bob.uniqueID).isEmpty)
    }
  }
}
