import CLinux
import Glibc
import Testing

@testable import redoubt

@Suite struct MessageSocketTests {
  @Test func `a message brings its descriptors`() throws {
    let (left, right) = try MessageSocket.pair()
    try left.send("spawner", with: [try SealedMemory.make("m", Array("inside".utf8))])
    let message = try #require(try right.receive())
    #expect(message.text == "spawner")
    #expect(try message.descriptors.first?.readAll(limit: 100) == Array("inside".utf8))
    #expect(fcntl(try #require(message.descriptors.first).number, F_GETFD) == FD_CLOEXEC)
  }

  @Test func `messages keep their bounds and the end is seen`() throws {
    let (left, right) = try MessageSocket.pair()
    try left.send("a")
    try left.send("b")
    #expect(try right.receive()?.text == "a")
    #expect(try right.receive()?.text == "b")
    shutdown(left.descriptor.number, Int32(SHUT_RDWR))
    #expect(try right.receive() == nil)
  }

  @Test func `a message that does not fit is an error`() throws {
    let (left, right) = try MessageSocket.pair()
    try left.send(String(repeating: "x", count: MessageSocket.maximumSize + 1))
    #expect(throws: SystemError(call: "receive", number: EMSGSIZE)) { try right.receive() }
  }

  @Test func `more descriptors than there is room for are closed and refused`() throws {
    let (left, right) = try MessageSocket.pair()
    let memory = try SealedMemory.make("m", [1])
    try left.send("x", with: [memory, memory, memory])
    var (byte, count, numbers): (UInt8, UInt32, [Int32]) = (0, 1, [-1])
    #expect(clinux_receive(right.descriptor.number, &byte, 1, &numbers, &count) == Int(-EMSGSIZE))
    #expect(count == 0)
    #expect(try Self.descriptors(like: memory.number) == [memory.number])
  }

  /// Which of this process mean the same file. Other tests open theirs meanwhile.
  private static func descriptors(like number: Int32) throws -> [Int32] {
    var wanted = stat()
    try #require(fstat(number, &wanted) == 0)
    return (0..<4096).filter { other in
      var status = stat()
      return fstat(other, &status) == 0 && status.st_dev == wanted.st_dev && status.st_ino == wanted.st_ino
    }
  }

  @Test func `sealed memory cannot be changed`() throws {
    let memory = try SealedMemory.make("m", Array("fixed".utf8))
    #expect(pwrite(memory.number, "x", 1, 0) == -1 && errno == EPERM)
    #expect(ftruncate(memory.number, 0) == -1)
  }

  @Test(arguments: ["spawner", "ready 127.0.0.1:4566", "ready [::1]:1"])
  func `control messages read back what was written`(text: String) {
    #expect(ControlMessage(text)?.text == text)
  }

  @Test(arguments: ["", "ready", "ready x", "ready 127.0.0.1:99999", "ready 8.8.8.8:1", "stop"])
  func `other control messages are not known`(text: String) {
    #expect(ControlMessage(text) == nil)
  }
}
