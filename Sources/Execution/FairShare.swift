/// Whose an environment is, for sharing a full host.
package struct PoolOwner: Hashable, Sendable {
  package let account: String
  package let function: String

  package init(account: String, function: String) {
    self.account = account
    self.function = function
  }
}

/// Shares a full host among accounts, and what an account gets among its functions: whoever asks for less than an equal
/// part gets all of it, and the others share what that leaves (max-min fairness).
enum FairShare {
  /// What an owner asks for and has.
  struct Claim: Hashable, Sendable {
    /// How many environments it has use for.
    var demand = 0
    var holding = 0

    static func + (left: Claim, right: Claim) -> Claim {
      Claim(demand: left.demand + right.demand, holding: left.holding + right.holding)
    }
  }

  /// - Returns: the share of each, at most its demand; all of them together are at most the capacity.
  static func shares(of capacity: Int, among claims: [PoolOwner: Claim]) -> [PoolOwner: Int] {
    let accounts = Dictionary(grouping: claims.keys, by: \.account)
    let parts = fill(capacity, accounts.mapValues { $0.reduce(Claim()) { $0 + (claims[$1] ?? Claim()) } })
    return accounts.reduce(into: [:]) { shares, account in
      let own = claims.filter { $0.key.account == account.key }
      shares.merge(fill(parts[account.key] ?? 0, own)) { _, share in share }
    }
  }

  /// The smallest demands first: each gets what it asks for, or an equal part of what is left. What does not divide goes to
  /// those who ask for less and, of equals, to those who have less: so it goes round where there is not one for each.
  private static func fill<Owner: Hashable>(_ capacity: Int, _ claims: [Owner: Claim]) -> [Owner: Int] {
    let order = claims.sorted { ($0.value.demand, $0.value.holding) < ($1.value.demand, $1.value.holding) }
    var (left, rest) = (capacity, claims.count)
    var shares: [Owner: Int] = [:]
    for (owner, claim) in order {
      let share = min(claim.demand, (left + rest - 1) / rest)
      shares[owner] = share
      left -= share
      rest -= 1
    }
    return shares
  }
}
