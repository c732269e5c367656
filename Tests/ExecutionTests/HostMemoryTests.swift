import Testing

@testable import Execution

struct HostMemoryTests {
  @Test func `bytes are read from the kernel's text`() throws {
    let text = "MemTotal:       24683708 kB\nMemFree:        12794516 kB\nMemAvailable:   24151208 kB\nBuffers: 1 kB\n"
    let memory = try #require(HostMemory(text))
    #expect(memory.total == 24_683_708 << 10)
    #expect(memory.available == 24_151_208 << 10)
  }

  @Test(arguments: [
    "", "MemTotal: 1 kB\n", "MemTotal: 1 kB\nMemAvailable: 2 MB\n", "MemTotal: x kB\nMemAvailable: 2 kB\n",
  ])
  func `another text tells nothing`(text: String) { #expect(HostMemory(text) == nil) }

  @Test func `this host tells`() throws {
    let memory = try #require(HostMemory.now())
    #expect(memory.available > 0 && memory.available <= memory.total)
  }
}
