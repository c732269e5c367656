import CSpawnerProtocol

/// One message from the spawner, checked for its form.
enum SpawnerReply {
  case unpacked(request: UInt64, UnpackedTree)
  case started(request: UInt64, slot: UInt32, generation: UInt32, groupFiles: Int, wasParked: Bool)
  case failed(request: UInt64, SandboxError)
  case exited(slot: UInt32, generation: UInt32, SandboxExit)
  case cleaned(slot: UInt32, generation: UInt32, isClean: Bool)

  /// - Returns: nil when the message is none of the protocol.
  init?(_ bytes: [UInt8]) {
    guard let header = SpawnerMessage.read(sp_header.self, from: bytes), Int(header.size) == bytes.count,
      Int32(header.version) == Int32(SP_VERSION)
    else { return nil }
    switch UInt32(header.type) {
    case SP_UNPACKED.rawValue:
      guard let result = SpawnerMessage.read(sp_result.self, from: bytes) else { return nil }
      let tree = UnpackedTree(
        bytes: Int(clamping: result.bytes), entries: Int(result.entries), hasExtensions: result.has_extensions != 0)
      self = .unpacked(request: header.request, tree)
    case SP_FAILED.rawValue:
      guard let result = SpawnerMessage.read(sp_result.self, from: bytes) else { return nil }
      self = .failed(request: header.request, SandboxError(result))
    case SP_STARTED.rawValue:
      guard let started = SpawnerMessage.read(sp_started.self, from: bytes) else { return nil }
      self = .started(
        request: header.request, slot: started.slot, generation: started.generation, groupFiles: started.groupFiles,
        wasParked: started.was_parked == 1)
    case SP_EXITED.rawValue:
      guard let exited = SpawnerMessage.read(sp_exited.self, from: bytes) else { return nil }
      self = .exited(slot: exited.slot, generation: exited.generation, SandboxExit(exited))
    case SP_CLEANED.rawValue:
      guard let cleaned = SpawnerMessage.read(sp_cleaned.self, from: bytes) else { return nil }
      self = .cleaned(slot: cleaned.slot, generation: cleaned.generation, isClean: cleaned.is_clean == 1)
    default: return nil
    }
  }
}

extension sp_started {
  /// How many descriptors there are beside those that every host gives.
  fileprivate var groupFiles: Int {
    switch (has_group, can_freeze) {
    case (1, 1): Int(SP_STARTED_DESCRIPTORS - SP_STARTED_DESCRIPTORS_ALONE)
    case (1, _): Int(SP_STARTED_DESCRIPTORS_GROUP - SP_STARTED_DESCRIPTORS_ALONE)
    default: 0
    }
  }
}

extension SandboxError {
  fileprivate init(_ result: sp_result) {
    let detail = withUnsafeBytes(of: result.detail) { buffer in
      String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch result.failure {
    case SP_FAILURE_INVALID.rawValue: self = .invalidRequest
    case SP_FAILURE_UNKNOWN_TREE.rawValue: self = .unknownTree
    case SP_FAILURE_NO_SLOT.rawValue: self = .noSlot
    case SP_FAILURE_SYSTEM.rawValue: self = .system(step: detail, errorNumber: result.error_number)
    case SP_FAILURE_NOT_A_ZIP.rawValue: self = .notAZip
    case SP_FAILURE_UNSAFE_ENTRY.rawValue: self = .unsafeEntry(detail)
    case SP_FAILURE_TOO_LARGE.rawValue: self = .tooLarge
    case SP_FAILURE_TIMEOUT.rawValue: self = .timeout
    default: self = .protocolViolation
    }
  }
}

extension SandboxExit {
  /// Takes the status of wait(2) apart: the low seven bits are the signal, the next byte is the exit code.
  fileprivate init(_ exited: sp_exited) {
    let signal = Int(exited.wait_status & 0x7F)
    self.init(
      cause: signal == 0 ? .code(Int(exited.wait_status >> 8 & 0xFF)) : .signal(signal),
      oomKills: Int(exited.oom_kills), memoryPeak: exited.memory_peak == 0 ? nil : Int(clamping: exited.memory_peak))
  }
}
