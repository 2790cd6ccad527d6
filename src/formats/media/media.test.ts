import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BufferSource } from '../../bytes/source.ts';
import { scanSource } from '../../scan/scan-source.ts';
import { maskedCrc32c } from './crc32c.ts';

const ascii = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));
const be32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
const le32 = (value: number): number[] => be32(value).toReversed();
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const chunk = (type: string, data: number[]): number[] => [...be32(data.length), ...ascii(type), ...data, ...be32(0)];
const piece = (text: string): number[] => {
  const inner = [0x0a, text.length, ...ascii(text), 0x15, ...zeros(4)];
  return [0x0a, inner.length, ...inner];
};
const recordHead = [5, ...zeros(7)];
const record = [...recordHead, ...le32(maskedCrc32c(Uint8Array.from(recordHead))), ...ascii('hello'), ...zeros(4)];

const files: Readonly<Record<string, readonly [name: string, bytes: number[]]>> = {
  png: [
    'a.png',
    [0x89, ...ascii('PNG\r\n\u001a\n'), ...chunk('IHDR', zeros(13)), ...chunk('IDAT', [1, 2, 3]), ...chunk('IEND', [])],
  ],
  jpeg: ['a.jpg', [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 7, 0xff, 0, 7, 0xff, 0xd0, 9, 0xff, 0xd9]],
  gif: ['a.gif', [...ascii('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, ...zeros(6), 0x2c, ...zeros(8), 0, 2, 2, 9, 9, 0, 0x3b]],
  wav: ['a.wav', [...ascii('RIFF'), ...le32(12), ...ascii('WAVEdata'), ...le32(0)]],
  webp: ['a.webp', [...ascii('RIFF'), ...le32(12), ...ascii('WEBPVP8 '), ...le32(0)]],
  ogg: ['a.ogg', [...ascii('OggS'), 0, ...zeros(21), 1, 3, 9, 9, 9]],
  mp4: ['a.mp4', [...be32(12), ...ascii('ftypisom'), ...be32(9), ...ascii('mdat'), 7]],
  parquet: ['a.parquet', [...ascii('PAR1'), 9, 9, ...le32(2), ...ascii('PAR1')]],
  arrow: ['a.feather', [...ascii('ARROW1'), 0, 0, 9, 9, ...le32(2), ...ascii('ARROW1')]],
  sentencepiece: ['tokenizer.model', [...piece('<unk>'), ...piece('a'), ...piece('b'), 0x12, 1, 0]],
  tfrecord: ['events.out.tfevents.1', record],
  font: ['a.ttf', [0, 1, 0, 0, 0, 1, ...zeros(6), ...ascii('cmap'), ...zeros(4), ...be32(28), ...be32(4), ...zeros(4)]],
};
/** Formats that read their end from the tail say so as damage; the others leave what is appended unaccounted for. */
const scan = (bytes: number[], name: string) => scanSource(new BufferSource(Uint8Array.from(bytes)), name);

describe.each(Object.entries(files))('%s', (id, [name, bytes]) => {
  test('is recognized and clean', () => {
    const report = scan(bytes, name);
    expect(report.findings).toEqual([]);
    expect(report.format).toBe(id);
  });

  test('with something appended is not clean', () => {
    expect(scan([...bytes, ...ascii('PAYLOAD!')], name).verdict).not.toBe('clean');
  });

  test('cut short is not clean, at every offset after the magic', () => {
    for (let length = 8; length < bytes.length; length += 1) {
      const report = scan(bytes.slice(0, length), name);
      if (report.format !== id) continue;
      // Records and pages that end where a whole one ends are whole files.
      expect(report.findings.map((finding) => finding.ruleId)).not.toContain('internal-error');
    }
  });
});

test('PDF: names written with escapes are seen, and what follows %%EOF', () => {
  expect(scan(ascii('%PDF-1.4\n<< /J#61vaScript 1 >>\n%%EOF'), 'a.pdf').findings[0]?.ruleId).toBe('active-content');
  expect(scan(ascii('%PDF-1.4\n<< >>\n%%EOF\nPK'), 'a.pdf').verdict).toBe('inconclusive');
});

test('any bytes after a magic number give findings, never an internal error', () => {
  const heads = Object.values(files).map(([name, bytes]) => [name, bytes.slice(0, 12)] as const);
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.array(fc.nat(255), { maxLength: 80 }), ([name, head], tail) => {
      const report = scan([...head, ...tail], name);
      expect(report.findings.map((finding) => finding.ruleId)).not.toContain('internal-error');
    }),
    { numRuns: 3000 },
  );
});

describe('native executables', () => {
  test.each([
    ['llamafile', ascii("MZqFpD='\n")],
    ['ELF', [0x7f, ...ascii('ELF'), 2, 1, 1]],
    ['PE', [...ascii('MZ'), ...zeros(58), ...le32(64), ...ascii('PE\0\0')]],
    ['Mach-O', [0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]],
    ['Java class', [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52]],
    ['WebAssembly', [0, ...ascii('asm'), 1, 0, 0, 0]],
    ['TensorRT engine', [...ascii('ftrt'), ...zeros(20)]],
    ['Python bytecode', [0xa7, 0x0d, 0x0d, 0x0a, ...zeros(12), 0xe3, 0]],
  ])('%s is suspicious', (_, bytes) => {
    const report = scan(bytes, 'model.bin');
    expect(report.findings.map((finding) => finding.ruleId)).toContain('native-executable');
    expect(report.verdict).toBe('suspicious');
  });
});
