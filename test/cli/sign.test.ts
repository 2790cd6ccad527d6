import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newKeyPair } from '../../src/sign/keys.ts';
import { startStandIn, STAND_IN_ISSUER, tokenFor, type StandIn } from '../build/sigstore-stand-in.ts';
import { rootAuthority, signerCertificate, subAuthority } from '../build/x509.ts';
import { model, writeFiles } from '../sign/models.ts';

/** Runs the built command line, as users do; `npm test` builds it first. */
const launcher = join(import.meta.dirname, '../../bin/vouchsafe.js');
let folder = '';
let cwd = '';

beforeEach(() => {
  folder = model({ 'weights.bin': 'weights', 'sub/config.json': '{}' });
  cwd = dirname(folder);
});

const environment = { ...process.env, NO_COLOR: '', FORCE_COLOR: '', SIGSTORE_ID_TOKEN: '' };

function run(...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [launcher, ...args], { cwd, encoding: 'utf8', env: environment });
}

function ok(...args: readonly string[]): string {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const namesIn = (place: string): string[] => readdirSync(place, { recursive: true }).map(String).sort();

/** What `keygen sign k` writes, without starting a process for it. */
function writeKey(): void {
  const { privatePem, publicPem } = newKeyPair('P-256');
  writeFileSync(join(cwd, 'k'), privatePem, { mode: 0o600 });
  writeFileSync(join(cwd, 'k.pub'), publicPem);
}

const json = (...args: readonly string[]) => JSON.parse(run(...args, '--format', 'json').stdout);

describe('from a new key to a verified release', () => {
  it('works as the documentation shows it', () => {
    expect(ok('keygen', 'sign', 'release.key')).toMatch(/fingerprint {2}[0-9a-f]{64}/);
    expect(statSync(join(cwd, 'release.key')).mode & 0o777).toBe(0o600);
    const digest = ok('digest', 'model').trim().replace('sha256:', '');
    expect(ok('sign', 'model', '--key', 'release.key')).toContain(`root digest ${digest}`);
    expect(ok('verify', 'model/', '--public-key', 'release.key.pub')).toMatch(/^verified {2}model\//);
    writeFileSync(join(cwd, 'report.json'), run('scan', 'model', '--hash', '-f', 'json').stdout);
    ok('attest', 'model', '--key', 'release.key', '--scan', 'report.json');
    const report = json('verify', 'model', '--public-key', 'release.key.pub', '--attestations');
    expect(report).toMatchObject({ schemaVersion: '1.0', ok: true, model: { rootDigest: digest } });
    expect(report.attestations[0].claim).toMatchObject({ kind: 'scan', result: 'PASSED' });
    writeFiles(folder, { 'weights.bin': 'weightz' });
    const changed = run('verify', 'model', '--public-key', 'release.key.pub');
    expect(changed.status).toBe(1);
    expect(changed.stdout).toMatch(
      /^NOT VERIFIED {2}model\n {2}changed since it was signed: weights.bin {2}digest-mismatch/,
    );
  });

  it('works with certificates, shards and other hashes', () => {
    const root = rootAuthority();
    const middle = subAuthority(root, 'middle');
    const { privateKey, certificate } = signerCertificate(middle);
    writeFileSync(join(cwd, 'key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(join(cwd, 'chain.pem'), certificate.toString() + middle.certificate.toString());
    writeFileSync(join(cwd, 'root.pem'), root.certificate.toString());
    ok('sign', 'model', '--key', 'key', '--certificate-chain', 'chain.pem', '--hash', 'blake3', '--shard-size');
    expect(ok('verify', 'model', '--certificate-roots', 'root.pem')).toContain('certificate CN=signer');
    expect(json('verify', 'model', '--certificate-roots', 'root.pem').model).toMatchObject({
      hash: 'blake3',
      method: 'shards',
    });
  });

  it('takes paths to ignore from the working directory or from the model', () => {
    writeKey();
    writeFiles(folder, { tmp: 'x' });
    ok('sign', 'model', '--key', 'k', '--ignore-paths', 'model/tmp');
    expect(run('verify', 'model', '--public-key', 'k.pub').status).toBe(1);
    ok('verify', 'model', '--public-key', 'k.pub', '--ignore-paths', 'tmp');
    ok('verify', 'model', '--public-key', 'k.pub', '--ignore-paths', './model/tmp');
    expect(run('verify', 'model', '--public-key', 'k.pub', '--ignore-paths', '*.tmp')).toMatchObject({ status: 2 });
  });
});

describe('what cannot be done', () => {
  it.each([
    [['sign', 'model'], 'say who signs'],
    [['sign', 'model', '--keyless'], '--fulcio-url'],
    [['sign', 'model', '--key', 'none'], 'no such file'],
    [['sign', 'none', '--key', 'k'], 'cannot read none'],
    [['sign', 'model', '--key', 'k', '--hash', 'md5'], 'Allowed choices'],
    [['sign', 'model', '--key', 'k', '--shard-size', '0'], 'whole number'],
    [['sign', 'model', '--key', 'k', '--signature', 'no/where/sig'], 'cannot write'],
    [['sign', 'model', '--key', 'k.pub'], 'can be read by others'],
    [
      ['sign', 'model', '--keyless', '--fulcio-url', 'http://127.0.0.1:1', '--rekor-url', 'http://127.0.0.1:1'],
      'identity-token-file',
    ],
    [['verify', 'model'], 'nothing to trust'],
    [['verify', 'model', '--identity', 'x'], 'go together'],
    [['verify', 'model', '--identity', 'x', '--identity-provider', 'y'], '--trusted-root'],
    [['verify', 'model', '--public-key', 'k'], 'private key'],
    [['verify', 'model', '--trusted-root', 'k.pub', '--public-key', 'k.pub'], 'trusted root'],
    [['attest', 'model', '--key', 'k'], 'say what to attest'],
    [['attest', 'model', '--key', 'k', '--predicate', 'k'], 'go together'],
    [['keygen', 'sign', 'k'], 'already exists'],
  ])('%j is refused with exit code 2, says why, and writes nothing', (args, words) => {
    writeKey();
    const before = namesIn(cwd);
    const { status, stderr, stdout } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(namesIn(cwd)).toEqual(before);
  });

  it('a key that others can read is not used', () => {
    writeKey();
    chmodSync(join(cwd, 'k'), 0o640);
    const { status, stderr } = run('sign', 'model', '--key', 'k');
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('mode 640') });
  });

  it.each([
    ['model.sig', ['sign', 'model']],
    ['model.intoto.jsonl', ['attest', 'model', '--predicate-type', 'https://example.org/p', '--predicate', 'p.json']],
  ])('a link in the place of %s is not written through', (name, args) => {
    writeKey();
    writeFileSync(join(cwd, 'p.json'), '{}');
    writeFileSync(join(cwd, 'elsewhere'), '');
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'model', name));
    expect(run(...args, '--key', 'k')).toMatchObject({ status: 2, stderr: expect.stringContaining('symbolic link') });
    expect(readFileSync(join(cwd, 'elsewhere'), 'utf8')).toBe('');
  });

  it('an encrypted key needs its passphrase, which is in no message', () => {
    writeFileSync(join(cwd, 'pass'), 'open sesame\n', { mode: 0o600 });
    writeFileSync(join(cwd, 'wrong'), 'guessed\n', { mode: 0o600 });
    writeFileSync(join(cwd, 'none'), '\nsecond line', { mode: 0o600 });
    expect(run('keygen', 'sign', 'n', '--key-passphrase-file', 'none')).toMatchObject({ status: 2 });
    expect(existsSync(join(cwd, 'n'))).toBe(false);
    ok('keygen', 'sign', 'k', '--key-passphrase-file', 'pass', '--curve', 'P-384');
    expect(readFileSync(join(cwd, 'k'), 'utf8')).toContain('ENCRYPTED');
    expect(run('sign', 'model', '--key', 'k').stderr).toContain('--key-passphrase-file');
    const wrong = run('sign', 'model', '--key', 'k', '--key-passphrase-file', 'wrong');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.not.stringContaining('guessed') });
    ok('sign', 'model', '--key', 'k', '--key-passphrase-file', 'pass');
    ok('verify', 'model', '--public-key', 'k.pub');
  });
});

