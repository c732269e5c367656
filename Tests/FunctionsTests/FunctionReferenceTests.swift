import Core
import Functions
import Testing

struct FunctionReferenceTests {
  @Test(
    arguments: [
      ("name", nil), ("name:1", "1"), ("name:$LATEST", "$LATEST"),
      ("name:$LATEST.PUBLISHED", "$LATEST.PUBLISHED"), ("function:name", nil), ("name:alias-x", "alias-x"),
      ("000000000000:function:name", nil), ("000000000000:function:name:7", "7"),
      ("arn:aws:lambda:us-east-1:000000000000:function:name", nil),
      ("arn:aws:lambda:us-east-1:000000000000:function:name:$LATEST", "$LATEST"),
    ] as [(String, String?)])
  func `each form of aws is read`(text: String, qualifier: String?) throws {
    let reference = try #require(FunctionReference(text))
    #expect(reference.name.description == "name")
    #expect(reference.qualifier == qualifier)
  }

  @Test(arguments: [
    "", ":", "na me", "name:", "name:1:2", "arn:aws:lambda:us-east-1:000000000000:function",
    "arn:aws:s3:us-east-1:000000000000:function:name", "arn:aws:lambda:us-east-1:function:name", "../etc",
    "name:$OTHER", "name:$LATEST.OTHER", "00000000000:function:name", "näme", "name\u{0}",
    String(repeating: "n", count: 65),
  ])
  func `what is no function reference is refused`(text: String) {
    #expect(FunctionReference(text) == nil)
  }

  @Test func `a reference to another place is not taken for this one`() throws {
    let account = try #require(AccountID("000000000000"))
    let here = AccountRegion(account: account, region: try #require(Region("us-east-1")))
    #expect(try #require(FunctionReference("name")).isIn(here))
    #expect(try #require(FunctionReference("arn:aws:lambda:us-east-1:000000000000:function:name")).isIn(here))
    #expect(!(try #require(FunctionReference("arn:aws:lambda:eu-west-1:000000000000:function:name")).isIn(here)))
    #expect(!(try #require(FunctionReference("000000000001:function:name")).isIn(here)))
  }

  @Test(arguments: ["$LATEST", "$LATEST.PUBLISHED", "12", "", "a.b"])
  func `what has a meaning of its own is no alias`(text: String) {
    #expect(AliasName(text) == nil)
  }

  @Test(arguments: ["0", "01", "-1", "x", "", "$latest", "$LATEST.PUBLISHED"])
  func `what is no version is no qualifier`(text: String) {
    #expect(Qualifier(text) == nil)
  }
}
