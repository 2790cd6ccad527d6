import { randomBytes } from 'node:crypto';
import { chmod, link, open, rm, stat } from 'node:fs/promises';
import { PeopleError } from '../errors.ts';
import { KEY_BYTES, makeServerSecrets, type ServerSecrets } from './server-secrets.ts';

/** Older keys stay in the file for as long as something is sealed with them. */
const MAX_KEYS = 16;
const MAX_FILE_BYTES = 4096;
const OTHERS = 0o077;

interface KeyFileOptions {
  readonly mayMake: boolean;
}

/** The secrets of a server from its key file. @throws PeopleError as `readKeyFile` does. */
export async function openKeyFile(path: string, options: KeyFileOptions): Promise<ServerSecrets> {
  return makeServerSecrets(await readKeyFile(path, options));
}

/**
 * The keys of a key file, which is made where there is none yet (`mayMake`): a line for each key, 32 bytes in base64url, the first
 * in use. All processes of a server need the same file.
 * @throws PeopleError `key-missing`, `key-unreadable`, `key-permissions`.
 */
export async function readKeyFile(path: string, { mayMake }: KeyFileOptions): Promise<readonly [Buffer, ...Buffer[]]> {
  if (mayMake) await makeWhereMissing(path);
  else if (!(await exists(path))) throw PeopleError.of('key-missing', path);
  const lines = (await readPrivate(path)).split('\n').filter((line) => line !== '');
  const keys = lines.map((line) => Buffer.from(line, 'base64url'));
  const [first, ...others] = keys;
  if (first === undefined || keys.length > MAX_KEYS || keys.some((key) => key.length !== KEY_BYTES)) {
    throw PeopleError.of(
      'key-unreadable',
      `expected 1 to ${MAX_KEYS} lines of ${KEY_BYTES} bytes in base64url in ${path}`,
    );
  }
  return [first, ...others];
}

/** Written whole beside its place and linked there: of several processes that start at once, one key wins, and none is read half. */
async function makeWhereMissing(path: string): Promise<void> {
  if (await exists(path)) return;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64url')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await chmod(draft, 0o600);
    await link(draft, path);
  } catch (error) {
    if (!(await exists(path))) throw PeopleError.of('key-unreadable', `cannot make ${path}`, error);
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function readPrivate(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw PeopleError.of('key-unreadable', `cannot open ${path}`, error);
  });
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) throw PeopleError.of('key-permissions', path);
    if (size > MAX_FILE_BYTES) throw PeopleError.of('key-unreadable', `${path} has ${size} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
