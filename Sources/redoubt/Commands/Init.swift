import ArgumentParser
import Functions

/// Writes a new function that works as it is.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a new function with its redoubt.yaml.",
    discussion: "The function is called like the directory. Files that are there are never changed.")

  @Argument(help: "Directory to write to; it is made when it is not there.") var directory = "."
  @Option(help: "\(ProjectRuntime.allCases.map(\.rawValue).joined(separator: ", ")).") var runtime: ProjectRuntime

  func run() throws {
    let path = HostFile.realPath(directory) ?? HostFile.absolute(directory)
    let name = HostFile.name(path)
    guard FunctionName(name) != nil else {
      throw CommandFailure(
        .usage, "`\(name)` is no function's name: give a directory of 1 to 64 letters, digits, hyphens and underscores")
    }
    let template = ProjectTemplate(runtime, name: name)
    try template.write(to: path)
    let build = template.build.map { "in \(directory): \($0)\n" } ?? ""
    let written = template.files.map(\.path).joined(separator: ", ")
    StandardOutput.write(
      "\(directory): wrote \(written)\nnext:\n\(build)redoubt deploy \(directory)\n"
        + "redoubt invoke \(name) --payload '{\"name\": \"you\"}'\n")
  }
}
