import { describe, expect, test } from 'vitest';
import { crc32 } from '../../bytes/codecs/checksums.ts';
import { BufferSource } from '../../bytes/source.ts';
import { concatBytes, pack } from '../../rules/examples/zip.ts';
import { scanSource } from '../../scan/scan-source.ts';

/** `a.txt`, a folder with `b.json`, an empty file; written by 7-Zip 24 with each method. */
const written: readonly (readonly [string, string])[] = [
  [
    'LZMA2, header compressed',
    'N3q8ryccAAQn5D6HlAAAAAAAAAAhAAAAAAAAAFjTy5vgAmUAHl0ANBlJ7o3pX8Hw9xY9T8qUSYjWV+2NKKAhthLfccwAAAAAgTMHrg/QaX28nz9HQQWHhqNXc1Xqil39b72G1QCDYZfAXj5Qp2274Sn7SB3q6gWLBuw3fZfI7HXJDTnBaXtjuHGUADrSubwEFF2gCUdwSESGD0cSQdcJCAFAuAb7WrGGGrt8+17DREuZSAAAFwYmAQluAAcLAQABIwMBAQVdABAAAAyAjgoBlzX3DgAA',
  ],
  [
    'stored',
    'N3q8ryccAAQpA6jtzgIAAAAAAAAiAAAAAAAAAJcWdhloZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyBoZWxsbyB7ImEiOiBbMSwyLDNdfQAAgTMHrjGe7huJTPpvDGxyizmP0k7V5Q7buNJIVwd7qEuARFEOr1APTQG67IRjtz2WGjFmew8LkKrd4ubGt08gcI+IBNxzv/dmigH8RiTJtiJeJHYNBnAGWk6av2G1SqhZp8B+QAAAFwaCZgEJaAAHCwEAASMDAQEFXQAQAAAMgI4KAbkajVEAAA==',
  ],
  [
    'LZMA',
    'N3q8ryccAATnmK0SkQAAAAAAAAAhAAAAAAAAAEJmSgQANBlJ7o3pX8Hw9xY9T8qUSYjWV+2NKKAhthLfccwAAACBMweuD8/88GwP6+qeAQ1iA43T4gkFjTrYIoYyI22S9jmJKXDZhH8cDz93DY5Pwf+W68R7GHo4IjWj7C10yidcKBq7T4ZEQLqImkZ3jg1XstaCXYydvlHbQpSWF+hqigwdaM4VIhRJIKdF8Ii8fwAAFwYfAQlyAAcLAQABIwMBAQVdABAAAAyAjgoBtyL1VQAA',
  ],
  [
    'bzip2',
    'N3q8ryccAARuFs7mtQAAAAAAAAAhAAAAAAAAAMykW1BCWmg5MUFZJlNZLVzR2gAAahuAUAQ4EAAKIkSACiAAVFDAAAqVNAbUYnWCErPflXXvVsEJriQTJCaEJbNF3JFOFCQLVzR2gAAAgTMHrg/STU69QMCQzuXLdvZTzuNewNVc9AemRYHRx/R0VB+HhsPWRdbW+udUuq1mFKHNyEDYP+O5bXPtFc/AWhIdvMt263kxow1BE3aDhHd+sGPn5CpNgqGikT5XE8rIDLMe9Y8MS6+LAAAAFwZHAQluAAcLAQABIwMBAQVdABAAAAyAjgoBg0MgwgAA',
  ],
  [
    'deflate',
    'N3q8ryccAASWTX6omAAAAAAAAAAhAAAAAAAAABFCYw7txKENADAIALBXCBqzze2VZQJBgiDhAMLvPIGkoipmDvPceyDjhbdo0/lZAACBMweuD9C1KPyfP0c759Eegq+xELLt4Ha/6N0mpkDJEHb+ONzyucAqvz5qjSuJE9zvbHMA8dhxRXkyF/pgGaBlkkagNOJWkcR+Byy2wkPAUDh87kXzPwlyPBonyW3MLl9hWc1iTz9k9z0AABcGKwEJbQAHCwEAASMDAQEFXQAQAAAMgI4KASxFmdAAAA==',
  ],
  [
    'deflate64',
    'N3q8ryccAARnkOutmwAAAAAAAAAhAAAAAAAAAPO6iX3lxKENADAIALBXCBqzze2VZQJBgiDhAMLvPIGjoipmDuMff/eBjBfeok3nZwEAAIEzB64P0NNtfJ8/Rzvn6pjPHnQF76yLMeVXyT46EiJX2lE4aSi2nUIbSW+wDtbbPpwBZ2nx2nhUyf+eEftLCk6wMLC6/qB0msCwb+rEYO88YkS2CpbJtxfZPtEvlTZpsRTwZZ6yZIJS5UZvABcGLQEJbgAHCwEAASMDAQEFXQAQAAAMgI4KAWulQQIAAA==',
  ],
  [
    'delta and LZMA2',
    'N3q8ryccAASJGcwWoQAAAAAAAAAhAAAAAAAAAMVjlZngAmUAI10ANBlJ7hxLZChSpOQIIW9rY/388659LohInHK2HD9eWKjfAAAAAACBMweuD9C1KPyfORCcbXXwNt/Fplp+eoaALmcADef9estv6IPfcD8lWxlPAhmsG6oeALT4fCMlsk7M0yLyPTdow4ECLFFeyk4x6tg2p1sm/shwxRIedZP/wPjgbvJbM22RVVkn8Bno84Eu6Wb6MEHd1oAAABcGKwEJdgAHCwEAASMDAQEFXQAQAAAMgI4KASVKoDMAAA==',
  ],
  [
    'one folder for each file',
    'N3q8ryccAARKDMSXlgAAAAAAAAAhAAAAAAAAAN4bcqzgAlcAD10ANBlJ7o3pX8Hw9xY9DMAAAAEADXsiYSI6IFsxLDIsM119AAAAgTMHrjGZxS1upvoBIme6UPxeyZOL+S+IKpkn6NPFSFfhdaOBAWU0WFjdcbyLliW4saC3OOT/sbKbBShuNH2a9CW+CpZjDyehfeOgo0A4xuIAfv+d9jPN5WyBt08qUSwV44NfoeP/3UODAAAXBikBCW0ABwsBAAEjAwEBBV0AEAAADICOCgG3YLXpAAA=',
  ],
];
const withPassword =
  'N3q8ryccAAR61YItugAAAAAAAAAiAAAAAAAAABCNsGAShpu5Cr4bGgdzfl/bPj7EU41GNx4gqvznjvMAytRfCc195EQYZQAmaP/HCLDCiQ0AAIEzB64P0QDUPKCKabDjxAD69FhUvcLW5ITnTyj4euMlogjEPQOf6aaLMD61lh9MRlBqmSP+xmspy557gPBEoAlubPFuuhpO++IZck+Sx0qJ/ron1gA/WjuGLZkIdhZY+JhtQQW6pg9pOPcjhaLZEAt8NayUrKzh9yDr2GcsdohKTlyavb0AAAAXBjABCYCKAAcLAQABIwMBAQVdABAAAAyAngoB0YFhOgAA';
