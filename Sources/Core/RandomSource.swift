import Glibc
import Synchronization

/// Where random bytes come from. Passed by `init`; nothing outside Core asks the system itself.
package protocol RandomSource: Sendable {
  func bytes(_ count: Int) -> [UInt8]
}

/// The kernel's generator, fit for keys.
package struct SystemRandomSource: RandomSource {
  /// What one call gives at most, and all at once (getentropy(3)).
  private static let entropyLimit = 256

  package init() {}

  package func bytes(_ count: Int) -> [UInt8] {
    Array(unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let piece = UnsafeMutableBufferPointer(rebasing: buffer[filled...].prefix(Self.entropyLimit))
        let failed = getentropy(piece.baseAddress, piece.count) != 0
        precondition(!failed, "the kernel has no random bytes")
        filled += piece.count
      }
    }
  }
}

/// Bytes of another source, taken from it many at a time: for the ids of requests. Not for keys: what is given next lies in
/// memory already.
package final class BufferedRandomSource: RandomSource {
  private static let supply = 1024

  private let source: any RandomSource
  private let bytes = Mutex<ArraySlice<UInt8>>([])

  package init(_ source: any RandomSource) { self.source = source }

  package func bytes(_ count: Int) -> [UInt8] {
    bytes.withLock { bytes in
      if bytes.count < count { bytes = source.bytes(max(Self.supply, count))[...] }
      defer { bytes = bytes.dropFirst(count) }
      return Array(bytes.prefix(count))
    }
  }
}

/// A repeatable sequence; for tests only, never for keys.
package final class SeededRandomSource: RandomSource {
  private let state: Mutex<UInt64>

  package init(seed: UInt64) { state = Mutex(seed) }

  package func bytes(_ count: Int) -> [UInt8] {
    state.withLock { state in
      (0..<count).map { _ in
        // SplitMix64 (Steele, Lea and Flood 2014).
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return UInt8(truncatingIfNeeded: mixed ^ (mixed >> 31))
      }
    }
  }
}
