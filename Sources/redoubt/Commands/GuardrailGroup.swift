import ArgumentParser
import JSON
import Wire

/// Works with the guardrails that bind accounts; for callers of the management account.
struct GuardrailGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guardrail", abstract: "Work with the policies that bind accounts from above.",
    discussion: """
      A service control policy says what an account's principals may do at most, its administrator too; a resource \
      control policy denies things to whomever comes to an account's resources. Neither gives anything, and neither binds \
      the management account.
      """,
    subcommands: [GuardrailPut.self, GuardrailList.self, GuardrailDelete.self])
}

/// Which guardrail a command is about.
struct GuardrailOptions: ParsableArguments {
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case serviceControl = "service-control"
    case resourceControl = "resource-control"

    /// As the API has it.
    var text: String { rawValue.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() + "_POLICY" }
  }

  @Argument(help: "\(Kind.allCases.map(\.rawValue).joined(separator: " or ")).") var kind: Kind
  @Argument(help: "Unique among those of the kind at the target.") var name: String
  @Option(help: "`organization`, for all accounts, or an account's id.") var target = "organization"

  var members: [String: String] { ["Kind": kind.text, "Target": target, "Name": name] }
}

struct GuardrailPut: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Make a guardrail from a file, or replace its document.")

  @OptionGroup var guardrail: GuardrailOptions
  @Argument(help: "The policy document.", completion: .file()) var file: String
  @OptionGroup var options: ClientOptions

  func run() throws {
    let document = String(decoding: try HostFile.bytes(file), as: UTF8.self)
    var input = guardrail.members.mapValues(JSONValue.string)
    input["Document"] = .string(document)
    let answer = try options.client().json(.redoubt("PUT", "/guardrails", .object(input)))
    if options.json { StandardOutput.write(JSONLine.text(answer)) }
  }
}

struct GuardrailList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the guardrails of the organization and of its accounts.",
    discussion: "With --json their documents, too.")

  @OptionGroup var options: ClientOptions

  func run() throws {
    let guardrails = try options.client().all("Guardrails", of: .redoubt("GET", "/guardrails"))
    guard !options.json else { return StandardOutput.write(JSONLine.text(.array(guardrails))) }
    var table = TextTable(header: ["TARGET", "KIND", "NAME"])
    for guardrail in guardrails { table.add(["Target", "Kind", "Name"].map { guardrail[$0]?.string ?? "" }) }
    StandardOutput.write(table.text)
  }
}

struct GuardrailDelete: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "delete", abstract: "Take a guardrail away.")

  @OptionGroup var guardrail: GuardrailOptions
  @OptionGroup var options: ClientOptions

  func run() throws {
    var call = ServiceCall.redoubt("DELETE", "/guardrails")
    call.query = guardrail.members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    _ = try options.client().perform(call)
  }
}