const withHiddenNames =
  'N3q8ryccAATIlZFTwAAAAAAAAAA+AAAAAAAAAKFnrbtqFTgOKRosRRvdyTLur9KbxkHIeTU/M4yZGTuOUG0yYsIUbVtuTlDt+fnUYl/Rd3usrCexHAe44whwooK0M+dQ04gi6B+fM00fSvzWPykmNwe8Ox3MNu1ZT3YpPpsPi0/wm4d24uSCzYk7HSNyfMZq6DPdb53BiZclblsomUKU4w0JAKpmAtmgQEU8N3ZYnCHJLVHxX5SFlJgqCnFM/QiRCwhkk5cWLowH7mj/3vEtg45ZgFvkcHtAfdktIy9aFxYXBjABCYCQAAcLAQACJAbxBwESUw97Y8AKro/Q/PsA8WQiyl2EIwMBAQVdABAAAAEADICKgJ4KAXOYangAAA==';
const withPpmd =
  'N3q8ryccAASbbsXQjwAAAAAAAAAhAAAAAAAAACOqlTQAZ/uDfXAkW+QxWfsg/T4fXHjnlGigOhttJ7EAAACBMweuD8/Hr2gP6+qeAQ7oxKpPrV5NnQmDwfn97ORLdGQnrGou7Egb+8W9Ij71zmpuksgWT3HWduuhJ4IQWaKy/hWEO2UxzLX12JncA4DMr7JEmYuPFV+fcfAoIaI7tttNKEf/+zxX9w8udErhhMUAABcGHAEJcwAHCwEAASMDAQEFXQAQAAAMgI4KAdcvwbMAAA==';

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const scan = (bytes: Uint8Array) => scanSource(new BufferSource(bytes), 'model.7z');

