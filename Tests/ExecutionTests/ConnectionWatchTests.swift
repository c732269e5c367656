import Dispatch
import Glibc
import Testing

@testable import Execution
@testable import Sandbox

struct ConnectionWatchTests {
  private let watch = ConnectionWatch()

  @Test func `whoever connects first is told of, once`() throws {
    let (socket, other) = (try TestListener(), try TestListener())
    let told = DispatchSemaphore(value: 0)
    _ = watch.watch(socket.descriptor) { told.signal() }
    #expect(told.wait(timeout: .now()) == .timedOut)
    let first = try socket.connect(), second = try socket.connect()
    told.wait()
    try awaitTurn(of: other)
    #expect(told.wait(timeout: .now()) == .timedOut)
    withExtendedLifetime((first, second)) {}
  }

  @Test func `a connection from before is told of, too`() throws {
    let socket = try TestListener()
    let connection = try socket.connect()
    let told = DispatchSemaphore(value: 0)
    _ = watch.watch(socket.descriptor) { told.signal() }
    told.wait()
    withExtendedLifetime(connection) {}
  }

  @Test func `nobody is told of what was forgotten or closed`() throws {
    let (forgotten, closed, other) = (try TestListener(), try TestListener(), try TestListener())
    let told = DispatchSemaphore(value: 0)
    watch.forget(watch.watch(forgotten.descriptor) { told.signal() })
    let number = watch.watch(closed.descriptor) { told.signal() }
    let connections = [try forgotten.connect()]
    closed.descriptor.close()
    watch.forget(number)
    try awaitTurn(of: other)
    #expect(told.wait(timeout: .now()) == .timedOut)
    withExtendedLifetime(connections) {}
  }

  @Test func `what cannot be watched is told of at once`() {
    let told = DispatchSemaphore(value: 0)
    _ = watch.watch(OwnedDescriptor(-1)) { told.signal() }
    #expect(told.wait(timeout: .now()) == .success)
  }

  @Test func `after the end nobody is told of anything`() throws {
    let socket = try TestListener()
    let told = DispatchSemaphore(value: 0)
    watch.stop()
    watch.drain()
    _ = watch.watch(socket.descriptor) { told.signal() }
    let connection = try socket.connect()
    #expect(told.wait(timeout: .now()) == .timedOut)
    withExtendedLifetime(connection) {}
  }

  /// Waits until the watch has told of a connection that is made now, and so of all before it.
  private func awaitTurn(of other: TestListener) throws {
    let told = DispatchSemaphore(value: 0)
    _ = watch.watch(other.descriptor) { told.signal() }
    let connection = try other.connect()
    told.wait()
    withExtendedLifetime(connection) {}
  }
}

/// A Unix socket that listens at a name of the kernel's choice.
private struct TestListener {
  struct Failure: Error { let step: String }

  let descriptor: OwnedDescriptor

  init() throws {
    descriptor = try Self.make()
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let family = socklen_t(MemoryLayout<sa_family_t>.size)
    let isBound = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor.borrowed, $0, family) } == 0
    }
    guard isBound, listen(descriptor.borrowed, 8) == 0 else { throw Failure(step: "listen") }
  }

  func connect() throws -> OwnedDescriptor {
    let client = try Self.make()
    var address = sockaddr_un()
    var size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let isConnected = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getsockname(descriptor.borrowed, address, &size) == 0 && Glibc.connect(client.borrowed, address, size) == 0
      }
    }
    guard isConnected else { throw Failure(step: "connect") }
    return client
  }

  private static func make() throws -> OwnedDescriptor {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(step: "socket") }
    return OwnedDescriptor(descriptor)
  }
}
