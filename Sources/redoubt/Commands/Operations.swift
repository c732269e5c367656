import ArgumentParser
import Core
import IAMAPI
import JSON
import LambdaAPI
import LogsAPI
import RedoubtAPI
import STSAPI
import Wire

/// Lists the operations that this version serves, from the same tables as the server.
struct Operations: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operations", abstract: "List the operations that this version serves.")

  @Flag(help: "Print JSON, with the members of each input.")
  var json = false

  func run() throws {
    // The table is the same everywhere; a place is needed only to make up a request that reads nothing.
    guard let account = AccountID("000000000000"), let region = Region("us-east-1") else { return }
    let place = AccountRegion(account: account, region: region)
    let operations =
      LambdaAPI.descriptions(at: place) + LogsAPI.descriptions(at: place) + RedoubtAPI.descriptions(at: place)
      + IAMAPI.descriptions(at: place) + STSAPI.descriptions(at: place)
    if json {
      print(String(decoding: JSONValue.array(operations.map(\.json)).encoded, as: UTF8.self))
    } else {
      operations.forEach { print("\($0.service):\($0.name)\t\($0.method) \($0.path)") }
    }
  }
}

extension OperationDescription {
  fileprivate var json: JSONValue {
    [
      "service": .string(service), "operation": .string(name), "method": .string(method), "path": .string(path),
      "honoured": .array(honoured.map(JSONValue.string)), "unhonoured": .array(unhonoured.map(JSONValue.string)),
    ]
  }
}
