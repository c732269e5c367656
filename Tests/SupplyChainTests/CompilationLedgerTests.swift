import Core
import Testing

@testable import SupplyChain

struct CompilationLedgerTests {
  private var ledger = CompilationLedger()

  @Test mutating func `code that is wanted is compiled once`() throws {
    let compilation = try compilation(1)
    #expect(ledger.next()?.compilation == nil)
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.next()?.compilation == compilation)
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.finish(compilation, nil) == true)
    #expect(ledger.want(compilation, in: 1) == compilation.makeTree())
    #expect(ledger.next()?.compilation == nil)
  }

  @Test mutating func `one is compiled at a time, in the order in which they were wanted`() throws {
    let (first, second) = (try compilation(1), try compilation(2))
    #expect(ledger.want(first, in: 1) == nil)
    #expect(ledger.want(second, in: 1) == nil)
    #expect(ledger.next()?.compilation == first)
    #expect(ledger.next()?.compilation == nil)
    _ = ledger.finish(first, nil)
    #expect(ledger.next()?.compilation == second)
  }

  @Test mutating func `each runtime has its own`() throws {
    let (one, other) = (try compilation(1), try compilation(1, runtime: 1))
    #expect(one.makeTree() != other.makeTree() && one.makeTree().account == other.makeTree().account)
    compile(one)
    #expect(ledger.want(other, in: 1) == nil)
  }

  @Test mutating func `what failed because of the code is not tried again, until the code comes anew`() throws {
    let compilation = try compilation(1)
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.next()?.compilation == compilation)
    #expect(ledger.finish(compilation, .lasting) == true)
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.next()?.compilation == nil)
    #expect(ledger.forget(compilation.code) == [])
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.next()?.compilation == compilation)
  }

  @Test mutating func `what failed because of what happened meanwhile is tried again`() throws {
    let compilation = try compilation(1)
    #expect(ledger.want(compilation, in: 1) == nil)
    _ = ledger.next()
    #expect(ledger.finish(compilation, .passing) == true)
    #expect(ledger.next()?.compilation == nil)
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.next()?.compilation == compilation)
  }

  @Test mutating func `what was compiled goes with its code`() throws {
    let (one, other) = (try compilation(1), try compilation(1, runtime: 1))
    compile(one)
    compile(other)
    #expect(Set(ledger.forget(one.code)) == [one.makeTree(), other.makeTree()])
    #expect(ledger.want(one, in: 1) == nil)
  }

  @Test mutating func `what was compiled and is gone is compiled again`() throws {
    let compilation = try compilation(1)
    compile(compilation)
    #expect(ledger.forget(compilation.makeTree()) == [])
    #expect(ledger.want(compilation, in: 1) == nil)
    #expect(ledger.next()?.compilation == compilation)
  }

  @Test mutating func `nobody wants what comes of code that has gone meanwhile`() throws {
    let (gone, waiting) = (try compilation(1), try compilation(2))
    #expect(ledger.want(gone, in: 1) == nil)
    #expect(ledger.want(waiting, in: 1) == nil)
    #expect(ledger.next()?.compilation == gone)
    #expect(ledger.forget(gone.code) == [])
    #expect(ledger.forget(waiting.code) == [])
    #expect(ledger.finish(gone, nil) == false)
    #expect(ledger.next()?.compilation == nil)
  }

  @Test mutating func `with another spawner everything is compiled anew`() throws {
    let (done, waiting, failed) = (try compilation(1), try compilation(2), try compilation(3))
    compile(done)
    #expect(ledger.want(failed, in: 1) == nil)
    _ = ledger.next()
    _ = ledger.finish(failed, .lasting)
    #expect(ledger.want(waiting, in: 1) == nil)
    #expect(ledger.want(failed, in: 2) == nil)
    #expect(ledger.want(done, in: 2) == nil)
    #expect(ledger.next()?.compilation == failed)
    _ = ledger.finish(failed, nil)
    #expect(ledger.next()?.compilation == done)
    _ = ledger.finish(done, nil)
    #expect(ledger.next()?.compilation == nil)
  }

  private mutating func compile(_ compilation: Compilation) {
    _ = ledger.want(compilation, in: 1)
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
