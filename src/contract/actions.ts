/** What a principal may want to do, and how strongly he must have proved who he is for it. One row an action; policies name these ids. */
export interface ActionRow {
  readonly title: string;
  /** The kind of thing it is done to; a grant on something that contains it counts too. */
  readonly on: 'server' | 'project' | 'model';
  /** Needs a passkey with user verification, used within the last minutes. */
  readonly stepUp?: true;
}

export const actions = {
  'admission.change': { title: 'change the admission policy, examine everything again', on: 'server', stepUp: true },
  'admission.read': { title: 'read and try the admission policy', on: 'server' },
  'downloads.read': { title: 'see who downloaded a model', on: 'model' },
  'grants.give': { title: 'give a grant', on: 'model', stepUp: true },
  'grants.read': { title: 'see who may do what', on: 'server' },
  'grants.take': { title: 'take a grant away', on: 'model' },
  'jobs.cancel': { title: 'end a job that waits or runs', on: 'server' },
  'jobs.read': { title: 'see jobs', on: 'server' },
  'jobs.retry': { title: 'run a failed job again', on: 'server' },
  'keys.issue': { title: 'issue or rotate a key of a service', on: 'server', stepUp: true },
  'keys.revoke': { title: 'revoke a key of a service', on: 'server' },
  'ledger.export': { title: 'export the ledger', on: 'server', stepUp: true },
  'ledger.read': { title: 'read the ledger', on: 'server' },
  'ledger.reveal': { title: 'see the personal data behind a commitment', on: 'server', stepUp: true },
  'models.approve': { title: 'approve a model', on: 'model', stepUp: true },
  'models.read': { title: 'see and download a model', on: 'model' },
  'models.recall': { title: 'recall a released model', on: 'model' },
  'models.write': { title: 'upload and change a model', on: 'model' },
  'overview.read': { title: 'see what needs attention', on: 'server' },
  'people.change': { title: 'disable a person, reset his factors', on: 'server', stepUp: true },
  'people.erase': { title: 'erase the personal data of a person', on: 'server', stepUp: true },
  'people.invite': { title: 'invite a person', on: 'server' },
  'people.read': { title: 'see people', on: 'server' },
  'policies.decide': { title: 'approve or refuse a change of policies', on: 'server', stepUp: true },
  'policies.propose': { title: 'propose a change of policies', on: 'server' },
  'policies.read': { title: 'read and try policies', on: 'server' },
  'projects.change': { title: 'make and change projects', on: 'project' },
  'projects.read': { title: 'see a project', on: 'project' },
  'reviews.decide': { title: 'certify or revoke in an access review', on: 'server' },
  'reviews.read': { title: 'see access reviews', on: 'server' },
  'reviews.run': { title: 'start and close an access review', on: 'server' },
  'server.read': { title: 'see how the server is set up', on: 'server' },
  'services.change': { title: 'make, change and disable a service', on: 'server' },
  'services.read': { title: 'see services and their keys', on: 'server' },
  'sessions.revoke': { title: 'end the sessions of somebody else', on: 'server' },
} as const satisfies Record<string, ActionRow>;

export type ActionId = keyof typeof actions;

export const actionIds = Object.keys(actions) as readonly ActionId[] as readonly [ActionId, ...ActionId[]];

/** Roles a grant can give, from the most to the least powerful. */
export const roles = ['administrator', 'security', 'auditor', 'engineer', 'member', 'service'] as const;

export type Role = (typeof roles)[number];