/** One stored stream, and files with the names given. */
function build(names: readonly string[], content: string): Uint8Array {
  const name = Buffer.from(names.map((each) => `${each}\u0000`).join(''), 'utf16le');
  const folder = [0x0b, 1, 0, 1, 1, 0, 0x0c, content.length, 0];
  const header = Uint8Array.from([
    1,
    4,
    6,
    0,
    1,
    9,
    content.length,
    0,
    7,
    ...folder,
    0,
    5,
    names.length,
    0x11,
    name.length + 1,
    0,
    ...name,
    0,
    0,
  ]);
  const start = concatBytes([pack([8, content.length], [8, header.length], [4, crc32(header)])]);
  const signature = Uint8Array.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]);
  return concatBytes([signature, pack([4, crc32(start)]), start, content, header]);
}

describe('what 7-Zip writes', () => {
  test.each(written)('%s', (_, base64) => {
    const report = scan(bytesOf(base64));
    expect(report).toMatchObject({ format: 'seven-zip', verdict: 'clean', findings: [], coverage: { unaccounted: 0 } });
    expect(report.coverage).toMatchObject({ members: 2, membersExamined: 2 });
  });

  test.each([
    ['a password', withPassword],
    ['a password on the headers', withHiddenNames],
  ])('%s is a finding and forbids clean', (_, base64) => {
    const report = scan(bytesOf(base64));
    expect(report.verdict).toBe('inconclusive');
    expect(report.findings.map(({ ruleId }) => ruleId)).toContain('encrypted');
  });

  test('a method that is not decoded is a finding', () => {
    const report = scan(bytesOf(withPpmd));
    expect(report).toMatchObject({ verdict: 'inconclusive', findings: [{ ruleId: 'unsupported-feature' }] });
  });

  test.each(written)('%s, cut or changed, gives only typed findings', (_, base64) => {
    const bytes = bytesOf(base64);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.slice();
      changed.set([~(bytes[at] ?? 0) & 0xff], at);
      for (const damaged of [bytes.subarray(0, at), changed]) {
        expect(scan(damaged).findings.filter(({ ruleId }) => ruleId === 'internal-error')).toEqual([]);
      }
    }
  });
});

test('a header with every byte changed in turn, its checksum made right, gives only typed findings', () => {
  const bytes = build(['a.txt', 'b.txt'], 'some text');
  const from = 32 + 'some text'.length;
  for (let at = from; at < bytes.length; at += 1) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
      const changed = bytes.slice();
      changed[at] = value;
      changed.set(pack([4, crc32(changed.subarray(from))]), 28);
      expect(scan(changed).findings.filter(({ ruleId }) => ruleId === 'internal-error')).toEqual([]);
    }
  }
});

test('nullifAI: a payload in a 7z archive is found', () => {
  expect(scan(build(['model.pkl'], 'cos\nsystem\n(S"id"\ntR.')).verdict).toBe('malicious');
});

test('a name that leads out is found', () => {
  const report = scan(build(['../notes.txt'], 'some text'));
  expect(report.findings.map(({ ruleId }) => ruleId)).toEqual(['archive-path-traversal']);
});

test('a stream that belongs to no file is reported', () => {
  expect(scan(build([], 'some text')).findings.map(({ ruleId }) => ruleId)).toContain('malformed');
});
