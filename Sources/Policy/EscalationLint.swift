import Core

/// Ways by which whoever has some actions gets more than the policy says. Statements of a document count together.
struct EscalationLint {
  let document: PolicyDocument

  /// Sets of actions, all of which are needed, with what they make possible.
  private static let paths: [(actions: [String], effect: String)] = [
    (["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "runs code of their own as any role"),
    (["iam:PassRole", "lambda:UpdateFunctionConfiguration"], "gives a function any role"),
    (["lambda:UpdateFunctionCode"], "runs code of their own as the role of any function"),
    (["lambda:UpdateFunctionConfiguration"], "puts a layer or variables of their own under any function"),
    (["iam:CreatePolicyVersion"], "writes any managed policy anew"),
    (["iam:SetDefaultPolicyVersion"], "brings an older version of a policy into force"),
    (["iam:CreateAccessKey"], "signs as any user"),
    (["iam:AttachUserPolicy"], "attaches any policy to any user"),
    (["iam:AttachGroupPolicy"], "attaches any policy to any group"),
    (["iam:AttachRolePolicy"], "attaches any policy to any role"),
    (["iam:PutUserPolicy"], "puts any policy into any user"),
    (["iam:PutGroupPolicy"], "puts any policy into any group"),
    (["iam:PutRolePolicy"], "puts any policy into any role"),
    (["iam:AddUserToGroup"], "joins any group"),
    (["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], "assumes any role"),
    (["iam:DeleteUserPermissionsBoundary"], "takes the boundary from any user"),
    (["iam:PutUserPermissionsBoundary"], "changes the boundary of any user"),
    (["iam:DeleteRolePermissionsBoundary"], "takes the boundary from any role"),
    (["iam:PutRolePermissionsBoundary"], "changes the boundary of any role"),
    (["redoubt:ResetAccountAdministrator"], "signs as the administrator of any account"),
    (["redoubt:DeleteGuardrail"], "takes the guardrails from any account"),
    (["redoubt:PutGuardrail"], "changes the guardrails of any account"),
  ]

  var findings: [LintFinding] {
    Self.paths.filter { $0.actions.allSatisfy(isOpen) }.map { path in
      LintFinding(
        rule: .escalation, statement: nil, sid: nil,
        message: "\(path.actions.joined(separator: " with ")) \(path.effect)")
    }
  }

  /// Whether the action is allowed for any resource, without a condition, and nowhere denied so.
  private func isOpen(_ action: String) -> Bool {
    let name = ActionName(action)
    func concerns(_ statement: Statement) -> Bool {
      statement.actions.matches(name) && statement.conditions.isEmpty && statement.resources.map(Self.isOpen) ?? false
    }
    let applying = document.statements.filter(concerns)
    return applying.contains { $0.effect == .allow } && !applying.contains { $0.effect == .deny }
  }

  /// Whether a block leaves nothing of a kind of resource out.
  private static func isOpen(_ resources: ResourceBlock) -> Bool {
    resources.isNegated
      || resources.patterns.contains { pattern in
        let name = pattern.text.fields(separatedBy: ":", maxSplits: 5).last ?? ""
        return ["*", "user/*", "role/*", "group/*", "policy/*", "function:*", "account/*", "guardrail/*"].contains(
          String(name))
      }
  }
}
