import ArgumentParser
import Testing

@testable import redoubt

@Suite struct ServeKeyTests {
  /// Help text without its line breaks.
  private static let help = Redoubt.helpMessage(for: Serve.self, columns: 500)

  @Test(arguments: ServeKey.allCases)
  func `help names every setting, its documentation, default and variable`(key: ServeKey) {
    #expect(Self.help.contains(key.flag))
    #expect(Self.help.contains(key.help))
    #expect(key.help.contains(key.variable))
    if case .fixed(let text) = key.row.fallback { #expect(key.help.contains("default: \(text);")) }
  }

  @Test(arguments: ServeKey.allCases)
  func `every setting can be given as a flag`(key: ServeKey) throws {
    let value = key.row.form == .truth ? nil : "value"
    let flags = try ServeFlags.parse([key.flag, value].compactMap { $0 })
    #expect(flags.values == [key: value ?? "true"])
  }

  @Test(arguments: ServeKey.allCases)
  func `fixed defaults lie in their own range`(key: ServeKey) {
    guard case .whole(let range) = key.row.form, case .fixed(let text) = key.row.fallback else { return }
    #expect(Int(text).map(range.contains) == true)
  }

  @Test func `variables are the names in capitals`() {
    #expect(ServeKey.idleConnectionTimeout.variable == "REDOUBT_IDLE_CONNECTION_TIMEOUT")
  }

  @Test func `the worker process is not shown`() {
    #expect(!Redoubt.helpMessage().contains("worker process"))
  }
}
