import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultLimits } from '../../src/bytes/limits.ts';
import { ReadError } from '../../src/bytes/errors.ts';
import { defineFormat } from '../../src/formats/format.ts';
import { FileSource, openFile } from '../../src/node/file-source.ts';
import { displayPath, rawPath, type RawPath } from '../../src/node/raw-path.ts';
import { scanFiles, type ScanFilesOptions } from '../../src/node/scan-files.ts';
import { createFileScanner } from '../../src/node/scan-file.ts';
import { walk, type Found } from '../../src/node/walk.ts';
import { rules } from '../../src/rules/index.ts';
import { parsePolicy } from '../../src/scan/policy.ts';

let folder = '';
const rogue: ScanFilesOptions = { workerUrl: new URL('./fixtures/rogue-worker.ts', import.meta.url) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content = 'plain text'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function found(target = folder, options = {}): Found[] {
  return [...walk([target], options)];
}

/** What was found, with the folder's own name removed. */
function listed(all: readonly Found[]): string[] {
  return all
    .map((one) => {
      if (one.kind === 'skipped') return `${one.skipped.path} - ${one.skipped.detail}`;
      return one.kind === 'problem' ? `${one.path} ! ${one.reason}` : one.path;
    })
    .map((line) => line.replaceAll(`${folder}/`, '').replaceAll(folder, '.'));
}

describe('walk', () => {
  test('finds every file, hidden ones too, in order of names', () => {
    mkdirSync(join(folder, 'b'));
    for (const name of ['c.bin', '.hidden', 'a', 'b/inner.pt']) put(name);
    expect(listed(found())).toEqual(['.hidden', 'a', 'b/inner.pt', 'c.bin']);
  });

  test('enters a directory once, however links lead to it, and names a loop', () => {
    mkdirSync(join(folder, 'sub'));
    put('sub/file');
    symlinkSync('..', join(folder, 'sub/up'));
    symlinkSync('sub', join(folder, 'twin'));
    expect(listed(found())).toEqual([
      'sub/file',
      'sub/up - a directory loop: leads back to .',
      'twin - the same directory as sub, which is examined under that name',
    ]);
  });

  test('follows links to files, and says when they lead out of the folder', () => {
    mkdirSync(join(folder, 'in'));
    put('outside');
    put('in/real');
    symlinkSync('real', join(folder, 'in/near'));
    symlinkSync('../outside', join(folder, 'in/far'));
    const files = found(join(folder, 'in')).filter((one) => one.kind === 'file');
    expect(files.map((file) => [file.path.split('/').at(-1), file.outside !== undefined])).toEqual([
      ['far', true],
      ['near', false],
      ['real', false],
    ]);
  });

  test('links that cannot be followed get one line each', () => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    symlinkSync('self', join(folder, 'self'));
    symlinkSync('/usr', join(folder, 'usr'));
    expect(listed(found())).toEqual([
      'dangling ! links to nowhere, which does not exist',
      'self ! too many symbolic links, or a loop of them',
      'usr ! links to the directory /usr outside the scanned one; name it to have it scanned',
    ]);
  });

  test('pipes, sockets and devices get one line each and are not opened', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const server = createServer().listen(join(folder, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(listed(found())).toEqual(['pipe ! is a named pipe, not a file', 'socket ! is a socket, not a file']);
    expect(listed(found('/dev/zero'))).toEqual(['/dev/zero ! is a character device, not a file']);
    server.close();
  });

  test('leaves git repositories out, counted; other folders of that name are examined', () => {
    for (const name of ['.git', '.git/objects', '.git/refs', 'odd', 'odd/.git']) mkdirSync(join(folder, name));
    for (const name of ['.git/HEAD', '.git/objects/x', 'odd/.git/evil.pt']) put(name);
    expect(listed(found())).toEqual([
      '.git - 2 files of a git repository; --include-git examines them',
      'odd/.git/evil.pt',
    ]);
    expect(listed(found(folder, { includeGit: true }))).toHaveLength(3);
    expect(listed(found(join(folder, '.git')))).toHaveLength(2);
  });

  test('opens names that are not UTF-8, and shows them one to one', async () => {
    const raw = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x61, 0xff])]);
    writeFileSync(raw, 'plain text');
    put('a\\xff');
    const report = await scanFiles([folder]);
    expect(report.verdict).toBe('clean');
    const names = report.artifacts.map((artifact) => artifact.path.slice(folder.length + 1));
    expect(names).toEqual(['a\\\\xff', 'a\\xff']);
    expect(displayPath(rawPath('ü'))).toBe('ü');
  });

  test('goes as deep as paths go, without recursion', () => {
    const deep = Array.from({ length: 900 }, () => 'd').join('/');
    mkdirSync(join(folder, deep), { recursive: true });
    put(`${deep}/x`);
    expect(found()).toHaveLength(1);
  });
});

