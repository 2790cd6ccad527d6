import type { EntryDraft } from '../../ledger/entry.ts';
import type { Caller } from '../caller.ts';
import { peopleLimits } from './limits.ts';

/** Where somebody comes from, as the server saw it. */
export interface Client {
  readonly address: string;
  readonly agent: string;
}

export type Actor = EntryDraft['actor'];

const anonymous: Actor = { kind: 'anonymous', id: 'anonymous' };
export const system: Actor = { kind: 'system', id: 'server' };

export function personActor(id: string): Actor {
  return { kind: 'person', id };
}

export function actorOf({ principal }: Caller): Actor {
  return principal === null ? anonymous : { kind: principal.kind, id: principal.id };
}

export interface StepFacts {
  readonly activity: string;
  /** Null where nobody is known by what was given. */
  readonly personId: string | null;
  readonly client: Client;
  readonly outcome: EntryDraft['outcome'];
  readonly reasons?: readonly string[];
  readonly severity?: NonNullable<EntryDraft['severity']>;
  readonly data?: NonNullable<EntryDraft['data']>;
  /** What was entered, where that tells who was meant. */
  readonly email?: string;
}

/** An entry for a step of signing in: by whom it claims to be, from where, and how it ended. */
export function authenticationEntry(facts: StepFacts): EntryDraft {
  const { activity, personId, client, outcome, reasons, severity, data, email } = facts;
  return {
    class: 'authentication',
    activity,
    // Only a step that succeeded proves who acts.
    actor: personId !== null && outcome === 'success' ? personActor(personId) : anonymous,
    ...(personId === null ? {} : { object: { kind: 'person', id: personId } }),
    outcome,
    ...(reasons === undefined ? {} : { reasons }),
    ...(severity === undefined ? {} : { severity }),
    ...(data === undefined ? {} : { data }),
    personal: personalOf(client, email),
  };
}

export interface AccountFacts {
  readonly activity: string;
  readonly actor: Actor;
  readonly personId: string;
  readonly reason?: string;
  readonly data?: NonNullable<EntryDraft['data']>;
  readonly personal?: Readonly<Record<string, string>>;
}

/** An entry for a change of an account. */
export function accountEntry({ activity, actor, personId, reason, data, personal }: AccountFacts): EntryDraft {
  return {
    class: 'account-change',
    activity,
    actor,
    object: { kind: 'person', id: personId },
    outcome: 'success',
    ...(data === undefined ? {} : { data }),
    // What somebody writes as a reason may tell of the person, and must be erasable like the rest.
    ...(reason === undefined && personal === undefined
      ? {}
      : { personal: { ...personal, ...(reason === undefined ? {} : { reason }) } }),
  };
}

function personalOf({ address, agent }: Client, email: string | undefined): Readonly<Record<string, string>> {
  return {
    address,
    agent: boundedAgent(agent),
    ...(email === undefined ? {} : { email: wellFormed(email) }),
  };
}

export function boundedAgent(agent: string): string {
  return wellFormed(agent.slice(0, peopleLimits.maxAgentChars));
}

/** Half a surrogate pair, as a cut or a client may leave it, is no text that can be written. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}
