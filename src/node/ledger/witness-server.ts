import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LedgerTrust } from '../../ledger/checkpoint.ts';
import { fromUtf8 } from '../../ledger/encoding.ts';
import { ledgerLimits } from '../../ledger/limits.ts';
import { formatNote, formatSignature, parseNote, type NoteSignature, withSignatures } from '../../ledger/note.ts';
import type { NoteSigner } from '../../ledger/signature.ts';
import { type CosignDecision, decideCosignature, parseCosignRequest } from '../../ledger/witness.ts';
import { nodeChecks } from './crypto.ts';
import type { WitnessState } from './witness-state.ts';

export interface WitnessOptions {
  readonly signers: readonly NoteSigner[];
  /** The logs that are cosigned, by origin. */
  readonly logs: ReadonlyMap<string, LedgerTrust>;
  readonly state: WitnessState;
  /** One line for each answer to a log, without anything it sent. */
  readonly onDecision?: ((status: number, reason: string) => void) | undefined;
}

const MAX_CONNECTIONS = 64;
const HEADERS_TIMEOUT_MILLISECONDS = 5_000;
const REQUEST_TIMEOUT_MILLISECONDS = 15_000;
/** Node looks for slow clients only so often: every 30 seconds unless told otherwise. */
const CHECK_MILLISECONDS = 1_000;

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** A witness over HTTP, c2sp.org/tlog-witness; not listening yet. */
export function createWitnessServer(options: WitnessOptions): Server {
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MILLISECONDS,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    connectionsCheckingInterval: CHECK_MILLISECONDS,
    maxHeaderSize: 8192,
  };
  const server = createServer(limits, (request, response) => {
    void answer(request, response, options);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, options: WitnessOptions): Promise<void> {
  let reply: Reply;
  try {
    reply = await replyTo(request, options);
  } catch {
    // A full disk, a client that went away: whatever it was, nothing was signed.
    reply = plain(500, 'the witness failed');
  }
  options.onDecision?.(reply.status, reply.status === 200 ? '' : reply.body.trim());
  const headers = { 'content-type': reply.type ?? 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  // What was not read of a body that is too large is not waited for.
  response.writeHead(reply.status, reply.status === 413 ? { ...headers, connection: 'close' } : headers);
  response.end(reply.body);
}

const plain = (status: number, reason: string): Reply => ({ status, body: `${reason}\n` });

async function replyTo(request: IncomingMessage, options: WitnessOptions): Promise<Reply> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return plain(405, 'expected POST');
    const body = await readText(request);
    return body === null
      ? plain(413, `at most ${ledgerLimits.maxWitnessRequestBytes} bytes of text`)
      : cosign(body, options);
  }
  const [, wanted] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (wanted === undefined) return plain(404, 'no such path');
  return request.method === 'GET' ? lastOf(wanted, options) : plain(405, 'expected GET');
}

async function readText(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > ledgerLimits.maxWitnessRequestBytes) return null;
    parts.push(chunk as Buffer);
  }
  return fromUtf8(Buffer.concat(parts));
}

/**
 * Decides, keeps, signs: without a pause in between, so that no other request is decided on what this one changes, and
 * in this order, so that a witness that is killed has at worst kept what it did not sign.
 */
function cosign(body: string, { logs, state, signers }: WitnessOptions): Reply {
  const decision = decideCosignature(body, (origin) => lookUp(origin, logs, state), nodeChecks);
  if (decision.status !== 200) return refusal(decision);
  const { text, checkpoint } = decision;
  const signatures = signers.map((signer) => signer.sign(text));
  const note = parseNote(parseCosignRequest(body).checkpoint);
  const own = { text, signatures: note.signatures.filter((one) => isOfLog(one, logs.get(checkpoint.origin))) };
  state.keep(checkpoint.origin, formatNote(withSignatures(own, signatures)));
  return { status: 200, body: signatures.map(formatSignature).join('') };
}

function lookUp(
  origin: string,
  logs: WitnessOptions['logs'],
  state: WitnessState,
): { trust: LedgerTrust; last: ReturnType<WitnessState['last']> } | null {
  const trust = logs.get(origin);
  return trust === undefined ? null : { trust, last: state.last(origin) };
}

function isOfLog({ name, keyId }: NoteSignature, trust: LedgerTrust | undefined): boolean {
  return trust?.keys.some((key) => key.name === name && key.keyId === keyId) === true;
}

function refusal(decision: Exclude<CosignDecision, { status: 200 }>): Reply {
  if (decision.status !== 409) return plain(decision.status, decision.reason);
  return { status: 409, body: `${decision.size}\n`, type: 'text/x.tlog.size' };
}

function lastOf(wanted: string, { logs, state }: WitnessOptions): Reply {
  const origin = [...logs.keys()].find((one) => createHash('sha256').update(one).digest('hex') === wanted);
  const note = origin === undefined ? null : state.note(origin);
  return note === null ? plain(404, 'no checkpoint of this log was cosigned') : { status: 200, body: note };
}
