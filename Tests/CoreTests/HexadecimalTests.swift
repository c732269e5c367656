import Core
import Testing

struct HexadecimalTests {
  @Test(
    arguments: [([], ""), ([0], "00"), ([0x0F, 0xA0, 0xFF], "0fa0ff"), ([0x12, 0x34], "1234")] as [([UInt8], String)])
  func `bytes become two digits each, of whatever collection they are`(bytes: [UInt8], digits: String) {
    #expect(Hexadecimal.encode(bytes) == digits && Hexadecimal.encode(bytes[...]) == digits)
    #expect(Hexadecimal.encode(bytes.lazy.map { $0 }) == digits)
    #expect(Hexadecimal.decode(digits) == bytes)
    var text = Array("x".utf8)
    Hexadecimal.append(bytes, to: &text)
    Hexadecimal.append(bytes.lazy.map { $0 }, to: &text)
    #expect(text == Array(("x" + digits + digits).utf8))
  }

  @Test(arguments: ["0", "0g", "0A", "é", " 0"])
  func `what is not of such digits is none`(text: String) { #expect(Hexadecimal.decode(text) == nil) }
}
