/** What kind of event an entry records, with the `class_uid` of the Open Cybersecurity Schema Framework, OCSF 1.8. */
export const entryClasses = {
  'vulnerability-finding': 2002,
  'compliance-finding': 2003,
  'detection-finding': 2004,
  'incident-finding': 2005,
  'data-security-finding': 2006,
  'account-change': 3001,
  authentication: 3002,
  'authorize-session': 3003,
  'entity-management': 3004,
  'user-access': 3005,
  'group-management': 3006,
  'application-lifecycle': 6002,
  'api-activity': 6003,
  'datastore-activity': 6005,
  'scan-activity': 6007,
} as const;

export type EntryClass = keyof typeof entryClasses;

export const actorKinds = ['person', 'service', 'system', 'anonymous'] as const;
export type ActorKind = (typeof actorKinds)[number];

export const decisions = ['allow', 'deny', 'transform', 'review'] as const;
export type EntryDecision = (typeof decisions)[number];

export const outcomes = ['success', 'failure'] as const;
export type EntryOutcome = (typeof outcomes)[number];

export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type EntrySeverity = (typeof severities)[number];
