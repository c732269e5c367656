import Core
import Testing

struct BufferedRandomSourceTests {
  @Test func `bytes are those of the source, in order and each once`() {
    let plain = SeededRandomSource(seed: 7)
    let buffered = BufferedRandomSource(SeededRandomSource(seed: 7))
    // 1,024 are taken at a time: the 64 calls of 16 end with the first supply.
    for _ in 0..<200 { #expect(buffered.bytes(16) == plain.bytes(16)) }
  }

  @Test func `what is asked for comes whole, also where it is more than is left or is ever kept`() {
    let buffered = BufferedRandomSource(SeededRandomSource(seed: 7))
    #expect(buffered.bytes(1000).count == 1000)
    #expect(buffered.bytes(100).count == 100)
    #expect(buffered.bytes(5000).count == 5000)
    #expect(buffered.bytes(0).isEmpty)
  }

  @Test func `no two calls of many at once are given the same bytes`() async {
    let buffered = BufferedRandomSource(SystemRandomSource())
    let all = await withTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<4 { group.addTask { (0..<500).map { _ in buffered.bytes(16) } } }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(all.count == 2000)
    #expect(Set(all).count == 2000)
  }
}
