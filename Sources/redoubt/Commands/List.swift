import ArgumentParser
import JSON
import Wire

/// Lists functions.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List the functions.")

  @OptionGroup var options: ClientOptions

  func run() throws {
    let functions = try functions(options.client())
    if options.json {
      StandardOutput.write(JSONLine.text(.array(functions)))
    } else if functions.isEmpty {
      StandardOutput.write("no functions: make one with `redoubt deploy DIR`\n")
    } else {
      StandardOutput.write(table(functions).text)
    }
  }

  private func functions(_ client: ServiceClient) throws -> [JSONValue] {
    var functions: [JSONValue] = []
    var call = ServiceCall.lambda("GET", "")
    while true {
      let page = try client.json(call)
      if case .array(let items)? = page["Functions"] { functions += items }
      guard let marker = page["NextMarker"]?.string, !marker.isEmpty else { return functions }
      call.query = [("Marker", marker)]
    }
  }

  private func table(_ functions: [JSONValue]) -> TextTable {
    var table = TextTable(header: ["NAME", "RUNTIME", "MEMORY", "TIMEOUT", "MODIFIED"])
    for function in functions {
      table.add([
        function["FunctionName"]?.string ?? "", function["Runtime"]?.string ?? "",
        function["MemorySize"]?.integer.map { "\($0) MB" } ?? "", function["Timeout"]?.integer.map { "\($0) s" } ?? "",
        function["LastModified"]?.string ?? "",
      ])
    }
    return table
  }
}
