import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../bytes/errors.ts';
import { defaultCleanOptions } from '../../clean/options.ts';
import { type CleaningRecord, cleaningRecordSchema } from '../../clean/record-schema.ts';
import { sha256Text } from '../digest.ts';
import { discardUnfinished } from '../output-file.ts';
import { cleanPaths, type CleanPathsOptions } from './clean-paths.ts';

const root = mkdtempSync(join(tmpdir(), 'vouchsafe-clean-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let place = '';
let model = '';
let count = 0;
beforeEach(() => {
  count += 1;
  place = join(root, String(count));
  model = join(place, 'model');
});

const BAD = '{"a": {"_target_": "os.system"}, "b": 1}';
const GOOD = '{"b": 1}';
const PICKLE = 'cos\nsystem\n(S"id"\ntR.';

function put(files: Readonly<Record<string, string>>, folder = model): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Every file under a folder with its content; links and folders are followed. */
function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

async function clean(
  inputs: readonly string[],
  options: Partial<CleanPathsOptions> & Pick<CleanPathsOptions, 'destination'>,
): Promise<CleaningRecord> {
  const record = await cleanPaths(inputs, { cleaning: defaultCleanOptions, ...options });
  expect(cleaningRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  return record;
}

const into = (path: string) => ({ kind: 'folder', path }) as const;
const statuses = ({ files }: CleaningRecord): Record<string, string> =>
  Object.fromEntries(files.map(({ path, status }) => [relative(model, path), status]));
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof CodedError ? error.code : Promise.reject(error as Error)),
  );

describe('a folder', () => {
  test('is copied whole, with what is dangerous taken out, and its permissions', async () => {
    put({
      'config.json': BAD,
      'sub/run.sh': '#!/bin/sh\necho\n',
      '.hidden': 'x\n',
      'chat_template.jinja': '{{ lipsum.__globals__ }}',
    });
    chmodSync(join(model, 'sub/run.sh'), 0o755);
    const out = join(place, 'out');
    const record = await clean([model], { destination: into(out) });
    expect(tree(out)).toEqual({ 'config.json': GOOD, 'sub/run.sh': '#!/bin/sh\necho\n', '.hidden': 'x\n' });
    expect(statSync(join(out, 'sub/run.sh')).mode & 0o111).toBe(0o111);
    expect(statuses(record)).toEqual({
      'config.json': 'cleaned',
      'sub/run.sh': 'unchanged',
      '.hidden': 'unchanged',
      'chat_template.jinja': 'left-out',
    });
    expect(record.files.find(({ status }) => status === 'cleaned')).toMatchObject({
      before: { size: BAD.length, sha256: sha256Text(BAD) },
      after: { size: GOOD.length, sha256: sha256Text(GOOD) },
    });
    expect(readFileSync(join(model, 'config.json'), 'utf8')).toBe(BAD);
  });

  test('with anything that cannot be cleaned is refused as a whole, naming all of it, and nothing is left behind', async () => {
    put({ 'config.json': BAD, 'a.pkl': PICKLE, 'b.pkl': PICKLE });
    const record = await clean([model], { destination: into(join(place, 'out')) });
    expect(record.written).toBe(false);
    expect(statuses(record)).toMatchObject({ 'a.pkl': 'refused', 'b.pkl': 'refused' });
    expect(readdirSync(place)).toEqual(['model']);
  });

  test('may do without what cannot be cleaned', async () => {
    put({ 'config.json': BAD, 'a.pkl': PICKLE });
    const out = join(place, 'out');
    const record = await clean([model], { destination: into(out), dropUnsafe: true });
    expect(tree(out)).toEqual({ 'config.json': GOOD });
    expect(record.files.find(({ status }) => status === 'left-out')?.refusal?.code).toBe('not-cleanable');
  });

  test('is never left by its links', async () => {
    put({ 'config.json': GOOD });
    put({ 'secret.txt': 'a secret\n' }, place);
    symlinkSync('config.json', join(model, 'same.json'));
    symlinkSync('../secret.txt', join(model, 'link.txt'));
    const refused = await clean([model], { destination: into(join(place, 'out')) });
    expect(refused.files.find(({ status }) => status === 'refused')?.refusal?.code).toBe('outside-link');
    const out = join(place, 'out');
    await clean([model], { destination: into(out), dropUnsafe: true });
    expect(tree(out)).toEqual({ 'config.json': GOOD, 'same.json': GOOD });
    expect(readdirSync(out, { withFileTypes: true }).every((entry) => entry.isFile())).toBe(true);
  });

  test('that describes or signs its files is said to be out of date', async () => {
    put({ 'config.json': BAD, 'model.sig': 'x\n' });
    const { notes } = await clean([model], { destination: into(join(place, 'out')) });
    expect(notes).toEqual([expect.stringMatching(/model\.sig .*make it again/)]);
  });

  test('does not overwrite another one, unless told to', async () => {
    put({ 'config.json': BAD });
    const out = join(place, 'out');
    put({ old: 'x' }, out);
    expect(await codeOf(clean([model], { destination: into(out) }))).toBe('unwritable');
    expect(tree(out)).toEqual({ old: 'x' });
    await clean([model], { destination: into(out), force: true });
    expect(tree(out)).toEqual({ 'config.json': GOOD });
  });

  test('of names that are no text is refused', async () => {
    put({ 'config.json': GOOD });
    writeFileSync(Buffer.concat([Buffer.from(`${model}/`), Buffer.from([0x66, 0xff])]), 'x');
    const record = await clean([model], { destination: into(join(place, 'out')) });
    expect(record.files.find(({ status }) => status === 'refused')?.refusal?.code).toBe('unreadable');
  });

  test('is not left half-written when the process is asked to end', async () => {
    put({ 'config.json': BAD, 'weights.txt': 'x\n'.repeat(100_000) });
    const onProgress = ({ bytes }: { readonly bytes: number }): void => {
      if (bytes > GOOD.length) discardUnfinished();
    };
    expect(await codeOf(clean([model], { destination: into(join(place, 'out')), onProgress }))).toBe('unwritable');
    expect(readdirSync(place)).toEqual(['model']);
  });

  test('leaves out what changes while it is copied, though all else may go on', async () => {
    put({ 'a.txt': 'x\n'.repeat(10), 'b.json': GOOD });
    const out = join(place, 'out');
    const onProgress = ({ bytes }: { readonly bytes: number }): void => {
      if (bytes === 20) writeFileSync(join(model, 'a.txt'), '{{ poison }}');
    };
    const record = await clean([model], { destination: into(out), dropUnsafe: true, onProgress });
    expect(statuses(record)).toEqual({ 'a.txt': 'left-out', 'b.json': 'unchanged' });
    expect(tree(out)).toEqual({ 'b.json': GOOD });
  });

  test('that nobody else may look into is copied to one that nobody else may', async () => {
    put({ 'sub/config.json': BAD });
    chmodSync(model, 0o700);
    chmodSync(join(model, 'sub'), 0o750);
    const out = join(place, 'out');
    await clean([model], { destination: into(out) });
    expect(statSync(out).mode & 0o777).toBe(0o700);
    expect(statSync(join(out, 'sub')).mode & 0o777).toBe(0o750);
  });

  test('that holds an input is not replaced, by whatever name it is called', async () => {
    put({ 'config.json': BAD, 'other.json': BAD, precious: 'x' });
    symlinkSync('model', join(place, 'link'));
    const files = ['config.json', 'other.json'].map((name) => join(place, 'link', name));
    const destination = into(model);
    expect(await codeOf(clean(files, { destination, force: true }))).toBe('unwritable');
    expect(tree(model)).toEqual({ 'config.json': BAD, 'other.json': BAD, precious: 'x' });
  });

  test('a dry run says the same and writes nothing', async () => {
    put({ 'config.json': BAD, 'a.pkl': PICKLE });
    const record = await clean([model], { destination: into(join(place, 'out')), dryRun: true });
    expect(statuses(record)).toEqual({ 'config.json': 'cleaned', 'a.pkl': 'refused' });
    expect(readdirSync(place)).toEqual(['model']);
  });

  test('cleaned once is not changed by cleaning it again', async () => {
    put({ 'config.json': BAD, 'x.yaml': 'a:\n  _target_: os.system\nb: 1\n' });
    const [one, two] = [join(place, 'one'), join(place, 'two')];
    await clean([model], { destination: into(one) });
    const again = await clean([one], { destination: into(two) });
    expect(again.files.map(({ status }) => status)).toEqual(['unchanged', 'unchanged']);
    expect(tree(two)).toEqual(tree(one));
  });
});

describe('files', () => {
  test('one is written under the name given, several by their own', async () => {
    put({ 'config.json': BAD, 'other.json': BAD });
    const [one, two] = [join(model, 'config.json'), join(model, 'other.json')];
    await clean([one], { destination: { kind: 'file', path: join(place, 'x.json') } });
    expect(readFileSync(join(place, 'x.json'), 'utf8')).toBe(GOOD);
    await clean([one, two], { destination: into(join(place, 'both')) });
    expect(tree(join(place, 'both'))).toEqual({ 'config.json': GOOD, 'other.json': GOOD });
  });

  test('a template that is named is not silently left out', async () => {
    put({ 'chat_template.jinja': '{{ lipsum.__globals__ }}' });
    const record = await clean([join(model, 'chat_template.jinja')], {
      destination: { kind: 'file', path: join(place, 'x.jinja') },
    });
    expect(record.files[0]?.refusal?.code).toBe('needs-template');
    expect(existsSync(join(place, 'x.jinja'))).toBe(false);
  });

  test('a text that would be a poisoned template under its new name is not written', async () => {
    put({ 'notes.txt': '{{ lipsum.__globals__ }}' });
    for (const dryRun of [false, true]) {
      const destination = { kind: 'file', path: join(place, 'chat_template.jinja') } as const;
      const record = await clean([join(model, 'notes.txt')], { destination, dryRun });
      expect(record.files[0]?.refusal?.code).toBe('other-name');
    }
    expect(readdirSync(place)).toEqual(['model']);
  });

  test('one that exists is not overwritten, and one that does not exist is no success', async () => {
    put({ 'config.json': BAD, 'x.json': 'mine' });
    const destination = { kind: 'file', path: join(model, 'x.json') } as const;
    expect(await codeOf(clean([join(model, 'config.json')], { destination }))).toBe('unwritable');
    expect(await codeOf(clean([join(model, 'nothing')], { destination: into(join(place, 'out')) }))).toBe('unreadable');
    expect(readFileSync(join(model, 'x.json'), 'utf8')).toBe('mine');
  });
});

describe('in place', () => {
  const destination = { kind: 'in-place', backup: null } as const;

  test('only what has to change is written', async () => {
    put({ 'config.json': BAD, 'README.md': 'x\n', 'chat_template.jinja': '{{ lipsum.__globals__ }}' });
    const before = statSync(join(model, 'README.md'));
    const record = await clean([model], { destination });
    expect(record.written).toBe(true);
    expect(tree(model)).toEqual({ 'config.json': GOOD, 'README.md': 'x\n' });
    expect(statSync(join(model, 'README.md')).ino).toBe(before.ino);
  });

  test('a backup keeps what was there, and is never overwritten', async () => {
    put({ 'config.json': BAD, 'chat_template.jinja': '{{ lipsum.__globals__ }}' });
    await clean([model], { destination: { kind: 'in-place', backup: '.bak' } });
    expect(tree(model)).toEqual({
      'config.json': GOOD,
      'config.json.bak': BAD,
      'chat_template.jinja.bak': '{{ lipsum.__globals__ }}',
    });
    put({ 'config.json': BAD });
    rmSync(join(model, 'chat_template.jinja.bak'));
    const again = clean([join(model, 'config.json')], { destination: { kind: 'in-place', backup: '.bak' } });
    expect(await codeOf(again)).toBe('unwritable');
    expect(tree(model)).toMatchObject({ 'config.json': BAD, 'config.json.bak': BAD });
  });

  test('no file is changed when the backup of another one is in the way', async () => {
    put({ 'a.json': BAD, 'b.json': BAD, 'b.json.bak': GOOD });
    expect(await codeOf(clean([model], { destination: { kind: 'in-place', backup: '.bak' } }))).toBe('unwritable');
    expect(tree(model)).toEqual({ 'a.json': BAD, 'b.json': BAD, 'b.json.bak': GOOD });
  });

  test('a file of two names is changed once', async () => {
    put({ 'a.json': BAD });
    symlinkSync('a.json', join(model, 'b.json'));
    await clean([model, join(model, 'a.json')], { destination: { kind: 'in-place', backup: '.bak' } });
    expect(tree(model)).toEqual({ 'a.json': GOOD, 'a.json.bak': BAD, 'b.json': GOOD });
  });

  test('a link to a folder elsewhere is not called left out while it is there', async () => {
    put({ 'config.json': BAD });
    put({ 'config.json': BAD }, join(place, 'elsewhere'));
    symlinkSync('../elsewhere', join(model, 'sub'));
    const record = await clean([model], { destination, dropUnsafe: true });
    expect(record).toMatchObject({ written: false, files: [{}, { status: 'refused' }] });
    expect(tree(model)['config.json']).toBe(BAD);
  });

  test('one refusal keeps all of it', async () => {
    put({ 'config.json': BAD, 'a.pkl': PICKLE });
    const record = await clean([model], { destination });
    expect(record.written).toBe(false);
    expect(tree(model)).toEqual({ 'config.json': BAD, 'a.pkl': PICKLE });
    await clean([model], { destination, dropUnsafe: true });
    expect(tree(model)).toEqual({ 'config.json': GOOD });
  });

  test('another name of the same file keeps its content', async () => {
    put({ 'config.json': BAD });
    linkSync(join(model, 'config.json'), join(place, 'other.json'));
    await clean([model], { destination });
    expect(readFileSync(join(place, 'other.json'), 'utf8')).toBe(BAD);
  });

  test('when nothing has to change, nothing is written', async () => {
    put({ 'config.json': GOOD });
    const record = await clean([model], { destination });
    expect(record).toMatchObject({ written: false, notes: [] });
  });
});
