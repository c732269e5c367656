import CSpawnerProtocol
import Core

/// The bytes of the messages to the spawner.
enum SpawnerMessage {
  /// Whether the spawner would take the layers and the environment block; it ends a connection that sends it one out of
  /// form.
  static func isWithinBounds(_ spec: SandboxSpec) -> Bool {
    spec.layers.count <= Int(SP_MAX_LAYERS) && isWithinBounds(spec.environment)
  }

  private static func isWithinBounds(_ environment: [String]) -> Bool {
    environment.count <= Int(SP_MAX_ENVIRONMENT_COUNT)
      && environment.allSatisfy { !$0.utf8.contains(0) && $0.utf8.dropFirst().contains(UInt8(ascii: "=")) }
      && environment.reduce(0) { $0 + $1.utf8.count + 1 } <= Int(SP_MAX_ENVIRONMENT)
  }

  private static func block(_ environment: [String]) -> [UInt8] { environment.flatMap { Array($0.utf8) + [0] } }

  /// - Parameter count: at most `Spawner.stockPlaces`.
  static func stock(_ number: Int, _ line: StockLine, count: Int) -> [UInt8] {
    let block = block(line.environment)
    var message = sp_stock()
    message.header = header(SP_STOCK, size: MemoryLayout<sp_stock>.size + block.count, 0)
    message.account = line.kind.account?.number ?? 0
    message.stock = UInt32(number)
    message.kind = line.kind.number
    message.runtime = UInt32(line.runtime)
    message.target = UInt32(count)
    message.environment_count = UInt32(line.environment.count)
    message.environment_size = UInt32(block.count)
    return bytes(of: message) + block
  }

  static func start(_ spec: SandboxSpec, request: UInt64) -> [UInt8] {
    let block = block(spec.environment)
    var message = sp_start()
    message.header = header(SP_START, size: MemoryLayout<sp_start>.size + block.count, request)
    message.tree = tree(spec.tree)
    message.runtime = UInt32(spec.runtime)
    message.memory_mib = UInt32(spec.memoryMiB)
    message.ephemeral_mib = UInt32(spec.ephemeralMiB)
    message.environment_count = UInt32(spec.environment.count)
    message.environment_size = UInt32(block.count)
    message.layer_count = UInt32(spec.layers.count)
    if let compiled = spec.compiled {
      message.has_compiled = 1
      message.compiled = tree(compiled)
    }
    message.stock = spec.stock.map { UInt32($0) + 1 } ?? 0
    withUnsafeMutableBytes(of: &message.layers) { bytes in
      for (index, layer) in spec.layers.enumerated() {
        bytes.storeBytes(of: tree(layer), toByteOffset: index * MemoryLayout<sp_tree>.stride, as: sp_tree.self)
      }
    }
    return bytes(of: message) + block
  }

  static func unpack(_ code: ArtifactID, zipSize: Int, limits: UnpackLimits, request: UInt64) -> [UInt8] {
    var message = sp_unpack()
    message.header = header(SP_UNPACK, size: MemoryLayout<sp_unpack>.size, request)
    message.tree = tree(code)
    message.zip_size = UInt64(zipSize)
    message.maximum_bytes = UInt64(limits.bytes)
    message.maximum_entries = UInt32(limits.entries)
    return bytes(of: message)
  }

  static func compile(
    _ code: ArtifactID, into result: ArtifactID, runtime: Int, limits: UnpackLimits, request: UInt64
  ) -> [UInt8] {
    var message = sp_compile()
    message.header = header(SP_COMPILE, size: MemoryLayout<sp_compile>.size, request)
    message.tree = tree(result)
    message.code = tree(code)
    message.maximum_bytes = UInt64(limits.bytes)
    message.maximum_entries = UInt32(limits.entries)
    message.runtime = UInt32(runtime)
    return bytes(of: message)
  }

  static func slot(_ type: sp_type, _ id: SandboxID) -> [UInt8] {
    var message = sp_slot()
    message.header = header(type, size: MemoryLayout<sp_slot>.size, 0)
    message.slot = id.slot
    message.generation = id.generation
    return bytes(of: message)
  }

  static func forget(_ code: ArtifactID) -> [UInt8] {
    var message = sp_forget()
    message.header = header(SP_FORGET, size: MemoryLayout<sp_forget>.size, 0)
    message.tree = tree(code)
    return bytes(of: message)
  }

  /// - Returns: nil when there are fewer bytes than the structure has.
  static func read<Structure: BitwiseCopyable>(_: Structure.Type, from bytes: [UInt8]) -> Structure? {
    guard bytes.count >= MemoryLayout<Structure>.size else { return nil }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Structure.self) }
  }

  private static func header(_ type: sp_type, size: Int, _ request: UInt64) -> sp_header {
    sp_header(version: UInt16(SP_VERSION), type: UInt16(type.rawValue), size: UInt32(size), request: request)
  }

  private static func tree(_ code: ArtifactID) -> sp_tree {
    var tree = sp_tree()
    tree.account = code.account.number
    withUnsafeMutableBytes(of: &tree.digest) { $0.copyBytes(from: code.digest.bytes) }
    return tree
  }

  private static func bytes<Structure: BitwiseCopyable>(of structure: Structure) -> [UInt8] {
    withUnsafeBytes(of: structure) { Array($0) }
  }
}

extension StockLine.Kind {
  /// Whose environments its sandboxes may become; nil: anybody's.
  fileprivate var account: AccountID? {
    if case .forked(let account) = self { account } else { nil }
  }

  fileprivate var number: UInt32 {
    switch self {
    case .prepared: SP_STOCK_PREPARED.rawValue
    case .booted: SP_STOCK_BOOTED.rawValue
    case .forked: SP_STOCK_FORKED.rawValue
    }
  }
}
