import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '../../bytes/errors.ts';
import type { RegistryError } from '../errors.ts';
import type { Upstream } from '../registry.ts';
import { askHub, fetchFault } from './ask-hub.ts';
import { fileUrl, type HubFile } from './hub-client.ts';
import { hubDown, hubFaultOf, hubLied } from './hub-fault.ts';

/** One after the other that bring next to nothing; then it is for the job to try again later. */
const MAX_VAIN_TRIES = 4;
/** For a file whose connection breaks again and again after a while. */
const MAX_TRIES = 200;
const PROGRESS_BYTES = 1024 * 1024;
const FIRST_PAUSE_MS = 250;
/** A hub that wants to be asked later than this is asked by the next attempt of the job. */
const MAX_PAUSE_SECONDS = 30;

interface Wanted {
  readonly repository: string;
  readonly commit: string;
  readonly file: HubFile;
  readonly signal: AbortSignal;
}

/**
 * The content of a file while it arrives: exactly as many bytes as the hub listed, gone on with where a connection breaks. What git names is
 * checked against its name before the end; whoever takes it checks a SHA-256 while he stores it.
 * @throws RegistryError `upstream-refused`, `upstream-failed`
 */
export async function* readHubFile(upstream: Upstream, wanted: Wanted): AsyncGenerator<Uint8Array> {
  const { path, bytes, sha256, gitOid } = wanted.file;
  const name = createHash('sha1').update(`blob ${bytes}\0`);
  let at = 0;
  let vain = 0;
  let since = 0;
  for (let tries = 1; at < bytes || tries === 1; tries++) {
    try {
      for await (const piece of readFrom(upstream, wanted, at)) {
        at += piece.length;
        if (sha256 === null) name.update(piece);
        yield piece;
      }
    } catch (error) {
      vain = at - since >= PROGRESS_BYTES ? 1 : vain + 1;
      since = at;
      if (tries === MAX_TRIES || vain === MAX_VAIN_TRIES) throw error;
      await pauseAfter(error, vain, wanted.signal);
    }
  }
  if (sha256 === null && name.digest('hex') !== gitOid) throw hubLied(`${path} is not what its list of files says`);
}

/** Before the next try. @throws the error, where there is no use in one, or only later */
async function pauseAfter(error: unknown, vain: number, signal: AbortSignal): Promise<void> {
  const fault = hubFaultOf(error);
  if (fault?.kind !== 'down') throw error;
  const { retryAfterSeconds = 0 } = fault;
  if (retryAfterSeconds > MAX_PAUSE_SECONDS) throw error;
  await sleep(Math.max(retryAfterSeconds * 1000, FIRST_PAUSE_MS * 2 ** (vain - 1)), undefined, { signal });
}

/** One answer of the hub, from a byte on; never more than are left. */
async function* readFrom(
  upstream: Upstream,
  { repository, commit, file, signal }: Wanted,
  from: number,
): AsyncGenerator<Uint8Array> {
  const { path, bytes } = file;
  const url = fileUrl(upstream, { repository, commit, path });
  const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
  const answer = await askHub(upstream, { url, headers, signal });
  let at = answer.status === 206 ? from : 0;
  try {
    checkLength(answer, { path, bytes, from });
    for await (const piece of answer.body ?? []) {
      const known = Math.min(piece.length, Math.max(0, from - at));
      at += piece.length;
      if (at > bytes) throw hubLied(`${path} has more than the ${bytes} bytes that its list of files says`);
      if (known < piece.length) yield piece.subarray(known);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof CodedError && error.code.startsWith('fetch-') ? fetchFault(error) : error;
  } finally {
    await answer.body?.cancel().catch(() => undefined);
  }
  if (at < bytes)
    throw endedEarly(answer, `${path} ended after ${at} of the ${bytes} bytes that its list of files says`);
}

/** An answer whose end is marked is over; one that lasts as long as its connection may have been cut off. */
function endedEarly({ headers }: Response, detail: string): RegistryError {
  const isMarked = headers.has('content-length') || headers.has('transfer-encoding');
  return isMarked ? hubLied(detail) : hubDown(detail);
}

/** A whole answer of another length, or a part that begins elsewhere, needs not be read. */
function checkLength(
  { status, headers }: Response,
  { path, bytes, from }: { readonly path: string; readonly bytes: number; readonly from: number },
): void {
  if (status === 206) {
    const [, start, total] =
      /^bytes (\d{1,16})-\d{1,16}\/(\d{1,16}|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (Number(start) !== from) throw hubLied(`it answered with another part of ${path} than was asked for`);
    if (total !== '*' && Number(total) !== bytes)
      throw hubLied(`${path} has ${total} bytes, its list of files says ${bytes}`);
    return;
  }
  const length = headers.get('content-length');
  if (length !== null && Number(length) !== bytes) {
    throw hubLied(`${path} has ${length.slice(0, 20)} bytes, its list of files says ${bytes}`);
  }
}
