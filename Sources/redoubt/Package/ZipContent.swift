import CDeflate
import Dispatch
import Synchronization

/// A file's bytes as an archive holds them: deflated if that is shorter.
struct ZipContent: Sendable {
  /// The compression methods of APPNOTE.TXT 4.4.5.
  enum Method: Int, Sendable {
    case stored = 0
    case deflated = 8
  }

  let method: Method
  let bytes: [UInt8]
  /// Of the file.
  let size: Int
  /// CRC-32 of the file.
  let checksum: UInt32

  /// Packages are made anew for each deployment: the fastest level already gets most of it.
  private static let level: Int32 = 1

  init(_ file: [UInt8]) {
    size = file.count
    checksum = file.withUnsafeBufferPointer { cdeflate_checksum($0.baseAddress, $0.count) }
    let deflated = Self.deflated(file)
    (method, bytes) = deflated.isEmpty ? (.stored, file) : (.deflated, deflated)
  }

  /// Of many files, by all processors at once.
  ///
  /// - Returns: in the order of `files`.
  static func all(of files: [[UInt8]]) -> [ZipContent] {
    let contents = Mutex([ZipContent?](repeating: nil, count: files.count))
    DispatchQueue.concurrentPerform(iterations: files.count) { index in
      let content = ZipContent(files[index])
      contents.withLock { $0[index] = content }
    }
    return contents.withLock { $0.compactMap(\.self) }
  }

  /// - Returns: nothing when it would not be shorter.
  private static func deflated(_ file: [UInt8]) -> [UInt8] {
    guard file.count > 1 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: file.count - 1) { output, count in
      count = file.withUnsafeBufferPointer {
        cdeflate_compress($0.baseAddress, $0.count, level, output.baseAddress, file.count - 1)
      }
    }
  }
}
