import Functions
import Wire

/// Which layers or versions a list is to have, and which page of it is asked for.
struct LayerListing<Key: Comparable & LosslessStringConvertible & Sendable>: Sendable {
  let paging: Paging<Key>
  private let runtime: String?
  private let architecture: String?

  init(_ members: inout MemberReader) throws(Fault) {
    runtime = members.query("CompatibleRuntime")
    architecture = members.query("CompatibleArchitecture")
    members.check(runtime, at: "CompatibleRuntime", oneOf: RuntimeNames.all)
    members.check(architecture, at: "CompatibleArchitecture", oneOf: LayerMembers.architectures)
    paging = try Paging(&members, most: 50)
  }

  func includes(_ version: LayerVersion) -> Bool {
    version.details.isCompatible(runtime: runtime, architecture: architecture)
  }
}
