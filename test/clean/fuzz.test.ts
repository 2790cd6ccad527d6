import { expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import { mutate } from '../build/mutate.ts';
import { Prng } from '../build/prng.ts';
import { bytesOf, cleanBytes, cleanCases } from './run.ts';
import { hostileGguf, hostileSafetensors } from './weights.ts';

const seeds = [
  ...cleanCases.map(({ file, build }) => ({ file, bytes: build() })),
  ...Array.from({ length: 60 }, (_, index) => [
    { file: 'model.gguf', bytes: hostileGguf({ bigEndian: index % 2 === 1, version: 1 + (index % 3) }) },
    { file: 'model.safetensors', bytes: hostileSafetensors() },
  ]).flat(),
].filter(({ bytes }) => bytes.length < 20_000);

/** What is said to be clean must be, by a scan of its own, and cleaning it again must change nothing. */
function check(bytes: Uint8Array, file: string): string {
  const { status, cleaned } = cleanBytes(bytes, file);
  if (cleaned === undefined || status === 'left-out') return status;
  const result = bytesOf(cleaned.content);
  if (scanSource(new BufferSource(result), file).verdict !== 'clean') return `${status}, yet not clean`;
  if (status === 'unchanged') return Buffer.from(result).equals(bytes) ? status : 'unchanged, yet other bytes';
  return cleanBytes(result, file).status === 'unchanged' ? status : 'not idempotent';
}

/** Pieces that keep most documents readable, and change how they are laid out. */
const PIECES = [
  '\n',
  ' ',
  '  ',
  '\t',
  ',',
  '# c\n',
  '/* c */',
  '\r',
  '\u0000',
  '\ufeff',
  '\u200b',
  '- ',
  '? ',
  ': ',
  '&a ',
  '*a',
  '!!python/name:os.system ',
  '"a": 1, ',
  '<<: ',
];
/** Where a piece is likely to fit. */
const BORDER = /[\n,{}[\]:"' ]/g;

function mutateText(bytes: Uint8Array, random: Prng): Uint8Array {
  let text = new TextDecoder().decode(bytes);
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const borders = [0, ...Array.from(text.matchAll(BORDER), ({ index }) => index + random.below(2))];
    const [from, to] = [random.pick(borders), random.pick(borders)].sort((a, b) => a - b) as [number, number];
    const kind = random.below(4);
    if (kind === 0) text = text.slice(0, to) + text.slice(from, Math.min(to, from + 200)) + text.slice(to);
    else if (kind === 1) text = text.slice(0, from) + text.slice(Math.min(to, from + 30));
    else text = text.slice(0, from) + random.pick(PIECES) + text.slice(from);
  }
  return new TextEncoder().encode(text);
}

const fine = /^(?:cleaned|unchanged|left-out|refused: [a-z-]+)$/;

test.each([1, 2, 3, 4])('mutated hostile files are cleaned or refused, and nothing crashes (seed %i)', (seed) => {
  const random = new Prng(seed);
  const seen = new Map<string, number>();
  for (let run = 0; run < 300; run += 1) {
    const { file, bytes } = random.pick(seeds);
    const isText = !/\.(?:gguf|safetensors|h5|nemo)$/.test(file);
    const mutant = isText && random.below(3) > 0 ? mutateText(bytes, random) : mutate(bytes, random);
    if (mutant.length === 0) continue;
    const status = check(mutant, file);
    seen.set(status, (seen.get(status) ?? 0) + 1);
    if (!fine.test(status)) expect([status, file, Buffer.from(mutant).toString('base64')]).toEqual([]);
  }
  expect(seen.get('cleaned')).toBeGreaterThan(20);
});
