import '../no-compiling.ts';
import { type ClientInput, type ClientReply, makeClient } from '../../../src/contract/client.ts';
import type { RouteId } from '../../../src/contract/routes/index.ts';

/** What a route needs to be called: only the parts that it has. */
export type CallInput<Id extends RouteId> = ClientInput<Id>;
export type Reply<Id extends RouteId> = ClientReply<Id>;
export type CallArguments<Id extends RouteId> =
  object extends CallInput<Id> ? [input?: CallInput<Id>] : [input: CallInput<Id>];

/** Asks the person to prove himself once more; answers whether he did. */
type StepUp = () => Promise<boolean>;

let csrfToken: string | null = null;
let stepUp: StepUp | null = null;

/** The token of the session, which everything that changes something sends back. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

/** Who asks when an answer is `step-up-required`; null when nobody does. */
export function onStepUp(ask: StepUp | null): void {
  stepUp = ask;
}

const client = makeClient({ csrfToken: () => csrfToken, onStepUp: async () => (await stepUp?.()) ?? false });

type Method = (input: unknown) => Promise<unknown>;

/**
 * Calls a route by its id, so that the id can be the key of what it answered.
 * @throws {ProblemError} what the server refused, and why
 */
export function call<Id extends RouteId>(id: Id, ...[input]: CallArguments<Id>): Promise<Reply<Id>> {
  const [first = '', second] = id.split('.');
  const found = (client as unknown as Record<string, Method | Record<string, Method>>)[first];
  const method = typeof found === 'function' || second === undefined ? found : found?.[second];
  if (typeof method !== 'function') throw new Error(`no route ${id}`);
  return method(input) as Promise<Reply<Id>>;
}
