import Core
import Testing

@testable import SupplyChain

struct CompilationLedgerTests {
  private var ledger = CompilationLedger()

  @Test mutating func `code that is wanted is compiled once`() throws {
    let compilation = try compilation(1)
    #expect(ledger.next()?.compilation == nil)
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.next()?.compilation == compilation)
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.finish(compilation, nil) == true)
    #expect(ledger.want(compilation) == compilation.makeTree())
    #expect(ledger.next()?.compilation == nil)
  }

  @Test mutating func `one is compiled at a time, in the order in which they were wanted`() throws {
    let (first, second) = (try compilation(1), try compilation(2))
    #expect(ledger.want(first) == nil)
    #expect(ledger.want(second) == nil)
    #expect(ledger.next()?.compilation == first)
    #expect(ledger.next()?.compilation == nil)
    _ = ledger.finish(first, nil)
    #expect(ledger.next()?.compilation == second)
  }

  @Test mutating func `each runtime has its own`() throws {
    let (one, other) = (try compilation(1), try compilation(1, runtime: 1))
    #expect(one.makeTree() != other.makeTree() && one.makeTree().account == other.makeTree().account)
    compile(one)
    #expect(ledger.want(other) == nil)
  }

  @Test mutating func `what failed because of the code is not tried again, until the code comes anew`() throws {
    let compilation = try compilation(1)
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.next()?.compilation == compilation)
    #expect(ledger.finish(compilation, .lasting) == true)
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.next()?.compilation == nil)
    #expect(ledger.forget(compilation.code) == [])
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.next()?.compilation == compilation)
  }

  @Test mutating func `what failed because of what happened meanwhile is tried again`() throws {
    let compilation = try compilation(1)
    #expect(ledger.want(compilation) == nil)
    _ = ledger.next()
    #expect(ledger.finish(compilation, .passing) == true)
    #expect(ledger.next()?.compilation == nil)
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.next()?.compilation == compilation)
  }

  @Test mutating func `what was compiled goes with its code`() throws {
    let (one, other) = (try compilation(1), try compilation(1, runtime: 1))
    compile(one)
    compile(other)
    #expect(Set(ledger.forget(one.code)) == [one.makeTree(), other.makeTree()])
    #expect(ledger.want(one) == nil)
  }

  @Test mutating func `what was compiled and is gone is compiled again`() throws {
    let compilation = try compilation(1)
    compile(compilation)
    #expect(ledger.forget(compilation.makeTree()) == [])
    #expect(ledger.want(compilation) == nil)
    #expect(ledger.next()?.compilation == compilation)
  }

  @Test mutating func `nobody wants what comes of code that has gone meanwhile`() throws {
    let (gone, waiting) = (try compilation(1), try compilation(2))
    #expect(ledger.want(gone) == nil)
    #expect(ledger.want(waiting) == nil)
    #expect(ledger.next()?.compilation == gone)
    #expect(ledger.forget(gone.code) == [])
    #expect(ledger.forget(waiting.code) == [])
    #expect(ledger.finish(gone, nil) == false)
    #expect(ledger.next()?.compilation == nil)
  }

  private mutating func compile(_ compilation: Compilation) {
    _ = ledger.want(compilation)
    _ = ledger.next()
    _ = ledger.finish(compilation, nil)
  }

  private func compilation(_ number: UInt8, runtime: Int = 0) throws -> Compilation {
    let code = ArtifactID(
      account: try #require(AccountID("000000000000")),
      digest: try #require(Digest(bytes: [number] + [UInt8](repeating: 0, count: 31))))
    return Compilation(code: code, runtime: runtime)
  }
}
