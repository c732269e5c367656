import Glibc

/// Small whole files, those of /proc and /sys (which claim to be empty) included.
enum HostFile {
  static func bytes(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
    try Descriptor.open(path, O_RDONLY).readAll(limit: limit)
  }

  /// - Returns: nil when the file cannot be read.
  static func text(_ path: String) -> String? {
    guard let bytes = try? bytes(path) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// - Returns: nil when the file cannot be read or does not hold one number alone.
  static func number(_ path: String) -> Int? { text(path).flatMap { Int($0.filter { !$0.isWhitespace }) } }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  static func isExecutable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func isSymbolicLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The entries of a directory, in no order.
  static func names(in directory: String) throws(SystemError) -> [String] {
    guard let stream = opendir(directory) else { throw SystemError(call: "open \(directory)", number: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes a directory and those above it that are not there.
  static func makeDirectory(_ path: String) throws(SystemError) {
    guard !isDirectory(path) else { return }
    try makeDirectory(parent(path))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw SystemError(call: "make \(path)", number: errno)
    }
  }

  /// A new file, open for reading and writing.
  static func create(_ path: String, mode: mode_t = 0o666) throws(SystemError) -> Descriptor {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
    return Descriptor(owning: try SystemError.check(open(path, flags, mode), "create \(path)"))
  }

  /// The path without symbolic links, `.` and `..`; nil when it does not exist.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Everything before the last `/`.
  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// Everything after the last `/`.
  static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? ""
  }

  /// `path` as seen from the working directory when it is relative.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = realPath(".") else { return path }
    return resolve(path, from: directory)
  }

  /// `path` as seen from `directory` when it is relative, without `.` and doubled slashes.
  static func resolve(_ path: String, from directory: String) -> String {
    let parts = (path.hasPrefix("/") ? path : directory + "/" + path).split(separator: "/")
    return "/" + parts.filter { $0 != "." }.joined(separator: "/")
  }
}
