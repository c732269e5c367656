import ArgumentParser
import JSON
import Wire

/// Deletes a function with all its versions.
struct Delete: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Delete a function.")

  @Argument(help: "Name or ARN of the function.") var name: String
  @OptionGroup var options: ClientOptions

  func run() throws {
    _ = try options.client().perform(.lambda("DELETE", "/\(ServiceCall.encode(name))"))
    StandardOutput.write(options.json ? JSONLine.text(["FunctionName": .string(name)]) : "deleted \(name)\n")
  }
}
