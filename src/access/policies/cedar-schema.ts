import { type ActionId, actionIds, actions } from '../../contract/actions.ts';

const READ_GROUP = 'read';
const STEP_UP_GROUP = 'step-up';

/** Groups that an action belongs to, by which policies can name many at once. */
export function groupsOf(action: ActionId): readonly string[] {
  const row = actions[action];
  const groups = action.endsWith('.read') ? [READ_GROUP] : [];
  return 'stepUp' in row ? [...groups, STEP_UP_GROUP] : groups;
}

const resourceTypes = { server: '[Server]', project: '[Server, Project]', model: '[Server, Project, Model]' } as const;

const head = `// Who asks. A request carries the roles of those grants that hold for it:
// given on what it is about or on something that contains it, neither expired nor taken away, with all their conditions met.
entity Role;
entity Person in [Role];
entity Service in [Role];

// What it is about.
entity Server;
entity Project in [Server];
entity Model in [Project, Server];

type Circumstances = {
  // 1: one factor. 2: two factors, or a passkey with user verification.
  "level": Long,
  // A passkey with user verification was used within the last minutes. Never for services.
  "recentlyVerified": Bool,
  "address": ipaddr,
  // 0 to 23 and 1 (Monday) to 7 (Sunday), in UTC.
  "hour": Long,
  "weekday": Long,
  // What the caller says that he needs it for; empty when he says nothing.
  "purpose": String,
  // "public", "internal", "confidential" or "restricted", and the same as a number from 0 to 3.
  "classification": String,
  "sensitivity": Long,
  // "session", "key" or "token".
  "credential": String,
};
`;

/** The Cedar schema of this server, made from the table of actions. */
export const cedarSchema = [
  head,
  `action "${READ_GROUP}";\naction "${STEP_UP_GROUP}";\n`,
  ...actionIds.map(actionText),
].join('\n');

function actionText(action: ActionId): string {
  const groups = groupsOf(action);
  const memberOf = groups.length === 0 ? '' : ` in [${groups.map((group) => `"${group}"`).join(', ')}]`;
  const resources = resourceTypes[actions[action].on];
  return [
    `// ${actions[action].title}`,
    `action "${action}"${memberOf} appliesTo {`,
    `  principal: [Person, Service], resource: ${resources}, context: Circumstances`,
    `};`,
  ].join('\n');
}