describe('FileSource', () => {
  test('reads by position and stops at the end', () => {
    const source = openFile(put('f', '0123456789'));
    const into = new Uint8Array(4);
    expect([source.size, source.read(8, into), source.read(10, into), source.read(2, into)]).toEqual([10, 2, 0, 4]);
    expect(Buffer.from(into).toString()).toBe('2345');
    source.close();
  });

  test('refuses what is no regular file, or claims to be empty and is not', () => {
    expect(() => openFile(folder)).toThrow(ReadError);
    expect(() => openFile('/proc/self/status')).toThrow(/size is given as 0/);
    expect(() => FileSource.open(put('big', 'xxxx') as RawPath, 3)).toThrow(
      'limit maxFileBytes reached: 3 allowed, 4 found',
    );
  });

  test('notices that the file was written to, replaced or removed', () => {
    const path = put('f', 'one') as RawPath;
    const open = (): FileSource => FileSource.open(path);
    const untouched = open();
    expect(untouched.changed(path)).toBeNull();
    appendFileSync(path, 'more');
    expect(untouched.changed(path)).toMatch(/had 3 bytes when opened and 7 afterwards/);
    const replaced = open();
    renameSync(put('g', 'one'), path);
    expect(replaced.changed(path)).toMatch(/attributes|another file/);
    const removed = open();
    rmSync(path);
    expect(removed.changed(path)).toMatch(/attributes|removed/);
    for (const source of [untouched, replaced, removed]) source.close();
  });

  test('a file that changes while it is examined is not clean', async () => {
    const path = put('f', 'one');
    const growing = defineFormat({
      id: 'growing',
      title: 'Growing',
      extensions: [],
      detect: () => 'certain',
      parse: (context) => {
        context.cover(0, context.source.size, 'structure');
        appendFileSync(path, 'more');
      },
    });
    const settings = {
      limits: defaultLimits,
      allowedGlobals: [],
      allowedTargetRoots: [],
      decisions: { rules: {}, suppressions: [] },
      hash: false,
    };
    const scan = await createFileScanner(settings, { formats: [growing], rules });
    const report = scan({ index: 0, file: rawPath(path), path });
    expect(report.verdict).toBe('inconclusive');
    expect(report.findings[0]?.message).toMatch(/changed while it was examined/);
  });
});

