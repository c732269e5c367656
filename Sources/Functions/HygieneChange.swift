/// One version whose environments are to be kept clean in another way from now on.
package struct HygieneChange: Sendable {
  package let version: FunctionVersion
  package let old: HygieneMode
  package let new: HygieneMode

  static func changes(
    of versions: some Sequence<FunctionVersion>, from old: HygieneMode, to new: HygieneMode
  ) -> [HygieneChange] {
    old == new ? [] : versions.map { HygieneChange(version: $0, old: old, new: new) }
  }
}
