/// What is set of a function's concurrency, for all its versions together.
package struct FunctionConcurrency: Hashable, Sendable {
  /// nil: nothing is reserved for it.
  package let reserved: Int?

  package init(reserved: Int?) { self.reserved = reserved }
}
