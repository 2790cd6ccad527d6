import '../no-compiling.ts';
import { type ClientInput, type ClientReply, makeClient, ProblemError } from '../../../src/contract/client.ts';
import type { RouteId } from '../../../src/contract/routes/index.ts';
import { fetchWhole } from './no-answer.ts';
import { isStill } from './who.ts';

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

/** The headers of something that changes something and is sent by other means than `call`. */
export function csrfHeaders(): Readonly<Record<string, string>> {
  return csrfToken === null ? {} : { 'x-csrf-token': csrfToken };
}

/** Who asks when an answer is `step-up-required`; null when nobody does. */
export function onStepUp(ask: StepUp | null): void {
  stepUp = ask;
}

const client = makeClient({
  csrfToken: () => csrfToken,
  onStepUp: async () => (await stepUp?.()) ?? false,
  fetch: fetchWhole,
});

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
  return (method(input) as Promise<Reply<Id>>).catch(async (error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== 'csrf-refused' || !(await renewed())) throw error;
    return method(input) as Promise<Reply<Id>>;
  });
}

/** After the same person signed in anew with another tab: the session has another token. Nobody else's is taken. */
export async function renewed(): Promise<boolean> {
  const { principal, csrfToken: token } = await client.me.show();
  if (!isStill(principal.id)) window.location.reload();
  if (!isStill(principal.id) || token === csrfToken) return false;
  csrfToken = token;
  return true;
}
