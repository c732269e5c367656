import Core
import Synchronization

/// The bytes of requests' bodies that the environments of all functions may have in the server, and each function's part.
final class FunctionBudgets: Sendable {
  private struct Part {
    weak var budget: ByteBudget?
  }

  private let whole: ByteBudget
  private let parts = Mutex<[ARN: Part]>([:])

  /// How many functions it takes to use all of it.
  private static let share = 4

  init(limit: Int) { whole = ByteBudget(limit: limit) }

  /// That of a function: the same as long as anybody holds it.
  func budget(of function: ARN) -> ByteBudget {
    parts.withLock { parts in
      if let budget = parts[function]?.budget { return budget }
      if parts.count >= 1024 { parts = parts.filter { $0.value.budget != nil } }
      let budget = ByteBudget(limit: whole.limit / Self.share, within: whole)
      parts[function] = Part(budget: budget)
      return budget
    }
  }
}
