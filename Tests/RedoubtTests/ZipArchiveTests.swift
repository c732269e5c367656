import Glibc
import Testing

@testable import redoubt

@Suite struct ZipArchiveTests {
  private let entries = [
    ZipArchive.Entry(name: "lib/ä.py", bytes: Array("x = 1\n".utf8), isExecutable: false),
    ZipArchive.Entry(name: "bootstrap", bytes: Array("#!/bin/sh\n".utf8), isExecutable: true),
    ZipArchive.Entry(name: "empty", bytes: [], isExecutable: false),
  ]
  private let repetitive = [UInt8](repeating: 7, count: 1 << 20)

  @Test func `the order of the entries does not change the archive`() throws {
    #expect(try ZipArchive.archive(entries) == ZipArchive.archive(entries.reversed()))
  }

  @Test func `python reads names, contents and modes back`() throws {
    try withTemporaryDirectory { directory in
      let archive = directory + "/a.zip"
      let number = try SystemError.check(open(archive, O_WRONLY | O_CREAT, 0o600), archive)
      let large = ZipArchive.Entry(name: "large", bytes: repetitive, isExecutable: false)
      try Descriptor(owning: number).writeAll(ZipArchive.archive(entries + [large]))
      let script = """
        import sys, zipfile
        z = zipfile.ZipFile(sys.argv[1])
        assert z.testzip() is None
        assert z.read("large") == bytes([7]) * (1 << 20) and z.getinfo("large").compress_type == zipfile.ZIP_DEFLATED
        print([(i.filename, z.read(i).decode(), oct(i.external_attr >> 16), i.date_time[0]) for i in z.infolist() if i.filename != 'large'])
        """
      let output = try run("/usr/bin/python3", ["python3", "-X", "utf8", "-c", script, archive])
      #expect(
        output == "[('bootstrap', '#!/bin/sh\\n', '0o100755', 1980), ('empty', '', '0o100644', 1980), "
          + "('lib/ä.py', 'x = 1\\n', '0o100644', 1980)]\n")
    }
  }

  @Test func `what shrinks is deflated and what does not is stored`() throws {
    let short = ZipContent(repetitive)
    #expect(short.method == .deflated && short.bytes.count < 8192 && short.size == repetitive.count)
    // No byte twice: there is nothing to refer back to.
    let dense = ZipContent(Array(0...255))
    #expect(dense.method == .stored && dense.bytes == Array(0...255))
    for tiny in [[], [1]] as [[UInt8]] { #expect(ZipContent(tiny).method == .stored) }
  }

  @Test func `contents come in the order of their files`() {
    let files = (0..<300).map { [UInt8](repeating: UInt8($0 % 256), count: $0) }
    #expect(ZipContent.all(of: files).map(\.size) == Array(0..<300))
    #expect(ZipContent.all(of: files).map(\.checksum) == files.map { ZipContent($0).checksum })
  }

  @Test func `the checksum is that of zip archives`() {
    #expect(ZipContent(Array("123456789".utf8)).checksum == 0xCBF4_3926)
    #expect(ZipContent([]).checksum == 0)
  }

  @Test func `equal trees give equal archives when they are deflated too`() throws {
    let entries = entries + [ZipArchive.Entry(name: "data", bytes: repetitive, isExecutable: false)]
    let archive = try ZipArchive.archive(entries)
    #expect(archive.count < 16384)
    #expect(try archive == ZipArchive.archive(entries.reversed()))
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
