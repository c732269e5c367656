import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fresh directory, removed with the files directly in it when `body` returns.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
  let path = "/tmp/redoubt-test-\(Hexadecimal.encode(SystemRandomSource().bytes(8)))"
  guard mkdir(path, 0o700) == 0 else { throw SystemFailure(number: errno) }
  defer {
    for name in fileNames(in: path) { unlink("\(path)/\(name)") }
    rmdir(path)
  }
  try body(path)
}

func fileNames(in directory: String) -> [String] {
  guard let stream = opendir(directory) else { return [] }
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

struct SystemFailure: Error {
  let number: Int32
}
