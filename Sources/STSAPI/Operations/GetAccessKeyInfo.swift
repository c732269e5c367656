import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells the account of a long-term access key. Those of sessions are not kept anywhere.
struct GetAccessKeyInfo: ControlOperation, STSOperation {
  static let name = "GetAccessKeyInfo"

  let services: STSServices

  struct Input: Sendable {
    let accessKeyID: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let id = try members.requiredString("AccessKeyId")
    members.check(id, at: "AccessKeyId", lengths: 16...128)
    members.check(id, at: "AccessKeyId", pattern: "[\\w]*") { text in
      text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
      }
    }
    return Input(accessKeyID: id)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("sts:GetAccessKeyInfo", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    guard let id = AccessKeyID(call.value.accessKeyID), let account = services.accessKeys.find(id)?.key.account else {
      throw STSErrors.validation("The access key `\(call.value.accessKeyID)` is not known.")
    }
    return OperationOutput(["Account": .string(account.description)])
  }
}
