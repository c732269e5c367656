import ArgumentParser
import JSON
import Wire

/// Shows or sets whether policies of functions and layers may let everybody in.
struct PublicAccess: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show or set whether policies of functions may let everybody in.",
    discussion: """
      Forbidden by default: AddPermission refuses `*` without an account, an organization or a source, and statements that
      were added while it was allowed do not count.
      """)

  enum Setting: String, ExpressibleByArgument, CaseIterable {
    case allow
    case forbid
  }

  @Argument(help: "\(Setting.allCases.map(\.rawValue).joined(separator: ", ")).") var setting: Setting?
  @OptionGroup var options: ClientOptions

  func run() throws {
    let client = try options.client()
    let path = "/account/public-access"
    let found =
      if let setting {
        try client.json(.redoubt("PUT", path, ["IsAllowed": .bool(setting == .allow)]))
      } else {
        try client.json(.redoubt("GET", path))
      }
    let isAllowed = found["IsAllowed"] == .bool(true)
    StandardOutput.write(options.json ? JSONLine.text(found) : isAllowed ? "allowed\n" : "forbidden\n")
  }
}
