import { expect, test } from 'vitest';
import { scanSource } from '../../scan/scan-source.ts';
import { BufferSource } from '../../bytes/source.ts';
import { documentWithoutFolder } from './without-folder.ts';

const FOLDER = '/srv/work/process-1/version-2';

test('nothing that a scan found says where the file lay', () => {
  const pickle = Buffer.from("cos\nsystem\n(S'echo hello'\ntR.");
  const found = scanSource(new BufferSource(pickle), `${FOLDER}/files/weights.pkl`);
  expect(found.findings.length).toBeGreaterThan(0);
  const told = documentWithoutFolder(found, FOLDER);
  expect(JSON.stringify(told)).not.toContain('/srv/work');
  expect(told.findings.map(({ location }) => location.path)).toEqual(found.findings.map(() => 'weights.pkl'));
});

test('names of an object stay what they are, whatever they are', () => {
  const document: unknown = JSON.parse(`{"__proto__": "${FOLDER}/a", "b": ["${FOLDER}"]}`);
  expect(JSON.stringify(documentWithoutFolder(document, FOLDER))).toBe('{"__proto__":"a","b":["the model"]}');
});