it('a hostile name cannot draw on the terminal', () => {
  writeKey();
  ok('sign', 'model', '--key', 'k');
  writeFiles(folder, { '\u001b[2Jevil\u202e': 'x' });
  const { stdout } = run('verify', 'model', '--public-key', 'k.pub');
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('\\u{1b}[2Jevil\\u{202e}');
});

describe('keyless', () => {
  let services: StandIn;
  beforeAll(async () => {
    services = await startStandIn();
  });
  afterAll(() => services.close());

  /** Not in this process's way: the services run in it. */
  function runBeside(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ status: number | null; output: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [launcher, ...args], { cwd, env: { ...environment, ...env } });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('close', (status) => resolve({ status, output }));
    });
  }

  it('signs with a token from a file or the environment, never shown', async () => {
    const token = tokenFor({ email: 'dev@example.org', email_verified: true });
    writeFileSync(join(cwd, 'token'), `${token}\n`);
    writeFileSync(join(cwd, 'root.json'), JSON.stringify(services.trustedRoot));
    const urls = [
      '--keyless',
      '--fulcio-url',
      services.url,
      '--rekor-url',
      services.url,
      '--trusted-root',
      'root.json',
    ];
    const fromFile = await runBeside(['sign', 'model', ...urls, '--identity-token-file', 'token']);
    expect(fromFile).toMatchObject({ status: 0, output: expect.stringContaining('dev@example.org') });
    const fromEnvironment = await runBeside(
      ['attest', 'model', ...urls, '--predicate-type', 'urn:x', '--predicate', 'root.json'],
      { SIGSTORE_ID_TOKEN: token },
    );
    expect(fromEnvironment.status).toBe(0);
    const who = [
      '--identity',
      'dev@example.org',
      '--identity-provider',
      STAND_IN_ISSUER,
      '--trusted-root',
      'root.json',
    ];
    expect(ok('verify', 'model', ...who, '--attestations')).toContain('by a transparency log');
    services.answer = () => ({ status: 401, body: token });
    const refused = await runBeside(['sign', 'model', ...urls, '--identity-token-file', 'token']);
    services.answer = null;
    expect(refused.status).toBe(2);
    for (const { output } of [fromFile, fromEnvironment, refused]) expect(output).not.toContain(token);
    rmSync(join(folder, 'model.sig'));
    expect(existsSync(join(folder, 'model.sig'))).toBe(false);
  });
});

it.each([['sign'], ['verify'], ['attest'], ['digest'], ['keygen', 'sign'], ['keygen', 'seal']])(
  '%s %s --help has examples and exit codes',
  (...command) => {
    const text = ok(...command, '--help');
    expect(text).toContain('Exit code:');
    expect(text).toContain('Examples:');
  },
);
