import CLinux
import CSpawnerProtocol
import Core
import Glibc
import Testing

@testable import Sandbox

/// The spawner's end of a connection.
struct SpawnerPeer {
  let serverEnd: OwnedDescriptor
  private let ownEnd: OwnedDescriptor

  init() throws {
    var pair: [Int32] = [-1, -1]
    try #require(clinux_socketpair_seqpacket(&pair) == 0)
    serverEnd = OwnedDescriptor(pair[0])
    ownEnd = OwnedDescriptor(pair[1])
  }

  func receive<Structure: BitwiseCopyable>(_: Structure.Type) throws -> Structure {
    try receiveWithRest(Structure.self).message
  }

  /// The next message, and what follows its structure.
  func receiveWithRest<Structure: BitwiseCopyable>(_: Structure.Type) throws -> (message: Structure, rest: [UInt8]) {
    var bytes = [UInt8](repeating: 0, count: Int(SP_MAX_MESSAGE))
    var count: UInt32 = 0
    let size = Int(clinux_receive(ownEnd.borrowed, &bytes, bytes.count, nil, &count))
    try #require(size >= MemoryLayout<Structure>.size)
    let message = bytes.withUnsafeBytes { $0.loadUnaligned(as: Structure.self) }
    return (message, Array(bytes[MemoryLayout<Structure>.size..<size]))
  }

  /// - Parameter descriptors: how many copies of this socket go with the message.
  func send(_ message: [UInt8], descriptors: Int = 0) {
    let numbers = [Int32](repeating: ownEnd.borrowed, count: descriptors)
    #expect(clinux_send(ownEnd.borrowed, message, message.count, numbers, UInt32(descriptors)) == 0)
  }

  func close() { Glibc.close(ownEnd.take()) }
}

/// Takes what a callback is told, for a test that waits for it. Nothing here needs a thread of the test's pool before the
/// peer has been played, so a blocking `receive` cannot hold up what it waits for.
final class Mailbox<Message: Sendable>: Sendable {
  private let stream: AsyncStream<Message>
  private let continuation: AsyncStream<Message>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  @Sendable func add(_ message: Message) { continuation.yield(message) }

  func first() async -> Message? { await stream.first { _ in true } }
}
