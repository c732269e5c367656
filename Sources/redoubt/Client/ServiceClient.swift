import Core
import Identity
import JSON
import NIOCore
import NIOHTTP1
import Wire

/// Signs calls, sends them and tells replies from refusals.
struct ServiceClient: Sendable {
  let endpoint: ServiceEndpoint
  let region: Region
  let credentials: AccessKeyCredentials
  let time: any TimeSource

  /// - Throws: `ServiceRefusal` for every status that is not a success.
  func perform(_ call: ServiceCall) throws -> HTTPExchange.Reply {
    let target = call.path + (call.query.isEmpty ? "" : "?" + call.encodedQuery)
    let exchange = HTTPExchange(
      method: HTTPMethod(rawValue: call.method), target: target, headers: try headers(of: call, target: target),
      body: call.body, timeout: .seconds(call.timeoutSeconds))
    let reply = try exchange.perform(at: endpoint)
    guard (200..<300).contains(reply.status) else { throw ServiceRefusal(reply) }
    return reply
  }

  /// The JSON body of the reply.
  func json(_ call: ServiceCall) throws -> JSONValue {
    let reply = try perform(call)
    guard let value = JSONValue(parsing: reply.body) else {
      throw CommandFailure(.refused, "the reply of \(endpoint) is not JSON: is that a redoubt server?")
    }
    return value
  }

  /// The account of whose credentials these are.
  func account() throws -> AccountID {
    let reply = try perform(.sts("GetCallerIdentity", version: "2011-06-15"))
    let parts = String(decoding: reply.body, as: UTF8.self).split(separator: "<Account>", maxSplits: 1)
    guard parts.count == 2, let account = AccountID(String(parts[1].prefix(12))) else {
      throw CommandFailure(.refused, "the reply of \(endpoint) names no account: is that a redoubt server?")
    }
    return account
  }

  /// The items of all pages of a list of Redoubt's own API.
  ///
  /// - Parameter member: that holds the items of a page.
  func all(_ member: String, of call: ServiceCall) throws -> [JSONValue] {
    var (items, call) = ([JSONValue](), call)
    while true {
      let page = try json(call)
      if case .array(let found)? = page[member] { items += found }
      guard let marker = page["NextMarker"]?.string else { return items }
      call.query = [("Marker", marker)]
    }
  }

  private func headers(of call: ServiceCall, target: String) throws(CommandFailure) -> HTTPHeaders {
    let signed = [(name: "Host", value: endpoint.address.description)] + call.headers
    let head = RequestHead(method: call.method, target: target, headers: signed)
    let signature: [(name: String, value: String)]
    do {
      signature = try RequestSigner(credentials).sign(
        head, body: call.body, service: call.service, region: region, at: time.wallTime())
    } catch {
      throw CommandFailure(.usage, "cannot sign `\(target)`: \(error): give another name")
    }
    // The length is framing, not content, and is left out of the signature.
    return HTTPHeaders(signed + signature + [("Content-Length", String(call.body.count)), ("Connection", "close")])
  }
}
