import Core
import Wire

extension ResponseHead {
  /// Whether nothing in it could end a line early or be taken for another header.
  var isSendable: Bool {
    (200...599).contains(status)
      && headers.allSatisfy { name, value in
        !name.isEmpty && name.withBytes { $0.allSatisfy { Byte.isToken[Int($0)] } }
          && value.withBytes { $0.allSatisfy { $0 == Byte.tab || $0 >= Byte.space && $0 != Byte.delete } }
      }
  }

  static func isOfGate(_ name: String) -> Bool {
    switch name.utf8.count {
    case 4: name.equalsIgnoringASCIICase("date")
    case 6: name.equalsIgnoringASCIICase("server")
    case 7: name.equalsIgnoringASCIICase("trailer") || name.equalsIgnoringASCIICase("upgrade")
    case 10: name.equalsIgnoringASCIICase("connection") || name.equalsIgnoringASCIICase("keep-alive")
    case 14: name.equalsIgnoringASCIICase("content-length")
    case 16: name.equalsIgnoringASCIICase("x-amzn-requestid")
    case 17: name.equalsIgnoringASCIICase("transfer-encoding")
    default: false
    }
  }
}
