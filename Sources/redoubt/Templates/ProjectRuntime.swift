import ArgumentParser

/// What a new function is written in.
enum ProjectRuntime: String, CaseIterable, ExpressibleByArgument, Sendable {
  case python
  case node
  case swift
}
