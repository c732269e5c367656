extension StringProtocol {
  /// Whether the bytes are the same. `==` compares what a reader sees, which two writings of one accent may share.
  func isSame(as other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
