import Authorization
import Core
import Functions
import JSON
import Wire

/// Lists functions in order of their names, a page at a time.
struct ListFunctions: ControlOperation, LambdaOperation {
  static let name = "ListFunctions"
  static let route = Route("GET", "/2015-03-31/functions")
  static let unhonoured: [String: [JSONValue]] = ["MasterRegion": ["ALL"]]

  let services: LambdaServices

  struct Input: Sendable {
    let listsAllVersions: Bool
    let paging: Paging<VersionKey>
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let version = members.query("FunctionVersion")
    members.check(version, at: "FunctionVersion", oneOf: ["ALL"])
    return Input(listsAllVersions: version == "ALL", paging: try Paging(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListFunctions", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let all =
      input.listsAllVersions
      ? services.catalog.allVersions(at: call.place)
      : services.catalog.latest(at: call.place)
    let page = try input.paging.page(of: all, by: VersionKey.init)
    let functions = try page.elements.map { version in
      try services.members(version, isQualified: input.listsAllVersions)
    }
    return OperationOutput(page.members("Functions", .array(functions)))
  }
}

/// The place of a version in a list of all functions.
struct VersionKey: Comparable, LosslessStringConvertible, Sendable {
  private let name: String
  private let version: Int

  init(_ version: FunctionVersion) {
    name = version.name.description
    self.version = version.qualifier.number
  }

  init?(_ text: String) {
    let parts = text.fields(separatedBy: ":")
    guard parts.count == 2, let name = FunctionName(parts[0]), let version = Int(parts[1]), version >= 0 else {
      return nil
    }
    self.name = name.description
    self.version = version
  }

  var description: String { "\(name):\(version)" }

  static func < (left: VersionKey, right: VersionKey) -> Bool {
    (left.name, left.version) < (right.name, right.version)
  }
}
