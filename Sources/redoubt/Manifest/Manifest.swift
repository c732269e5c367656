import Yams

/// What a `redoubt.yaml` says: functions in the order of the file, which is that of their deployment.
struct Manifest: Sendable {
  static let fileName = "redoubt.yaml"

  let functions: [FunctionSpec]

  private enum Key: String, CaseIterable { case functions }

  /// The manifest that a path of the command line means: the file itself, or that of a directory which has one.
  static func file(at path: String) -> String? {
    if HostFile.isDirectory(path) {
      let file = (path.hasSuffix("/") ? path : path + "/") + fileName
      return HostFile.exists(file) ? file : nil
    }
    return path.hasSuffix(".yaml") || path.hasSuffix(".yml") ? path : nil
  }

  static func read(_ path: String) throws(CommandFailure) -> Manifest {
    let bytes: [UInt8]
    do { bytes = try HostFile.bytes(path) } catch {
      throw CommandFailure(.configuration, "cannot read the functions: \(error): give a redoubt.yaml")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(.configuration, "`\(path)` is not in UTF-8: save it so")
    }
    return try Manifest(text, path: path)
  }

  /// - Parameter path: the file that holds `text`; what it names relatively lies beside it.
  init(_ text: String, path: String) throws(CommandFailure) {
    let root = try Self.root(of: text, path)
    guard let functions = try root.members(of: Key.self)[.functions] else {
      throw root.failure("`functions` is missing: give the functions by their names")
    }
    var specs: [FunctionSpec] = []
    for (name, value) in try functions.members() { specs.append(try FunctionSpec(name, value)) }
    guard !specs.isEmpty else { throw functions.failure("`functions` has none: give the functions by their names") }
    try Self.checkLayers(specs, functions)
    self.functions = specs
  }

  /// The functions of those names, in the order of the file; all of them when there are no names.
  func functions(only names: [String]) throws(CommandFailure) -> [FunctionSpec] {
    let known = functions.map(\.name)
    for name in names where !known.contains(name) {
      throw CommandFailure(
        .usage, "--only is `\(name)`, which the file does not have: give one of \(known.joined(separator: ", "))")
    }
    return names.isEmpty ? functions : functions.filter { names.contains($0.name) }
  }

  private static func root(of text: String, _ path: String) throws(CommandFailure) -> ManifestValue {
    do {
      guard let node = try compose(yaml: text, .default, .default, .utf8) else {
        throw CommandFailure(.configuration, "`\(path)` is empty: give `functions`")
      }
      return ManifestValue(node: node, name: "", line: 1, path: path)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw failure(of: error, path)
    }
  }

  private static func failure(of error: any Error, _ path: String) -> CommandFailure {
    let (line, problem): (Int, String) =
      switch error as? YamlError {
      case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
        .composer(_, let problem, let mark, _)?:
        (mark.line, problem)
      case .duplicatedKeysInMapping(let names, let context)?:
        (context.mark.line, "`\(names.sorted().joined(separator: "`, `"))` is there twice: leave one of them")
      case .reader(let problem, _, _, _)?: (1, problem)
      default: (1, "not YAML")
      }
    return CommandFailure(.configuration, PrintableText.escape("\(path):\(line): \(problem)"))
  }

  /// A layer is named by its directory: two of one name would replace each other.
  private static func checkLayers(_ specs: [FunctionSpec], _ value: ManifestValue) throws(CommandFailure) {
    var paths: [String: String] = [:]
    for layer in specs.flatMap({ $0.layers ?? [] }) {
      guard case .directory(let path) = layer else { continue }
      let name = HostFile.name(path)
      guard paths.updateValue(path, forKey: name) ?? path == path else {
        throw value.failure("two layers are in directories called `\(name)`: rename one of them")
      }
    }
  }
}
