import Glibc
import Testing

@testable import redoubt

@Suite struct ZipArchiveTests {
  private let entries = [
    ZipArchive.Entry(name: "lib/ä.py", bytes: Array("x = 1\n".utf8), isExecutable: false),
    ZipArchive.Entry(name: "bootstrap", bytes: Array("#!/bin/sh\n".utf8), isExecutable: true),
    ZipArchive.Entry(name: "empty", bytes: [], isExecutable: false),
  ]

  @Test func `the order of the entries does not change the archive`() throws {
    #expect(try ZipArchive.stored(entries) == ZipArchive.stored(entries.reversed()))
  }

  @Test func `python reads names, contents and modes back`() throws {
    try withTemporaryDirectory { directory in
      let archive = directory + "/a.zip"
      let number = try SystemError.check(open(archive, O_WRONLY | O_CREAT, 0o600), archive)
      try Descriptor(owning: number).writeAll(ZipArchive.stored(entries))
      let script = """
        import sys, zipfile
        z = zipfile.ZipFile(sys.argv[1])
        assert z.testzip() is None
        print([(i.filename, z.read(i).decode(), oct(i.external_attr >> 16), i.date_time[0]) for i in z.infolist()])
        """
      let output = try run("/usr/bin/python3", ["python3", "-X", "utf8", "-c", script, archive])
      #expect(
        output == "[('bootstrap', '#!/bin/sh\\n', '0o100755', 1980), ('empty', '', '0o100644', 1980), "
          + "('lib/ä.py', 'x = 1\\n', '0o100644', 1980)]\n")
    }
  }

  @Test func `a directory is packed without what does not belong`() throws {
    try withTemporaryDirectory { directory in
      for name in [".git", "pkg", "pkg/__pycache__"] { #expect(mkdir("\(directory)/\(name)", 0o755) == 0) }
      try write("a", to: directory + "/app.py")
      try write("b", to: directory + "/pkg/b.py", mode: 0o755)
      try write("c", to: directory + "/pkg/__pycache__/b.pyc")
      try write("d", to: directory + "/.git/config")
      #expect(symlink("b.py", directory + "/pkg/link.py") == 0)
      let names = try SourceTree(directory).entries().sorted { $0.name < $1.name }
      #expect(names.map(\.name) == ["app.py", "pkg/b.py", "pkg/link.py"])
      #expect(names.map(\.isExecutable) == [false, true, true])
      #expect(names.last?.bytes == Array("b".utf8))
    }
  }

  @Test(arguments: ["/etc/passwd", "pkg", "../outside", "nowhere"])
  func `links that lead out, to directories or nowhere are refused`(target: String) throws {
    try withTemporaryDirectory { directory in
      #expect(mkdir(directory + "/code", 0o755) == 0 && mkdir(directory + "/code/pkg", 0o755) == 0)
      try write("x", to: directory + "/outside")
      #expect(symlink(target, directory + "/code/link") == 0)
      #expect {
        try SourceTree(directory + "/code").entries()
      } throws: { error in "\(error)".contains("`link` is a symbolic link") }
    }
  }
}
