/** What is in force on a new server. Versions that people made are never replaced by it. */
export const defaultPolicies = `// What is not permitted here is denied. What a policy forbids is denied, whatever permits it.
// A key or token can never do more than its own list of scopes; that is not a policy, so no policy can change it.

// Administrators may do everything where they hold the role: on the server, in a project, on a model.
@id("administrator")
permit (principal in Role::"administrator", action, resource)
when { context.level == 2 };

// Security officers see everything, end what is dangerous, and decide about access. They give no grants, upload nothing, and make no new
// links to sign in with, for who can reset the factors of an administrator can become one.
@id("security-read")
permit (principal in Role::"security", action in Action::"read", resource)
when { context.level == 2 };

@id("security-act")
permit (
  principal in Role::"security",
  action in [
    Action::"admission.change",
    Action::"grants.take",
    Action::"jobs.cancel",
    Action::"jobs.retry",
    Action::"keys.revoke",
    Action::"ledger.export",
    Action::"ledger.reveal",
    Action::"models.approve",
    Action::"models.recall",
    Action::"policies.decide",
    Action::"policies.propose",
    Action::"reviews.decide",
    Action::"reviews.run",
    Action::"sessions.revoke"
  ],
  resource
)
when { context.level == 2 };

// Auditors see everything and take the ledger with them as evidence. They change nothing.
@id("auditor")
permit (
  principal in Role::"auditor",
  action in [Action::"read", Action::"ledger.export"],
  resource
)
when { principal is Service || context.level == 2 };

// Engineers work with models. Approving one is for somebody else.
@id("engineer")
permit (
  principal in Role::"engineer",
  action in [Action::"projects.read", Action::"models.read", Action::"models.write"],
  resource
);

@id("member")
permit (
  principal in Role::"member",
  action in [Action::"projects.read", Action::"models.read"],
  resource
);

// For programs that fetch models. A program that publishes them is given the role engineer.
@id("service")
permit (
  principal in Role::"service",
  action in [Action::"projects.read", Action::"models.read"],
  resource
);

// The gravest acts need a passkey with user verification, used within the last minutes. A program cannot do that, so these acts are for people.
@id("step-up")
forbid (principal, action in Action::"step-up", resource)
unless { context.recentlyVerified };

// A stolen password alone opens nothing that is restricted.
@id("restricted-needs-second-factor")
forbid (principal is Person, action in [Action::"models.read", Action::"models.write"], resource)
when { context.sensitivity >= 3 }
unless { context.level == 2 };
`;
