/// The files of a new function that works as it is.
struct ProjectTemplate: Sendable {
  /// A file's path below the project's directory, and what it holds.
  typealias File = (path: String, text: String)

  let files: [File]
  /// A command to give in the directory before the first deployment; nil when there is none.
  let build: String?

  /// - Parameter name: what the function is called.
  init(_ runtime: ProjectRuntime, name: String) {
    switch runtime {
    case .python: self = .python(name)
    case .node: self = .node(name)
    case .swift: self = .swift(name)
    }
  }

  init(files: [File], build: String? = nil) { (self.files, self.build) = (files, build) }

  /// Writes the files, and nothing when one of them is there already.
  func write(to directory: String) throws {
    let paths = files.map { HostFile.resolve($0.path, from: directory) }
    if let path = paths.first(where: HostFile.exists) {
      throw CommandFailure(.usage, "`\(path)` is there already: give a new directory")
    }
    for (path, file) in zip(paths, files) {
      try HostFile.makeDirectory(HostFile.parent(path))
      try HostFile.create(path).writeAll(Array(file.text.utf8))
    }
  }
}
