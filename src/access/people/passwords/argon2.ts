import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const argon2Async = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

/** What a hash costs. */
export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
export const defaultCost: Argon2Cost = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 };

const SALT_BYTES = 16;
const TAG_BYTES = 32;
const VERSION = 0x13;

/** A record that asks for more than this is not one of ours: it would only exhaust the server. */
const MAX_COST: Argon2Cost = { memoryKiB: 1024 * 1024, passes: 16, lanes: 16 };

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

interface Record {
  readonly cost: Argon2Cost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** Argon2id (RFC 9106) of a password as a PHC string, with a fresh salt. */
export async function hashPassword(password: string, cost: Argon2Cost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await compute(password, { cost, salt, tag: Buffer.alloc(TAG_BYTES) });
  const parameters = `m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}`;
  return `$argon2id$v=${VERSION}$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Whether a PHC string is that of a password; false for one that is not understood. */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const record = parse(phc);
  if (record === null) return false;
  return timingSafeEqual(await compute(password, record), record.tag);
}

/** Whether a stored hash is weaker than what is made now, so that it should be made again. */
export function isOutdated(phc: string, cost: Argon2Cost): boolean {
  const record = parse(phc);
  if (record === null) return true;
  const { memoryKiB, passes, lanes } = record.cost;
  return memoryKiB < cost.memoryKiB || passes < cost.passes || lanes < cost.lanes;
}

async function compute(password: string, { cost, salt, tag }: Record): Promise<Buffer> {
  return await argon2Async('argon2id', {
    message: normalized(password),
    nonce: salt,
    parallelism: cost.lanes,
    tagLength: tag.length,
    memory: cost.memoryKiB,
    passes: cost.passes,
  });
}

/** One password may be typed as different code points (NIST SP 800-63B-4, section 3.1.1.2). */
export function normalized(password: string): string {
  return password.normalize('NFKC');
}

function parse(phc: string): Record | null {
  const [, memory, passes, lanes, salt, tag] = PHC.exec(phc) ?? [];
  if (salt === undefined || tag === undefined) return null;
  const cost = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  const isBounded =
    cost.memoryKiB <= MAX_COST.memoryKiB && cost.passes <= MAX_COST.passes && cost.lanes <= MAX_COST.lanes;
  const isPossible = cost.lanes >= 1 && cost.passes >= 1 && cost.memoryKiB >= 8 * cost.lanes;
  if (!isBounded || !isPossible) return null;
  return { cost, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
