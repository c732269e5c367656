import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells what a message that came with a denial says: who asked for what, and which statement decided.
struct DecodeAuthorizationMessage: ControlOperation, STSOperation {
  static let name = "DecodeAuthorizationMessage"

  let services: STSServices

  struct Input: Sendable {
    let message: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let message = try members.requiredString("EncodedMessage")
    members.check(message, at: "EncodedMessage", lengths: 1...10_240)
    return Input(message: message)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("sts:DecodeAuthorizationMessage", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    guard let text = services.messages.decode(call.value.message, of: call.place.account) else {
      throw Fault(
        code: "InvalidAuthorizationMessageException", status: 400,
        message: "The message is none that came with a denial of this account.")
    }
    return OperationOutput(["DecodedMessage": .string(String(decoding: text, as: UTF8.self))])
  }
}
