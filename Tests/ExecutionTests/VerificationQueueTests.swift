import Core
import Testing

@testable import Execution

struct VerificationQueueTests {
  private let package: ArtifactID
  private let other: ArtifactID

  init() throws {
    let account = try #require(AccountID("111111111111"))
    func artifact(_ byte: UInt8) throws -> ArtifactID {
      ArtifactID(account: account, digest: try #require(Digest(bytes: [UInt8](repeating: byte, count: 32))))
    }
    (package, other) = (try artifact(1), try artifact(2))
  }

  @Test func `a burst costs two verifications`() {
    var queue = VerificationQueue<Int>()
    #expect((0..<100).filter { queue.add($0, for: package) } == [0])
    let first = queue.finish(package)
    #expect(first.waiters == [0])
    #expect(first.mustBeginAgain)
    let second = queue.finish(package)
    #expect(second.waiters == Array(1..<100))
    #expect(!second.mustBeginAgain)
  }

  @Test func `a verification counts only for those who asked before it began`() {
    var queue = VerificationQueue<Int>()
    _ = queue.add(1, for: package)
    _ = queue.add(2, for: package)
    _ = queue.finish(package)
    #expect(queue.add(3, for: package) == false)
    #expect(queue.finish(package).waiters == [2])
    #expect(queue.finish(package).waiters == [3])
    #expect(queue.add(4, for: package) == true)
  }

  @Test func `packages do not wait for each other`() {
    var queue = VerificationQueue<Int>()
    #expect(queue.add(1, for: package) == true)
    #expect(queue.add(2, for: other) == true)
    #expect(queue.finish(other).waiters == [2])
  }
}
