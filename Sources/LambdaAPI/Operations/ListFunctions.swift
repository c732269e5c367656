import Authorization
import Core
import Functions
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Lists functions in order of their names, a page at a time.
struct ListFunctions: ControlOperation, LambdaOperation {
  static let name = "ListFunctions"
  static let route = Route("GET", "/2015-03-31/functions")
  static let unhonoured: [String: [JSONValue]] = ["MasterRegion": ["ALL"]]
  /// Functions on one page, whatever the caller asks for (Lambda, "ListFunctions").
  private static let longestPage = 50

  let services: LambdaServices

  struct Input: Sendable {
    let listsAllVersions: Bool
    let marker: String?
    let limit: Int
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let version = members.query("FunctionVersion")
    members.check(version, at: "FunctionVersion", oneOf: ["ALL"])
    let maximum = members.query("MaxItems")
    let limit = maximum.flatMap(Int.init)
    if let maximum, limit == nil { throw .serialization("`MaxItems` is not an integer: `\(maximum)`") }
    members.check(limit, at: "MaxItems", in: 1...10_000)
    return Input(
      listsAllVersions: version == "ALL", marker: members.query("Marker"), limit: min(limit ?? 50, longestPage))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListFunctions", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let marker = try input.marker.map(PageMarker.init(text:))
    let all =
      input.listsAllVersions
      ? services.catalog.allVersions(at: call.place)
      : services.catalog.latest(at: call.place)
    let rest = all.drop { version in marker.map { !$0.isBefore(version) } ?? false }
    let page = rest.prefix(input.limit)
    let functions = try page.map { version in
      try services.members(version, isQualified: input.listsAllVersions)
    }
    var members: [String: JSONValue] = ["Functions": .array(functions)]
    if rest.count > page.count, let last = page.last { members["NextMarker"] = .string(PageMarker(last).text) }
    return OperationOutput(.object(members))
  }
}

/// Where a page ended: the name and version of its last function, opaque to callers.
private struct PageMarker {
  private let name: String
  private let version: Int

  init(_ last: FunctionVersion) {
    name = last.name.description
    version = last.qualifier.number
  }

  init(text: String) throws(Fault) {
    let decoded = Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }
    let parts = decoded?.split(separator: ":").map(String.init) ?? []
    guard parts.count == 2, let name = FunctionName(parts[0]), let version = Int(parts[1]), version >= 0 else {
      throw LambdaErrors.invalidParameter("Invalid marker: \(text)")
    }
    self.name = name.description
    self.version = version
  }

  var text: String { Data("\(name):\(version)".utf8).base64EncodedString() }

  func isBefore(_ other: FunctionVersion) -> Bool {
    (name, version) < (other.name.description, other.qualifier.number)
  }
}
