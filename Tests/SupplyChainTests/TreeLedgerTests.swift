import Core
import Sandbox
import Testing

@testable import SupplyChain

struct TreeLedgerTests {
  @Test func `trees beyond the budget are dropped, least recently used first`() throws {
    var ledger = TreeLedger(budget: 100)
    let trees = try (1...4).map(tree)
    #expect(ledger.add(trees[0], bytes: 40) == [])
    #expect(ledger.add(trees[1], bytes: 40) == [])
    ledger.touch(trees[0])
    #expect(ledger.add(trees[2], bytes: 40) == [trees[1]])
    #expect(ledger.add(trees[3], bytes: 100) == [trees[0], trees[2]])
  }

  @Test func `a tree larger than the budget is kept while it is the only one`() throws {
    var ledger = TreeLedger(budget: 10)
    #expect(ledger.add(try tree(1), bytes: 50) == [])
    #expect(ledger.add(try tree(2), bytes: 5) == [try tree(1)])
  }

  @Test func `the number of trees is bounded, however small they are`() throws {
    var ledger = TreeLedger(budget: 1 << 30)
    for number in 0..<TreeLedger.mostTrees { #expect(ledger.add(try tree(number), bytes: 1) == []) }
    #expect(ledger.add(try tree(TreeLedger.mostTrees), bytes: 1) == [try tree(0)])
  }

  @Test func `packages are unpacked a bounded number at once, the others in order`() async {
    let gate = UnpackGate(places: 1)
    await gate.enter()
    let (arrivals, arrive) = AsyncStream<Int>.makeStream()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await gate.enter()
        arrive.yield(2)
        gate.leave()
      }
      arrive.yield(1)
      gate.leave()
    }
    arrive.finish()
    #expect(await arrivals.reduce(into: []) { $0.append($1) } == [1, 2])
  }

  @Test func `a tree that is unpacked again counts once`() throws {
    var ledger = TreeLedger(budget: 100)
    #expect(ledger.add(try tree(1), bytes: 60) == [])
    #expect(ledger.add(try tree(1), bytes: 60) == [])
    #expect(ledger.add(try tree(2), bytes: 40) == [])
  }

  @Test func `a tree that was removed counts no more`() throws {
    var ledger = TreeLedger(budget: 100)
    #expect(ledger.add(try tree(1), bytes: 60) == [])
    #expect(ledger.add(try tree(2), bytes: 40) == [])
    ledger.remove(try tree(1))
    ledger.remove(try tree(1))
    #expect(ledger.add(try tree(3), bytes: 60) == [])
    #expect(ledger.add(try tree(4), bytes: 60) == [try tree(2), try tree(3)])
  }

  private func tree(_ number: Int) throws -> ArtifactID {
    ArtifactID(
      account: try #require(AccountID("000000000000")),
      digest: try #require(
        Digest(bytes: [UInt8(number & 0xFF), UInt8(number >> 8)] + [UInt8](repeating: 0, count: 30))))
  }
}
