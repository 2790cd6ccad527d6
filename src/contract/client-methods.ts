// Written by `npm run gen` from the routes of the contract; changes belong there.
import type { ClientArguments, Send } from './client.ts';

/** A method for each route, in groups as their ids are. */
export const clientMethods = (send: Send) => ({
  access: {
    /** who can do what, by which grant and policy, last used when */
    list: (...input: ClientArguments<'access.list'>) =>
      send({ method: 'GET', path: '/api/access', answer: 'json' }, 'access.list', input),
  },
  admission: {
    /** the admission policy in force */
    active: (...input: ClientArguments<'admission.active'>) =>
      send({ method: 'GET', path: '/api/registry/policy', answer: 'json' }, 'admission.active', input),
    /** every admission policy that there was, newest first */
    versions: (...input: ClientArguments<'admission.versions'>) =>
      send({ method: 'GET', path: '/api/registry/policies', answer: 'json' }, 'admission.versions', input),
    /** whether a policy is well made, and where it is not */
    check: (...input: ClientArguments<'admission.check'>) =>
      send({ method: 'POST', path: '/api/registry/policy/check', answer: 'json' }, 'admission.check', input),
    /** what a policy would change in everything that the registry has */
    dryRun: (...input: ClientArguments<'admission.dryRun'>) =>
      send({ method: 'POST', path: '/api/registry/policy/dry-run', answer: 'json' }, 'admission.dryRun', input),
    /** put an admission policy into force */
    put: (...input: ClientArguments<'admission.put'>) =>
      send({ method: 'PUT', path: '/api/registry/policy', answer: 'json' }, 'admission.put', input),
  },
  approvals: {
    /** versions that wait for an approver whom the caller may be, or what was decided */
    list: (...input: ClientArguments<'approvals.list'>) =>
      send({ method: 'GET', path: '/api/registry/approvals', answer: 'json' }, 'approvals.list', input),
    /** what was decided about a version, by whom and why */
    ofVersion: (...input: ClientArguments<'approvals.ofVersion'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/approvals', answer: 'json' },
        'approvals.ofVersion',
        input,
      ),
    /** approve a version that waits for review, or refuse it */
    decide: (...input: ClientArguments<'approvals.decide'>) =>
      send(
        { method: 'POST', path: '/api/registry/versions/:versionId/approvals', answer: 'json' },
        'approvals.decide',
        input,
      ),
  },
  events: {
    /** what changes, as server-sent events; only what the caller may see */
    stream: (...input: ClientArguments<'events.stream'>) =>
      send({ method: 'GET', path: '/api/events', answer: 'response' }, 'events.stream', input),
  },
  grants: {
    /** grants */
    list: (...input: ClientArguments<'grants.list'>) =>
      send({ method: 'GET', path: '/api/grants', answer: 'json' }, 'grants.list', input),
    /** give a role to a principal, on the server, a project or a model */
    give: (...input: ClientArguments<'grants.give'>) =>
      send({ method: 'POST', path: '/api/grants', answer: 'json' }, 'grants.give', input),
    /** take a grant away, at once and everywhere */
    take: (...input: ClientArguments<'grants.take'>) =>
      send({ method: 'DELETE', path: '/api/grants/:grantId', answer: 'nothing' }, 'grants.take', input),
  },
  health: {
    /** the process lives */
    live: (...input: ClientArguments<'health.live'>) =>
      send({ method: 'GET', path: '/healthz', answer: 'json' }, 'health.live', input),
    /** the server can do its work: records, blobs, jobs, counters, decisions; 503 where not */
    ready: (...input: ClientArguments<'health.ready'>) =>
      send({ method: 'GET', path: '/readyz', answer: 'json' }, 'health.ready', input),
  },
  invitation: {
    /** whom an invitation is for */
    show: (...input: ClientArguments<'invitation.show'>) =>
      send({ method: 'POST', path: '/api/invitations/show', answer: 'json' }, 'invitation.show', input),
    /** accept an invitation */
    accept: (...input: ClientArguments<'invitation.accept'>) =>
      send({ method: 'POST', path: '/api/invitations/accept', answer: 'json' }, 'invitation.accept', input),
  },
  jobs: {
    /** jobs, the newest first */
    list: (...input: ClientArguments<'jobs.list'>) =>
      send({ method: 'GET', path: '/api/jobs', answer: 'json' }, 'jobs.list', input),
    /** one job */
    show: (...input: ClientArguments<'jobs.show'>) =>
      send({ method: 'GET', path: '/api/jobs/:jobId', answer: 'json' }, 'jobs.show', input),
    /** end a job that waits or runs; what it did so far is not undone */
    cancel: (...input: ClientArguments<'jobs.cancel'>) =>
      send({ method: 'POST', path: '/api/jobs/:jobId/cancel', answer: 'json' }, 'jobs.cancel', input),
    /** run a failed job again */
    retry: (...input: ClientArguments<'jobs.retry'>) =>
      send({ method: 'POST', path: '/api/jobs/:jobId/retry', answer: 'json' }, 'jobs.retry', input),
  },
  keys: {
    /** keys of a service, without their secrets */
    list: (...input: ClientArguments<'keys.list'>) =>
      send({ method: 'GET', path: '/api/services/:serviceId/keys', answer: 'json' }, 'keys.list', input),
    /** issue a key; the secret is shown once */
    issue: (...input: ClientArguments<'keys.issue'>) =>
      send({ method: 'POST', path: '/api/services/:serviceId/keys', answer: 'json' }, 'keys.issue', input),
    /** issue a successor; the old key goes on for a while */
    rotate: (...input: ClientArguments<'keys.rotate'>) =>
      send(
        { method: 'POST', path: '/api/services/:serviceId/keys/:keyId/rotate', answer: 'json' },
        'keys.rotate',
        input,
      ),
    /** revoke a key and the tokens it made, at once and everywhere */
    revoke: (...input: ClientArguments<'keys.revoke'>) =>
      send({ method: 'DELETE', path: '/api/services/:serviceId/keys/:keyId', answer: 'nothing' }, 'keys.revoke', input),
  },
  ledger: {
    /** size, keys, latest checkpoint, witnesses */
    state: (...input: ClientArguments<'ledger.state'>) =>
      send({ method: 'GET', path: '/api/ledger', answer: 'json' }, 'ledger.state', input),
    /** search entries, the newest first */
    entries: (...input: ClientArguments<'ledger.entries'>) =>
      send({ method: 'GET', path: '/api/ledger/entries', answer: 'json' }, 'ledger.entries', input),
    /** one entry with the bytes of its leaf */
    entry: (...input: ClientArguments<'ledger.entry'>) =>
      send({ method: 'GET', path: '/api/ledger/entries/:index', answer: 'json' }, 'ledger.entry', input),
    /** the personal data behind the commitments of an entry; this is recorded */
    reveal: (...input: ClientArguments<'ledger.reveal'>) =>
      send({ method: 'POST', path: '/api/ledger/entries/:index/reveal', answer: 'json' }, 'ledger.reveal', input),
    /** proof that an entry is in the tree of the latest checkpoint, or of a given size */
    inclusion: (...input: ClientArguments<'ledger.inclusion'>) =>
      send({ method: 'GET', path: '/api/ledger/entries/:index/proof', answer: 'json' }, 'ledger.inclusion', input),
    /** the same as a file that can be checked offline (C2SP tlog-proof) */
    proofFile: (...input: ClientArguments<'ledger.proofFile'>) =>
      send(
        { method: 'GET', path: '/api/ledger/entries/:index/proof.tlog-proof', answer: 'response' },
        'ledger.proofFile',
        input,
      ),
    /** proof that the tree of one size continues that of another */
    consistency: (...input: ClientArguments<'ledger.consistency'>) =>
      send({ method: 'GET', path: '/api/ledger/consistency', answer: 'json' }, 'ledger.consistency', input),
    /** signed checkpoints, the newest first */
    checkpoints: (...input: ClientArguments<'ledger.checkpoints'>) =>
      send({ method: 'GET', path: '/api/ledger/checkpoints', answer: 'json' }, 'ledger.checkpoints', input),
    /** make an export that anybody can verify offline */
    export: (...input: ClientArguments<'ledger.export'>) =>
      send({ method: 'POST', path: '/api/ledger/exports', answer: 'json' }, 'ledger.export', input),
    /** how far an export is that the caller asked for */
    exportState: (...input: ClientArguments<'ledger.exportState'>) =>
      send({ method: 'GET', path: '/api/ledger/exports/:jobId', answer: 'json' }, 'ledger.exportState', input),
    /** download an export */
    download: (...input: ClientArguments<'ledger.download'>) =>
      send({ method: 'GET', path: '/api/ledger/exports/:jobId/file', answer: 'response' }, 'ledger.download', input),
    /** the latest checkpoint (C2SP tlog-tiles) */
    tlogCheckpoint: (...input: ClientArguments<'ledger.tlogCheckpoint'>) =>
      send({ method: 'GET', path: '/ledger/checkpoint', answer: 'response' }, 'ledger.tlogCheckpoint', input),
    /** all checkpoints, the oldest first, one JSON object a line */
    tlogCheckpoints: (...input: ClientArguments<'ledger.tlogCheckpoints'>) =>
      send({ method: 'GET', path: '/ledger/checkpoints', answer: 'response' }, 'ledger.tlogCheckpoints', input),
    /** a tile of hashes or a bundle of entries (C2SP tlog-tiles) */
    tlogTile: (...input: ClientArguments<'ledger.tlogTile'>) =>
      send({ method: 'GET', path: '/ledger/tile/*', answer: 'response' }, 'ledger.tlogTile', input),
    /** the verifier keys of this ledger */
    tlogKeys: (...input: ClientArguments<'ledger.tlogKeys'>) =>
      send({ method: 'GET', path: '/ledger/keys', answer: 'json' }, 'ledger.tlogKeys', input),
  },
  link: {
    /** challenge for a passkey to set the server up or accept an invitation with, instead of a password */
    passkeyOptions: (...input: ClientArguments<'link.passkeyOptions'>) =>
      send({ method: 'POST', path: '/api/links/passkey', answer: 'json' }, 'link.passkeyOptions', input),
  },
  me: {
    /** who I am and what I may do */
    show: (...input: ClientArguments<'me.show'>) =>
      send({ method: 'GET', path: '/api/me', answer: 'json' }, 'me.show', input),
    /** change my name */
    rename: (...input: ClientArguments<'me.rename'>) =>
      send({ method: 'PATCH', path: '/api/me', answer: 'json' }, 'me.rename', input),
    /** set or change my password; ends my other sessions */
    changePassword: (...input: ClientArguments<'me.changePassword'>) =>
      send({ method: 'PUT', path: '/api/me/password', answer: 'nothing' }, 'me.changePassword', input),
    /** begin with an authenticator app */
    totpBegin: (...input: ClientArguments<'me.totpBegin'>) =>
      send({ method: 'POST', path: '/api/me/totp', answer: 'json' }, 'me.totpBegin', input),
    /** confirm it with a first code; answers with recovery codes, shown once */
    totpConfirm: (...input: ClientArguments<'me.totpConfirm'>) =>
      send({ method: 'POST', path: '/api/me/totp/confirm', answer: 'json' }, 'me.totpConfirm', input),
    /** remove the authenticator app */
    totpRemove: (...input: ClientArguments<'me.totpRemove'>) =>
      send({ method: 'DELETE', path: '/api/me/totp', answer: 'nothing' }, 'me.totpRemove', input),
    /** make new recovery codes, shown once; the old ones end */
    recoveryCodes: (...input: ClientArguments<'me.recoveryCodes'>) =>
      send({ method: 'POST', path: '/api/me/recovery-codes', answer: 'json' }, 'me.recoveryCodes', input),
    /** challenge for a new passkey */
    passkeyOptions: (...input: ClientArguments<'me.passkeyOptions'>) =>
      send({ method: 'POST', path: '/api/me/passkeys/options', answer: 'json' }, 'me.passkeyOptions', input),
    /** add a passkey */
    passkeyAdd: (...input: ClientArguments<'me.passkeyAdd'>) =>
      send({ method: 'POST', path: '/api/me/passkeys', answer: 'json' }, 'me.passkeyAdd', input),
    /** remove a passkey */
    passkeyRemove: (...input: ClientArguments<'me.passkeyRemove'>) =>
      send({ method: 'DELETE', path: '/api/me/passkeys/:passkeyId', answer: 'nothing' }, 'me.passkeyRemove', input),
    /** challenge to prove once more who I am */
    verifyOptions: (...input: ClientArguments<'me.verifyOptions'>) =>
      send({ method: 'POST', path: '/api/me/verify/options', answer: 'json' }, 'me.verifyOptions', input),
    /** prove once more who I am, with user verification */
    verify: (...input: ClientArguments<'me.verify'>) =>
      send({ method: 'POST', path: '/api/me/verify', answer: 'json' }, 'me.verify', input),
    /** prove once more who I am, with my password */
    confirm: (...input: ClientArguments<'me.confirm'>) =>
      send({ method: 'POST', path: '/api/me/confirm', answer: 'nothing' }, 'me.confirm', input),
    /** my sessions */
    sessions: (...input: ClientArguments<'me.sessions'>) =>
      send({ method: 'GET', path: '/api/me/sessions', answer: 'json' }, 'me.sessions', input),
    /** end one of my sessions */
    sessionRevoke: (...input: ClientArguments<'me.sessionRevoke'>) =>
      send({ method: 'DELETE', path: '/api/me/sessions/:sessionId', answer: 'nothing' }, 'me.sessionRevoke', input),
    /** end all of my other sessions */
    sessionsRevoke: (...input: ClientArguments<'me.sessionsRevoke'>) =>
      send({ method: 'DELETE', path: '/api/me/sessions', answer: 'nothing' }, 'me.sessionsRevoke', input),
  },
  /** figures for Prometheus */
  metrics: (...input: ClientArguments<'metrics'>) =>
    send({ method: 'GET', path: '/metrics', answer: 'response' }, 'metrics', input),
  models: {
    /** models that the caller may see */
    list: (...input: ClientArguments<'models.list'>) =>
      send({ method: 'GET', path: '/api/registry/models', answer: 'json' }, 'models.list', input),
    /** make a model in a project */
    make: (...input: ClientArguments<'models.make'>) =>
      send({ method: 'POST', path: '/api/registry/models', answer: 'json' }, 'models.make', input),
    /** one model */
    show: (...input: ClientArguments<'models.show'>) =>
      send({ method: 'GET', path: '/api/registry/models/:modelId', answer: 'json' }, 'models.show', input),
    /** one model, by its name */
    find: (...input: ClientArguments<'models.find'>) =>
      send({ method: 'GET', path: '/api/registry/model', answer: 'json' }, 'models.find', input),
    /** change what is said about a model, its owner, its classification; archive it */
    change: (...input: ClientArguments<'models.change'>) =>
      send({ method: 'PATCH', path: '/api/registry/models/:modelId', answer: 'json' }, 'models.change', input),
  },
  notices: {
    /** what the caller should know about models that he owns or has downloaded, newest first */
    list: (...input: ClientArguments<'notices.list'>) =>
      send({ method: 'GET', path: '/api/registry/notices', answer: 'json' }, 'notices.list', input),
    /** mark every notice of the caller as seen */
    seen: (...input: ClientArguments<'notices.seen'>) =>
      send({ method: 'POST', path: '/api/registry/notices/seen', answer: 'nothing' }, 'notices.seen', input),
  },
  oauth: {
    /** a short-lived token for a key (OAuth 2.0 client credentials, RFC 6749 section 4.4) */
    token: (...input: ClientArguments<'oauth.token'>) =>
      send({ method: 'POST', path: '/oauth/token', answer: 'json' }, 'oauth.token', input),
    /** end a token (RFC 7009); the token itself is what authorises */
    revoke: (...input: ClientArguments<'oauth.revoke'>) =>
      send({ method: 'POST', path: '/oauth/revoke', answer: 'json' }, 'oauth.revoke', input),
  },
  overview: {
    /** what needs attention */
    show: (...input: ClientArguments<'overview.show'>) =>
      send({ method: 'GET', path: '/api/overview', answer: 'json' }, 'overview.show', input),
  },
  people: {
    /** people */
    list: (...input: ClientArguments<'people.list'>) =>
      send({ method: 'GET', path: '/api/people', answer: 'json' }, 'people.list', input),
    /** one person */
    show: (...input: ClientArguments<'people.show'>) =>
      send({ method: 'GET', path: '/api/people/:personId', answer: 'json' }, 'people.show', input),
    /** invite a person; the link is shown once */
    invite: (...input: ClientArguments<'people.invite'>) =>
      send({ method: 'POST', path: '/api/people', answer: 'json' }, 'people.invite', input),
    /** make a new link for an invitation; the old one ends */
    inviteAgain: (...input: ClientArguments<'people.inviteAgain'>) =>
      send({ method: 'POST', path: '/api/people/:personId/invitation', answer: 'json' }, 'people.inviteAgain', input),
    /** change the name of a person */
    rename: (...input: ClientArguments<'people.rename'>) =>
      send({ method: 'PATCH', path: '/api/people/:personId', answer: 'json' }, 'people.rename', input),
    /** disable a person; ends all sessions at once */
    disable: (...input: ClientArguments<'people.disable'>) =>
      send({ method: 'POST', path: '/api/people/:personId/disable', answer: 'json' }, 'people.disable', input),
    /** enable a person again, or lift a lock-out */
    enable: (...input: ClientArguments<'people.enable'>) =>
      send({ method: 'POST', path: '/api/people/:personId/enable', answer: 'json' }, 'people.enable', input),
    /** remove all factors of a person and answer with a new link, shown once */
    resetFactors: (...input: ClientArguments<'people.resetFactors'>) =>
      send({ method: 'POST', path: '/api/people/:personId/reset', answer: 'json' }, 'people.resetFactors', input),
    /** erase the personal data of a person, in the ledger too; proofs stay valid */
    erase: (...input: ClientArguments<'people.erase'>) =>
      send({ method: 'POST', path: '/api/people/:personId/erase', answer: 'nothing' }, 'people.erase', input),
    /** sessions of a person */
    sessions: (...input: ClientArguments<'people.sessions'>) =>
      send({ method: 'GET', path: '/api/people/:personId/sessions', answer: 'json' }, 'people.sessions', input),
    /** end all sessions of a person */
    sessionsRevoke: (...input: ClientArguments<'people.sessionsRevoke'>) =>
      send(
        { method: 'DELETE', path: '/api/people/:personId/sessions', answer: 'nothing' },
        'people.sessionsRevoke',
        input,
      ),
  },
  policies: {
    /** versions of the policies, the newest first */
    list: (...input: ClientArguments<'policies.list'>) =>
      send({ method: 'GET', path: '/api/policies', answer: 'json' }, 'policies.list', input),
    /** the policies that decide now */
    active: (...input: ClientArguments<'policies.active'>) =>
      send({ method: 'GET', path: '/api/policies/active', answer: 'json' }, 'policies.active', input),
    /** one version of the policies */
    show: (...input: ClientArguments<'policies.show'>) =>
      send({ method: 'GET', path: '/api/policies/:version', answer: 'json' }, 'policies.show', input),
    /** the Cedar schema that policies are validated against */
    schema: (...input: ClientArguments<'policies.schema'>) =>
      send({ method: 'GET', path: '/api/policies/schema', answer: 'json' }, 'policies.schema', input),
    /** check policies against the schema */
    check: (...input: ClientArguments<'policies.check'>) =>
      send({ method: 'POST', path: '/api/policies/check', answer: 'json' }, 'policies.check', input),
    /** what would be decided, and why; why not, and what would change it */
    try: (...input: ClientArguments<'policies.try'>) =>
      send({ method: 'POST', path: '/api/policies/try', answer: 'json' }, 'policies.try', input),
    /** who could do this */
    whoCould: (...input: ClientArguments<'policies.whoCould'>) =>
      send({ method: 'POST', path: '/api/policies/who-could', answer: 'json' }, 'policies.whoCould', input),
    /** who would gain and who would lose */
    impact: (...input: ClientArguments<'policies.impact'>) =>
      send({ method: 'POST', path: '/api/policies/impact', answer: 'json' }, 'policies.impact', input),
    /** propose new policies; somebody else decides */
    propose: (...input: ClientArguments<'policies.propose'>) =>
      send({ method: 'POST', path: '/api/policies', answer: 'json' }, 'policies.propose', input),
    /** put a proposal into force; never the one who proposed it */
    approve: (...input: ClientArguments<'policies.approve'>) =>
      send({ method: 'POST', path: '/api/policies/:version/approve', answer: 'json' }, 'policies.approve', input),
    /** refuse a proposal */
    refuse: (...input: ClientArguments<'policies.refuse'>) =>
      send({ method: 'POST', path: '/api/policies/:version/refuse', answer: 'json' }, 'policies.refuse', input),
    /** take back one’s own proposal */
    withdraw: (...input: ClientArguments<'policies.withdraw'>) =>
      send({ method: 'POST', path: '/api/policies/:version/withdraw', answer: 'json' }, 'policies.withdraw', input),
  },
  projects: {
    /** projects that the caller may see */
    list: (...input: ClientArguments<'projects.list'>) =>
      send({ method: 'GET', path: '/api/projects', answer: 'json' }, 'projects.list', input),
    /** one project */
    show: (...input: ClientArguments<'projects.show'>) =>
      send({ method: 'GET', path: '/api/projects/:projectId', answer: 'json' }, 'projects.show', input),
    /** make a project */
    make: (...input: ClientArguments<'projects.make'>) =>
      send({ method: 'POST', path: '/api/projects', answer: 'json' }, 'projects.make', input),
    /** change a project */
    change: (...input: ClientArguments<'projects.change'>) =>
      send({ method: 'PATCH', path: '/api/projects/:projectId', answer: 'json' }, 'projects.change', input),
  },
  recalls: {
    /** recalled versions that the caller may see, newest first */
    list: (...input: ClientArguments<'recalls.list'>) =>
      send({ method: 'GET', path: '/api/registry/recalls', answer: 'json' }, 'recalls.list', input),
  },
  registry: {
    /** how many models and versions there are, by state, and what waits for the caller */
    summary: (...input: ClientArguments<'registry.summary'>) =>
      send({ method: 'GET', path: '/api/registry/summary', answer: 'json' }, 'registry.summary', input),
    /** examine everything that was released once more, with the rules of now */
    reexamine: (...input: ClientArguments<'registry.reexamine'>) =>
      send({ method: 'POST', path: '/api/registry/reexaminations', answer: 'json' }, 'registry.reexamine', input),
  },
  reviews: {
    /** campaigns */
    list: (...input: ClientArguments<'reviews.list'>) =>
      send({ method: 'GET', path: '/api/reviews', answer: 'json' }, 'reviews.list', input),
    /** start a campaign */
    start: (...input: ClientArguments<'reviews.start'>) =>
      send({ method: 'POST', path: '/api/reviews', answer: 'json' }, 'reviews.start', input),
    /** one campaign */
    show: (...input: ClientArguments<'reviews.show'>) =>
      send({ method: 'GET', path: '/api/reviews/:campaignId', answer: 'json' }, 'reviews.show', input),
    /** what is to be decided in a campaign */
    items: (...input: ClientArguments<'reviews.items'>) =>
      send({ method: 'GET', path: '/api/reviews/:campaignId/items', answer: 'json' }, 'reviews.items', input),
    /** certify or revoke grants; only reviewers of the campaign, never about themselves */
    decide: (...input: ClientArguments<'reviews.decide'>) =>
      send({ method: 'POST', path: '/api/reviews/:campaignId/decisions', answer: 'json' }, 'reviews.decide', input),
    /** close a campaign; what is undecided stays, and the report says so */
    close: (...input: ClientArguments<'reviews.close'>) =>
      send({ method: 'POST', path: '/api/reviews/:campaignId/close', answer: 'json' }, 'reviews.close', input),
    /** the report of a campaign, to read and print */
    reportHtml: (...input: ClientArguments<'reviews.reportHtml'>) =>
      send(
        { method: 'GET', path: '/api/reviews/:campaignId/report.html', answer: 'response' },
        'reviews.reportHtml',
        input,
      ),
    /** the report of a campaign, as a table */
    reportCsv: (...input: ClientArguments<'reviews.reportCsv'>) =>
      send(
        { method: 'GET', path: '/api/reviews/:campaignId/report.csv', answer: 'response' },
        'reviews.reportCsv',
        input,
      ),
    /** the record of a campaign without names; the ledger holds its SHA-256 once the campaign is closed */
    reportJson: (...input: ClientArguments<'reviews.reportJson'>) =>
      send(
        { method: 'GET', path: '/api/reviews/:campaignId/report.json', answer: 'response' },
        'reviews.reportJson',
        input,
      ),
  },
  server: {
    /** how the server is set up */
    state: (...input: ClientArguments<'server.state'>) =>
      send({ method: 'GET', path: '/api/server', answer: 'json' }, 'server.state', input),
  },
  services: {
    /** services */
    list: (...input: ClientArguments<'services.list'>) =>
      send({ method: 'GET', path: '/api/services', answer: 'json' }, 'services.list', input),
    /** one service */
    show: (...input: ClientArguments<'services.show'>) =>
      send({ method: 'GET', path: '/api/services/:serviceId', answer: 'json' }, 'services.show', input),
    /** make a service, owned by the caller */
    make: (...input: ClientArguments<'services.make'>) =>
      send({ method: 'POST', path: '/api/services', answer: 'json' }, 'services.make', input),
    /** change name, description or owner, disable or enable; disabling ends keys and tokens at once */
    change: (...input: ClientArguments<'services.change'>) =>
      send({ method: 'PATCH', path: '/api/services/:serviceId', answer: 'json' }, 'services.change', input),
  },
  setUp: {
    /** make the first administrator, with the token of the set-up link */
    begin: (...input: ClientArguments<'setUp.begin'>) =>
      send({ method: 'POST', path: '/api/set-up', answer: 'json' }, 'setUp.begin', input),
  },
  signIn: {
    /** ways to sign in */
    options: (...input: ClientArguments<'signIn.options'>) =>
      send({ method: 'GET', path: '/api/sign-in', answer: 'json' }, 'signIn.options', input),
    /** sign in with e-mail address and password */
    password: (...input: ClientArguments<'signIn.password'>) =>
      send({ method: 'POST', path: '/api/sign-in/password', answer: 'json' }, 'signIn.password', input),
    /** second step: the code of an authenticator */
    totp: (...input: ClientArguments<'signIn.totp'>) =>
      send({ method: 'POST', path: '/api/sign-in/totp', answer: 'json' }, 'signIn.totp', input),
    /** second step: a recovery code, which is used up */
    recovery: (...input: ClientArguments<'signIn.recovery'>) =>
      send({ method: 'POST', path: '/api/sign-in/recovery', answer: 'json' }, 'signIn.recovery', input),
    /** challenge for a passkey, as first or second step */
    passkeyOptions: (...input: ClientArguments<'signIn.passkeyOptions'>) =>
      send({ method: 'POST', path: '/api/sign-in/passkey/options', answer: 'json' }, 'signIn.passkeyOptions', input),
    /** sign in with a passkey */
    passkey: (...input: ClientArguments<'signIn.passkey'>) =>
      send({ method: 'POST', path: '/api/sign-in/passkey', answer: 'json' }, 'signIn.passkey', input),
    /** begin single sign-on; answers with the address to go to */
    oidcStart: (...input: ClientArguments<'signIn.oidcStart'>) =>
      send({ method: 'POST', path: '/api/sign-in/oidc/:provider', answer: 'json' }, 'signIn.oidcStart', input),
    /** end of single sign-on; leads back to the console */
    oidcCallback: (...input: ClientArguments<'signIn.oidcCallback'>) =>
      send(
        { method: 'GET', path: '/api/sign-in/oidc/:provider/callback', answer: 'response' },
        'signIn.oidcCallback',
        input,
      ),
  },
  /** end this session */
  signOut: (...input: ClientArguments<'signOut'>) =>
    send({ method: 'POST', path: '/api/sign-out', answer: 'nothing' }, 'signOut', input),
  versions: {
    /** versions of a model, newest first */
    list: (...input: ClientArguments<'versions.list'>) =>
      send({ method: 'GET', path: '/api/registry/models/:modelId/versions', answer: 'json' }, 'versions.list', input),
    /** begin a version: say which files it has, and learn which parts of them to send */
    begin: (...input: ClientArguments<'versions.begin'>) =>
      send({ method: 'POST', path: '/api/registry/models/:modelId/versions', answer: 'json' }, 'versions.begin', input),
    /** what has not arrived yet, to go on after an interruption */
    uploads: (...input: ClientArguments<'versions.uploads'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/uploads', answer: 'json' },
        'versions.uploads',
        input,
      ),
    /** send one part of a file */
    putPart: (...input: ClientArguments<'versions.putPart'>) =>
      send(
        {
          method: 'PUT',
          path: '/api/registry/versions/:versionId/parts',
          answer: 'json',
          takes: 'application/octet-stream',
        },
        'versions.putPart',
        input,
      ),
    /** say that everything was sent: the version is examined and decided about */
    submit: (...input: ClientArguments<'versions.submit'>) =>
      send(
        { method: 'POST', path: '/api/registry/versions/:versionId/submit', answer: 'json' },
        'versions.submit',
        input,
      ),
    /** give up a version that was never released */
    abandon: (...input: ClientArguments<'versions.abandon'>) =>
      send(
        { method: 'DELETE', path: '/api/registry/versions/:versionId', answer: 'nothing' },
        'versions.abandon',
        input,
      ),
    /** fetch a model from the hub that the configuration names, as a new version */
    import: (...input: ClientArguments<'versions.import'>) =>
      send({ method: 'POST', path: '/api/registry/imports', answer: 'json' }, 'versions.import', input),
    /** one version */
    show: (...input: ClientArguments<'versions.show'>) =>
      send({ method: 'GET', path: '/api/registry/versions/:versionId', answer: 'json' }, 'versions.show', input),
    /** files of a version, by path */
    files: (...input: ClientArguments<'versions.files'>) =>
      send({ method: 'GET', path: '/api/registry/versions/:versionId/files', answer: 'json' }, 'versions.files', input),
    /** the content of a file of a released version; takes range and if-none-match */
    file: (...input: ClientArguments<'versions.file'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/file', answer: 'response' },
        'versions.file',
        input,
      ),
    /** documents that were made of a version: report, signature, bills of materials */
    evidence: (...input: ClientArguments<'versions.evidence'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/evidence', answer: 'json' },
        'versions.evidence',
        input,
      ),
    /** one of these documents */
    evidenceFile: (...input: ClientArguments<'versions.evidenceFile'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/evidence/:kind', answer: 'response' },
        'versions.evidenceFile',
        input,
      ),
    /** what is other than in the version that was released before, or in another one of the model */
    compare: (...input: ClientArguments<'versions.compare'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/comparison', answer: 'json' },
        'versions.compare',
        input,
      ),
    /** where a version comes from, and what came of it */
    lineage: (...input: ClientArguments<'versions.lineage'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/lineage', answer: 'json' },
        'versions.lineage',
        input,
      ),
    /** who downloaded a version, newest first */
    downloads: (...input: ClientArguments<'versions.downloads'>) =>
      send(
        { method: 'GET', path: '/api/registry/versions/:versionId/downloads', answer: 'json' },
        'versions.downloads',
        input,
      ),
    /** say what a released version is used for */
    setStage: (...input: ClientArguments<'versions.setStage'>) =>
      send(
        { method: 'POST', path: '/api/registry/versions/:versionId/stage', answer: 'json' },
        'versions.setStage',
        input,
      ),
    /** recall a released version: downloads end at once, everywhere; owners and recent downloaders are told */
    recall: (...input: ClientArguments<'versions.recall'>) =>
      send(
        { method: 'POST', path: '/api/registry/versions/:versionId/recall', answer: 'json' },
        'versions.recall',
        input,
      ),
    /** examine a version once more, with the rules and the policy of now; one that was recalled or denied goes to review */
    reexamine: (...input: ClientArguments<'versions.reexamine'>) =>
      send(
        { method: 'POST', path: '/api/registry/versions/:versionId/reexamination', answer: 'json' },
        'versions.reexamine',
        input,
      ),
  },
  waivers: {
    /** waivers of rules of the admission policy, newest first */
    list: (...input: ClientArguments<'waivers.list'>) =>
      send({ method: 'GET', path: '/api/registry/waivers', answer: 'json' }, 'waivers.list', input),
    /** end a waiver before its time: what rests on it is decided about again */
    end: (...input: ClientArguments<'waivers.end'>) =>
      send({ method: 'DELETE', path: '/api/registry/waivers/:waiverId', answer: 'nothing' }, 'waivers.end', input),
  },
});
