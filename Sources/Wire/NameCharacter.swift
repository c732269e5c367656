/// The characters of names of IAM and STS, `[\w+=,.@-]` of ASCII.
package enum NameCharacter {
  package static func contains(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
    default: "_+=,.@-".utf8.contains(byte)
    }
  }
}
