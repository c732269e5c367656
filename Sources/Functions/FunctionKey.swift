import Core
import Storage

extension AccountRegion {
  /// The values of the columns `account` and `region`, in this order.
  var key: [SQLValue] { [.text(account.description), .text(region.description)] }
}

extension FunctionName {
  /// The values of the columns `account`, `region` and `name`, in this order.
  func key(at place: AccountRegion) -> [SQLValue] { place.key + [.text(description)] }
}

extension Row {
  /// The function that the columns `account`, `region` and `name` name.
  ///
  /// - Throws: `DatabaseError.unexpectedColumn`, or `FunctionError.unreadableRecord` with the name in the row.
  func functionARN() throws -> ARN {
    let text = try self.text("name")
    guard let account = AccountID(try self.text("account")), let region = Region(try self.text("region")),
      let name = FunctionName(text)
    else { throw FunctionError.unreadableRecord(text) }
    return FunctionVersion.arn(name, at: AccountRegion(account: account, region: region))
  }
}
