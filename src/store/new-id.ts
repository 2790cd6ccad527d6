import { randomBytes } from 'node:crypto';

/** Prefixes of ids, so that one kind is never taken for another. */
const prefixes = {
  approval: 'apv',
  campaign: 'cmp',
  entry: 'ent',
  grant: 'grt',
  item: 'itm',
  job: 'job',
  key: 'key',
  model: 'mdl',
  notice: 'ntc',
  passkey: 'psk',
  person: 'per',
  project: 'prj',
  request: 'req',
  service: 'svc',
  session: 'ses',
  token: 'tok',
  version: 'ver',
  waiver: 'wvr',
} as const;

export type IdKind = keyof typeof prefixes;

/** Crockford's base 32. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/** A new id: prefix and ULID (48 bits of time in ms, 80 bits of chance), so that ids of one kind sort by the time they were made. */
export function newId(kind: IdKind, atMs: number = Date.now()): string {
  return `${prefixes[kind]}_${timeDigits(atMs)}${randomDigits()}`;
}

function timeDigits(atMs: number): string {
  let left = atMs;
  let digits = '';
  for (let i = 0; i < TIME_DIGITS; i++) {
    digits = DIGITS.charAt(left % 32) + digits;
    left = Math.floor(left / 32);
  }
  return digits;
}

/** Chance for so many ids is asked for at once: a call each was a tenth of the time that an entry of the ledger takes. */
const IDS_AT_ONCE = 256;

const chance = { bytes: Buffer.alloc(0), at: 0 };

/** A byte has eight equally likely fives, so its remainder is fair. */
function randomDigits(): string {
  if (chance.at === chance.bytes.length) {
    chance.bytes = randomBytes(RANDOM_DIGITS * IDS_AT_ONCE);
    chance.at = 0;
  }
  let digits = '';
  for (const end = chance.at + RANDOM_DIGITS; chance.at < end; chance.at += 1) {
    digits += DIGITS.charAt((chance.bytes[chance.at] ?? 0) % 32);
  }
  return digits;
}