describe('scanFiles', () => {
  test('reports in the order of targets and names, whatever finishes first', async () => {
    for (let index = 0; index < 300; index += 1) put(`${String(index).padStart(3, '0')}.txt`);
    const report = await scanFiles([folder, put('last')], { jobs: 2 });
    const names = report.artifacts.map((artifact) => artifact.path);
    expect(names).toHaveLength(302);
    expect(names.slice(0, -1)).toEqual(names.slice(0, -1).toSorted());
    expect(report.summary).toMatchObject({
      artifacts: 302,
      verdicts: { clean: 302 },
      bytes: 3020,
      examinedBytes: 3020,
    });
  });

  test('can leave clean artifacts out of the list but not of the counts', async () => {
    put('a.json', '{"a":');
    put('b.json', '{}');
    const report = await scanFiles([folder], { omitClean: true });
    expect(report.artifacts).toHaveLength(1);
    expect(report.summary.artifacts).toBe(2);
  });

  test('what cannot be read is in the report, and the rest is scanned', async () => {
    const problems: string[] = [];
    const report = await scanFiles([join(folder, 'missing'), put('there')], {
      onProblem: (path, why) => problems.push(`${path}: ${why}`),
    });
    expect(problems).toEqual([`${folder}/missing: no such file or directory`]);
    expect(report.artifacts.map((artifact) => [artifact.format, artifact.verdict])).toEqual([
      ['unreadable', 'inconclusive'],
      ['text', 'clean'],
    ]);
    expect(report.summary).toMatchObject({ unreadable: 1, unreadableTargets: 1 });
  });

  test('a sparse file of absurd size is one line, not a day of work', async () => {
    const path = put('huge', '');
    execFileSync('truncate', ['-s', '15T', path]);
    const policy = parsePolicy('limits: {maxFileBytes: 1000000000000}', 'p.yaml', rules);
    const report = await scanFiles([path], { policy });
    expect(report.artifacts[0]?.findings[0]?.message).toBe(
      'limit maxFileBytes reached: 1000000000000 allowed, 16492674416640 found',
    );
    expect(report.verdict).toBe('inconclusive');
  });

  test('hashes when asked', async () => {
    const report = await scanFiles([put('f', 'abc')], { hash: true });
    expect(report.artifacts[0]?.sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('standard input goes through a private file and is bounded', async () => {
    const stdin = (text: string): ScanFilesOptions['stdin'] => ({
      open: () => Readable.from([Buffer.from(text)]),
      name: 'x.json',
    });
    const report = await scanFiles(['-'], { stdin: stdin('{"a":1}') });
    expect(report.artifacts[0]).toMatchObject({ path: 'x.json', format: 'json', verdict: 'clean', size: 7 });
    const policy = parsePolicy('limits: {maxStdinBytes: 3}', 'p.yaml', rules);
    const bounded = await scanFiles(['-'], { stdin: stdin('{"a":1}'), policy });
    expect(bounded.artifacts[0]?.findings[0]?.ruleId).toBe('limit-exceeded');
    expect(bounded.summary.unreadableTargets).toBe(1);
  });
});

describe('workers', () => {
  test('a defect is a finding', async () => {
    for (const name of ['a', 'b', 'c']) put(name, name === 'b' ? 'throw' : 'fine');
    const report = await scanFiles([folder], rogue);
    expect(report.artifacts.map((artifact) => artifact.verdict)).toEqual(['clean', 'inconclusive', 'clean']);
  });

  test('a file that ends its thread is found out, and no other is blamed', async () => {
    for (let index = 0; index < 20; index += 1) put(`f${index}`, index % 7 === 3 ? 'exit' : 'fine');
    const report = await scanFiles([folder], { ...rogue, jobs: 2 });
    const blamed = report.artifacts.filter((artifact) => artifact.verdict !== 'clean');
    expect(blamed.map((artifact) => artifact.path.slice(folder.length + 1))).toEqual(['f10', 'f17', 'f3']);
    expect(blamed[0]?.findings[0]).toMatchObject({ ruleId: 'internal-error' });
  });

  test('running out of memory costs one file', async () => {
    put('a', 'hoard');
    put('b', 'fine');
    const report = await scanFiles([folder], { ...rogue, jobs: 1, maxHeapMegabytes: 64 });
    expect(report.artifacts.map((artifact) => artifact.verdict)).toEqual(['inconclusive', 'clean']);
    expect(report.artifacts[0]?.findings[0]?.message).toBe('examining this file ran out of memory');
  });

  test('a file that takes for ever is stopped from outside', async () => {
    put('a', 'hang');
    put('b', 'fine');
    const policy = parsePolicy('limits: {maxSecondsPerFile: 0.5}', 'p.yaml', rules);
    const report = await scanFiles([folder], { ...rogue, jobs: 1, policy, graceSeconds: 0.5 });
    expect(report.artifacts[0]?.findings[0]?.message).toMatch(/took more than 1 seconds and was stopped/);
    expect(report.artifacts[1]?.verdict).toBe('clean');
  });

  test('a thread that nothing can stop is given up, and the others go on', () => {
    put('a', 'stuck');
    put('b', 'fine');
    const script = join(import.meta.dirname, 'fixtures/stuck-run.ts');
    const run = spawnSync(process.execPath, [script, folder], { encoding: 'utf8', timeout: 50_000 });
    expect(run.stdout).toBe('inconclusive clean\n');
  });

  test('workers that do not start end the run instead of starting for ever', async () => {
    put('a');
    put('b');
    const workerUrl = new URL('./fixtures/broken-worker.ts', import.meta.url);
    await expect(scanFiles([folder], { workerUrl })).rejects.toThrow(/a worker does not start: .*no such luck/);
  });
});
