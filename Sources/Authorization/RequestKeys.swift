import Core
import Identity
import Policy
import Wire

/// The global condition keys of a request: what AWS lists under
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and is known here.
struct RequestKeys {
  let request: Authenticated<OperationRequest>
  let time: any TimeSource

  var keys: ConditionKeys {
    var keys = ConditionKeys()
    let principal = request.principal
    keys["aws:PrincipalArn"] = .single(principal.arn.description)
    keys["aws:PrincipalAccount"] = .single(principal.account.description)
    keys["aws:PrincipalType"] = .single("User")
    keys["aws:PrincipalIsAWSService"] = .single("false")
    keys["aws:userid"] = .single(principal.uniqueID)
    switch principal.kind {
    case .user(let name): keys["aws:username"] = .single(name)
    }
    let now = time.wallTime()
    keys["aws:CurrentTime"] = .single(now.utc.isoDateTime + "Z")
    keys["aws:EpochTime"] = .single(String(now.seconds))
    // No listener speaks TLS.
    keys["aws:SecureTransport"] = .single("false")
    keys["aws:RequestedRegion"] = .single(request.value.place.region.description)
    keys["aws:ResourceAccount"] = .single(request.value.place.account.description)
    keys["aws:ViaAWSService"] = .single("false")
    if let address = request.value.sourceAddress { keys["aws:SourceIp"] = .single(address) }
    if let agent = request.value.head.header("User-Agent") { keys["aws:UserAgent"] = .single(agent) }
    if let referer = request.value.head.header("Referer") { keys["aws:Referer"] = .single(referer) }
    return keys
  }
}
