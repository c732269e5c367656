import Core
import Cryptography
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct SecretFileTests {
  private let random = SeededRandomSource(seed: 1)

  @Test func `a created file is closed to others and leaves no draft behind`() throws {
    try withTemporaryDirectory { directory in
      let file = SecretFile("\(directory)/secret")
      try file.create([1, 2, 3], random: random)
      #expect(try file.read(limit: 3) == [1, 2, 3])
      #expect(fileNames(in: directory) == ["secret"])
      var status = stat()
      #expect(stat(file.path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func `an existing file is not overwritten`() throws {
    try withTemporaryDirectory { directory in
      let file = SecretFile("\(directory)/secret")
      try file.create([1], random: random)
      #expect(code { try file.create([2], random: random) } == .fileExists)
      #expect(try file.read(limit: 1) == [1])
      #expect(fileNames(in: directory) == ["secret"])
    }
  }

  @Test(arguments: [0o640, 0o604, 0o620, 0o610, 0o644, 0o777] as [mode_t])
  func `a file that is open to others is refused`(mode: mode_t) throws {
    try withTemporaryDirectory { directory in
      let file = SecretFile("\(directory)/secret")
      try file.create([1], random: random)
      #expect(chmod(file.path, mode) == 0)
      #expect(code { try file.read(limit: 1) } == .unsafeFile)
    }
  }

  @Test func `a symbolic link, a directory and a file that is too long are refused`() throws {
    try withTemporaryDirectory { directory in
      let file = SecretFile("\(directory)/secret")
      try file.create([1, 2], random: random)
      #expect(symlink(file.path, "\(directory)/link") == 0)
      #expect(code { try SecretFile("\(directory)/link").read(limit: 2) } == .unsafeFile)
      #expect(code { try SecretFile(directory).read(limit: 2) } == .unsafeFile)
      #expect(code { try file.read(limit: 1) } == .unsafeFile)
      #expect(code { try SecretFile("\(directory)/none").read(limit: 1) } == .fileMissing)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func `root refuses a file of another user`() throws {
    try withTemporaryDirectory { directory in
      let file = SecretFile("\(directory)/secret")
      try file.create([1], random: random)
      #expect(chown(file.path, 65_534, 65_534) == 0)
      #expect(code { try file.read(limit: 1) } == .unsafeFile)
    }
  }
}

/// The code of the error that `body` throws, or nil when it throws none.
func code(_ body: () throws -> some Any) -> CryptographyError.Code? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? CryptographyError)?.code
  }
}
