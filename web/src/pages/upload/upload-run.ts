import { ProblemError } from '../../../../src/contract/client.ts';
import { call, type Reply } from '../../api/call.ts';
import { NoAnswer } from '../../api/no-answer.ts';
import { sendPart } from '../../api/send-part.ts';
import type { ChosenFile } from './chosen-files.ts';

/** Parts on their way at once: browsers allow six connections to a server, and the page needs some itself. */
const PARALLEL = 4;
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** The page is told at most so often. */
const TELL_EVERY_MS = 120;

type Uploads = Reply<'versions.uploads'>;

interface FileProgress {
  readonly path: string;
  readonly bytes: number;
  readonly sent: number;
}

export interface UploadState {
  readonly versionId: string;
  readonly phase: 'sending' | 'paused' | 'submitting' | 'submitted' | 'failed';
  readonly files: readonly FileProgress[];
  readonly bytes: number;
  readonly sent: number;
  /** Parts that are being tried again. */
  readonly retrying: number;
  readonly error: unknown;
}

interface Part {
  readonly path: string;
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

interface Run {
  readonly versionId: string;
  readonly files: ReadonlyMap<string, File>;
  uploads: Uploads['uploads'];
  phase: UploadState['phase'];
  error: unknown;
  /** Whole parts that arrived since `uploads` was read, and bytes of those on their way. */
  readonly arrived: Map<string, Set<number>>;
  readonly moving: Map<string, number>;
  retrying: number;
  stop: AbortController;
}

/** One at a time, and beside the pages: who looks at another page meanwhile loses nothing. */
let current: Run | null = null;
let shown: UploadState | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function subscribeToUpload(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentUpload = (): UploadState | null => shown;

/** Begins, or goes on, sending what has not arrived; ends with the version submitted. */
export function startUpload({ version, uploads }: Uploads, files: readonly ChosenFile[]): void {
  current?.stop.abort(new DOMException('another upload began', 'AbortError'));
  current = {
    versionId: version.id,
    files: new Map(files.map(({ path, file }) => [path, file])),
    uploads,
    phase: 'sending',
    error: null,
    arrived: new Map(),
    moving: new Map(),
    retrying: 0,
    stop: new AbortController(),
  };
  void go(current);
}

export function pauseUpload(): void {
  if (current?.phase !== 'sending') return;
  current.phase = 'paused';
  current.stop.abort(new DOMException('paused', 'AbortError'));
  tell(current, true);
}

/** Goes on after a pause or a failure, with what the server says is missing. */
export async function resumeUpload(): Promise<void> {
  const run = current;
  if (run === null || (run.phase !== 'paused' && run.phase !== 'failed')) return;
  run.phase = 'sending';
  run.error = null;
  run.stop = new AbortController();
  tell(run, true);
  try {
    const { uploads } = await call('versions.uploads', { params: { versionId: run.versionId } });
    run.uploads = uploads;
    run.arrived.clear();
    run.moving.clear();
    await go(run);
  } catch (error) {
    fail(run, error);
  }
}

/** The page no longer shows it; nothing is taken back. */
export function forgetUpload(): void {
  current?.stop.abort(new DOMException('put away', 'AbortError'));
  current = null;
  shown = null;
  for (const listener of listeners) listener();
}

async function go(run: Run): Promise<void> {
  tell(run, true);
  const { signal } = run.stop;
  try {
    const queue = partsOf(run.uploads);
    const next = (): Part | undefined => queue.shift();
    await Promise.all(Array.from({ length: PARALLEL }, () => worker(run, next, signal)));
    if (signal.aborted) return;
    run.phase = 'submitting';
    tell(run, true);
    await call('versions.submit', { params: { versionId: run.versionId } });
    run.phase = 'submitted';
    tell(run, true);
  } catch (error) {
    if (!signal.aborted) fail(run, error);
  }
}

function fail(run: Run, error: unknown): void {
  run.phase = 'failed';
  run.error = error;
  run.stop.abort(error);
  tell(run, true);
}

function partsOf(uploads: Uploads['uploads']): Part[] {
  return uploads.flatMap(({ path, bytes, partBytes, missing }) =>
    missing.map((part) => ({ path, part, start: part * partBytes, end: Math.min(bytes, (part + 1) * partBytes) })),
  );
}

async function worker(run: Run, next: () => Part | undefined, signal: AbortSignal): Promise<void> {
  for (let part = next(); part !== undefined && !signal.aborted; part = next()) {
    await sendStubbornly(run, part, signal);
    run.moving.delete(keyOf(part));
    const arrived = run.arrived.get(part.path) ?? new Set();
    run.arrived.set(part.path, arrived.add(part.part));
    tell(run);
  }
}

const keyOf = ({ path, part }: Part): string => `${part} ${path}`;

/** Again after what may pass: no connection, a server that restarts or is busy. What is refused stays refused. */
async function sendStubbornly(run: Run, part: Part, signal: AbortSignal): Promise<void> {
  const file = run.files.get(part.path);
  if (file === undefined) throw new Error(`${part.path} was not chosen`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendPart({
        versionId: run.versionId,
        path: part.path,
        part: part.part,
        content: file.slice(part.start, part.end),
        signal,
        onSent: (bytes) => {
          run.moving.set(keyOf(part), Math.min(bytes, part.end - part.start));
          tell(run);
        },
      });
    } catch (error) {
      if (signal.aborted || attempt >= MAX_ATTEMPTS || !mayPass(error)) throw error;
      await waitAnd(run, part, Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), MAX_WAIT_MS), signal);
    }
  }
}

export function mayPass(error: unknown): boolean {
  if (error instanceof NoAnswer) return true;
  return error instanceof ProblemError && (error.status === 429 || error.status >= 500);
}

async function waitAnd(run: Run, part: Part, ms: number, signal: AbortSignal): Promise<void> {
  run.moving.delete(keyOf(part));
  run.retrying += 1;
  tell(run, true);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
  run.retrying -= 1;
  signal.throwIfAborted();
}

function tell(run: Run, atOnce = false): void {
  if (run !== current) return;
  const act = (): void => {
    timer = undefined;
    if (run !== current) return;
    shown = stateOf(run);
    for (const listener of listeners) listener();
  };
  if (atOnce) {
    clearTimeout(timer);
    act();
  } else timer ??= setTimeout(act, TELL_EVERY_MS);
}

function stateOf(run: Run): UploadState {
  const moving = new Map<string, number>();
  for (const [key, bytes] of run.moving) {
    const path = key.slice(key.indexOf(' ') + 1);
    moving.set(path, (moving.get(path) ?? 0) + bytes);
  }
  const files = run.uploads.map((upload) => ({
    path: upload.path,
    bytes: upload.bytes,
    sent: Math.min(upload.bytes, arrivedBytes(upload, run.arrived.get(upload.path)) + (moving.get(upload.path) ?? 0)),
  }));
  return {
    versionId: run.versionId,
    phase: run.phase,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    sent: files.reduce((sum, { sent }) => sum + sent, 0),
    retrying: run.retrying,
    error: run.error,
  };
}

/** What has arrived of a file: everything but the parts that are missing still. */
export function arrivedBytes(
  { bytes, partBytes, missing }: Pick<Uploads['uploads'][number], 'bytes' | 'partBytes' | 'missing'>,
  arrived: ReadonlySet<number> = new Set(),
): number {
  const open = missing
    .filter((part) => !arrived.has(part))
    .reduce((sum, part) => sum + Math.min(bytes, (part + 1) * partBytes) - part * partBytes, 0);
  return bytes - open;
}
