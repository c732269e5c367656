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
    return directory == "/" ? "/" + path : directory + "/" + path
  }
}
