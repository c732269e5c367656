import ArgumentParser
import Core
import JSON
import Wire

/// Works with the accounts of the server; for callers of the management account.
struct AccountGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Work with the accounts of the server.",
    discussion: "For the management account, the one that `serve --account` names.",
    subcommands: [
      AccountCreate.self, AccountList.self, AccountSuspend.self, AccountResume.self, AccountResetAdministrator.self,
    ])
}

struct AccountCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make an account, and print its administrator's access key.",
    discussion: """
      The secret is told this once. `eval "$(redoubt account create NAME)"` makes the shell the administrator's.
      """)

  @Argument(help: "Unique on the server.") var name: String
  @Option(help: "Twelve digits (default: any that are free).") var id: String?
  @OptionGroup var options: ClientOptions

  func run() throws {
    var input: [String: JSONValue] = ["Name": .string(name)]
    input["AccountId"] = id.map { .string($0) }
    AccountText.write(try options.client().json(.redoubt("POST", "/accounts", .object(input))), options)
  }
}

struct AccountList: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts of the server.")

  @OptionGroup var options: ClientOptions

  func run() throws {
    let accounts = try options.client().all("Accounts", of: .redoubt("GET", "/accounts"))
    guard !options.json else { return StandardOutput.write(JSONLine.text(.array(accounts))) }
    var table = TextTable(header: ["ID", "NAME", "STATUS", "CREATED"])
    for account in accounts {
      table.add(["AccountId", "Name", "Status", "CreatedAt"].map { account[$0]?.string ?? "" })
    }
    StandardOutput.write(table.text)
  }
}

struct AccountSuspend: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspend", abstract: "Take an account out of service, with its credentials and functions.")

  @OptionGroup var account: NamedAccount

  func run() throws { try account.change("suspend") }
}

struct AccountResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Take an account back into service.")

  @OptionGroup var account: NamedAccount

  func run() throws { try account.change("resume") }
}

struct AccountResetAdministrator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset-administrator",
    abstract: "Give an account's administrator a new access key in place of all others, and print it.",
    discussion: """
      For who lost the key, or was robbed of it. The secret is told this once. It ends all sessions of the account but those of \
      functions; look for users, keys and roles that a robber may have made.
      """)

  @OptionGroup var account: NamedAccount

  func run() throws { try account.change("administrator") }
}

/// Which account a command is about.
struct NamedAccount: ParsableArguments {
  @Argument(help: "The account's id.") var id: String
  @OptionGroup var options: ClientOptions

  /// Posts to what follows the account in the path, and prints the account.
  func change(_ what: String) throws {
    let path = "/accounts/\(ServiceCall.encode(id))/\(what)"
    AccountText.write(try options.client().json(.redoubt("POST", path)), options)
  }
}

/// How an account, with or without its new access key, is printed.
private enum AccountText {
  static func write(_ answer: JSONValue, _ options: ClientOptions) {
    StandardOutput.write(options.json ? JSONLine.text(answer) : text(answer))
  }

  /// With a key, as a shell reads it.
  private static func text(_ answer: JSONValue) -> String {
    let account = answer["Account"] ?? answer
    func member(_ name: String) -> String { PrintableText.escape(account[name]?.string ?? "") }
    let line = "account \(member("AccountId")) \(member("Name")) \(member("Status").lowercased())\n"
    guard let id = answer["AccessKeyId"]?.string, let secret = answer["SecretAccessKey"]?.string else { return line }
    return "# \(line)export AWS_ACCESS_KEY_ID='\(id)'\nexport AWS_SECRET_ACCESS_KEY='\(secret)'\n"
  }
}
