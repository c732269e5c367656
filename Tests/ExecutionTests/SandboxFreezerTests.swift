import Core
import Dispatch
import Foundation
import Glibc
import Testing

@testable import Execution
@testable import Sandbox

/// The freezer before a file of the test instead of a control group's.
final class SandboxFreezerTests {
  private let path = NSTemporaryDirectory() + "redoubt-" + UUID().uuidString
  private let time = ManualTimeSource()
  private let queue: FreezingQueue

  init() throws {
    queue = FreezingQueue(time: time)
    try Data("?".utf8).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @Test func `it writes when something changes`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_WRONLY)), on: queue))
    freezer.thaw()
    #expect(try text() == "?")
    freezer.freeze()
    #expect(try text() == "1")
    #expect(freezer.isFrozen)
    freezer.thaw()
    #expect(try text() == "0")
    #expect(!freezer.isFrozen)
    freezer.freeze()
    #expect(try text() == "1")
  }

  @Test func `the file of one that was never asked is closed, and nothing is written any more`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_WRONLY)), on: queue))
    freezer.thaw()
    #expect(freezer.retire() == true)
    freezer.freeze()
    #expect(try text() == "?")
    #expect(!freezer.isFrozen)
  }

  @Test func `one that was asked keeps its file`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_WRONLY)), on: queue))
    freezer.freeze()
    freezer.thaw()
    #expect(freezer.retire() == false)
    freezer.freeze()
    #expect(try text() == "1")
  }

  @Test func `a stop that has not come about is called off`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_WRONLY)), on: queue))
    let (mayGoOn, isHeld) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    queue.enqueue {
      isHeld.signal()
      mayGoOn.wait()
    }
    isHeld.wait()
    freezer.freeze()
    freezer.thaw()
    mayGoOn.signal()
    #expect(try text() == "?")
  }

  @Test func `after a write that took long nothing is stopped for a while`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_WRONLY)), on: queue))
    freezer.freeze()
    queue.drain()
    _ = queue.measure {
      time.advance(by: FreezingQueue.slow + .nanoseconds(1))
      return true
    }
    freezer.thaw()
    #expect(try text() == "0")
    #expect(!queue.isOpen)
    freezer.freeze()
    #expect(try text() == "0")
    time.advance(by: FreezingQueue.pause)
    freezer.thaw()
    freezer.freeze()
    #expect(try text() == "1")
  }

  @Test func `a group that is gone stays what it was`() throws {
    let freezer = try #require(SandboxFreezer(sandbox(freezer: open(O_RDONLY)), on: queue))
    freezer.freeze()
    queue.drain()
    #expect(!freezer.isFrozen)
  }

  @Test func `a host that cannot freeze has none`() throws {
    #expect(SandboxFreezer(sandbox(freezer: nil), on: queue) == nil)
  }

  private func open(_ flags: Int32) throws -> OwnedDescriptor {
    let number = Glibc.open(path, flags | O_CLOEXEC)
    try #require(number >= 0)
    return OwnedDescriptor(number)
  }

  /// When all that was asked for has come about.
  private func text() throws -> String {
    queue.drain()
    return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  private func sandbox(freezer: OwnedDescriptor?) -> StartedSandbox {
    let none = OwnedDescriptor(-1)
    return StartedSandbox(
      id: SandboxID(slot: 0, generation: 0, epoch: 0), listener: none, localListener: none, platformListener: none,
      log: none,
      temporary: none, sharedMemory: none,
      group: SandboxGroup(memoryPeak: none, directory: none, freezer: freezer), wasParked: false)
  }
}
