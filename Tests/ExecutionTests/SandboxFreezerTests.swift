import Foundation
import Glibc
import Testing

@testable import Execution
@testable import Sandbox

/// The freezer before a file of the test instead of a control group's.
final class SandboxFreezerTests {
  private let path = NSTemporaryDirectory() + "redoubt-" + UUID().uuidString

  init() throws { try Data("?".utf8).write(to: URL(fileURLWithPath: path)) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @Test func `it writes when something changes`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_WRONLY))))
    freezer.thaw()
    #expect(try text() == "?")
    freezer.freeze()
    #expect(try text() == "1")
    #expect(freezer.isFrozen)
    freezer.thaw()
    #expect(try text() == "0")
    #expect(!freezer.isFrozen)
  }

  @Test func `a group that is gone stays what it was`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_RDONLY))))
    freezer.freeze()
    #expect(!freezer.isFrozen)
  }

  @Test func `a host that cannot freeze has none`() throws {
    #expect(SandboxFreezer(sandbox(freezer: nil)) == nil)
  }

  private func open(_ flags: Int32) throws -> OwnedDescriptor {
    let number = Glibc.open(path, flags | O_CLOEXEC)
    try #require(number >= 0)
    return OwnedDescriptor(number)
  }

  private func text() throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  private func sandbox(freezer: OwnedDescriptor?) -> StartedSandbox {
    let none = OwnedDescriptor(-1)
    return StartedSandbox(
      id: SandboxID(slot: 0, generation: 0, epoch: 0), listener: none, log: none, temporary: none, sharedMemory: none,
      group: SandboxGroup(memoryPeak: none, directory: none, freezer: freezer), wasParked: false)
  }
}
