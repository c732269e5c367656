import CSpawnerProtocol
import Core
import Testing

@testable import Sandbox

/// What the spawner is told to keep ready.
struct StockLineTests {
  private let account: AccountID

  init() throws { account = try #require(AccountID("000000000007")) }

  @Test func `a line is told of by its number with all that its sandboxes are made of`() throws {
    let (peer, spawner) = try connected()
    spawner.keepReady(3, of: line(.forked(account)), as: 5)
    let (message, rest) = try peer.receiveWithRest(sp_stock.self)
    #expect(message.header.type == UInt16(SP_STOCK.rawValue))
    #expect(message.header.version == UInt16(SP_VERSION))
    #expect(Int(message.header.size) == MemoryLayout<sp_stock>.size + rest.count)
    #expect((message.stock, message.target, message.runtime) == (5, 3, 2))
    #expect((message.kind, message.account) == (SP_STOCK_FORKED.rawValue, 7))
    #expect((message.environment_count, message.environment_size) == (2, UInt32(rest.count)))
    #expect(rest == Array("A=1\0B=2\0".utf8))
  }

  @Test(arguments: [(.prepared, SP_STOCK_PREPARED), (.booted, SP_STOCK_BOOTED)] as [(StockLine.Kind, sp_stock_kind)])
  func `what has seen nobody is anybody's`(kind: StockLine.Kind, number: sp_stock_kind) throws {
    let (peer, spawner) = try connected()
    spawner.keepReady(1, of: line(kind), as: 0)
    let message = try peer.receive(sp_stock.self)
    #expect((message.kind, message.account) == (number.rawValue, 0))
  }

  @Test func `what is the same as before is not said again`() throws {
    let (peer, spawner) = try connected()
    spawner.keepReady(3, of: line(.prepared), as: 1)
    spawner.keepReady(3, of: line(.prepared), as: 1)
    spawner.keepReady(4, of: line(.prepared), as: 1)
    spawner.keepReady(4, of: line(.booted), as: 1)
    let said = try (0..<3).map { _ in try peer.receive(sp_stock.self) }
    #expect(said.map(\.target) == [3, 4, 4])
    #expect(said.map(\.kind) == [SP_STOCK_PREPARED, SP_STOCK_PREPARED, SP_STOCK_BOOTED].map(\.rawValue))
  }

  @Test func `another spawner is told the last of each line, and one that comes later too`() throws {
    let spawner = Spawner()
    spawner.keepReady(9, of: line(.prepared), as: 1)
    spawner.keepReady(3, of: line(.prepared), as: 1)
    spawner.keepReady(2, of: line(.booted), as: 2)
    for _ in 0..<2 {
      let peer = try SpawnerPeer()
      spawner.connect(peer.serverEnd)
      let said = try (0..<2).map { _ in try peer.receive(sp_stock.self) }
      #expect(Dictionary(said.map { ($0.stock, $0.target) }) { first, _ in first } == [1: 3, 2: 2])
    }
  }

  @Test(arguments: [(nil, 0), (0, 1), (31, 32)] as [(Int?, UInt32)])
  func `a start names the line that it may be taken from`(line: Int?, number: UInt32) throws {
    let (peer, spawner) = try connected()
    let digest = try #require(Digest(bytes: [UInt8](repeating: 1, count: 32)))
    let spec = SandboxSpec(
      tree: ArtifactID(account: account, digest: digest), runtime: 2, memoryMiB: 128, ephemeralMiB: 512,
      environment: [], stock: line)
    spawner.start(spec, started: { _ in }, exited: { _ in })
    #expect(try peer.receive(sp_start.self).stock == number)
  }

  private func line(_ kind: StockLine.Kind) -> StockLine {
    StockLine(kind: kind, runtime: 2, environment: ["A=1", "B=2"])
  }

  private func connected() throws -> (SpawnerPeer, Spawner) {
    let (peer, spawner) = (try SpawnerPeer(), Spawner())
    spawner.connect(peer.serverEnd)
    return (peer, spawner)
  }
}
