import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultDataFolder } from './data-folder.ts';
import { StartError } from './errors.ts';
import { loadConfig } from './load-config.ts';
import { parseConfig } from './parse-config.ts';
import { readSecret } from './read-secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function refusal(run: () => unknown): { readonly code: string; readonly message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof StartError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('expected to be refused');
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

describe('the configuration', () => {
  test('needs nothing: this machine only, everything in one folder', () => {
    const config = loadConfig({}, {});
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 4800 });
    expect(config.records).toEqual({ sqlite: {} });
  });

  test('a key that is not known is refused where it is, with the one that was meant', () => {
    const text = 'listen:\n  prot: 80\nlimit: {}\n';
    const { code, message } = refusal(() => parseConfig(text, 'vouchsafe.yaml'));
    expect(code).toBe('config-invalid');
    expect(message).toContain('vouchsafe.yaml:2:3: listen.prot: unknown key; did you mean port?');
    expect(message).toContain('vouchsafe.yaml:3:1: limit: unknown key; did you mean limits?');
  });

  test.each([
    ['listen: {port: 70000}', 'listen.port'],
    ['origin: vouchsafe.example.org', 'origin'],
    ['records: {postgres: {url: "postgres://user:secret@db/x"}}', 'expected no password here'],
    ['oidc: [{id: a, name: A, issuer: "https://a.example", clientId: x, clientSecret: plain}]', 'clientSecret'],
    ['listen: [', 'vouchsafe.yaml:1'],
    ['a: &a [*a]', 'vouchsafe.yaml'],
  ])('%s is refused, with where it is wrong', (text, where) => {
    const { code, message } = refusal(() => parseConfig(text, 'vouchsafe.yaml'));
    expect([code, message]).toEqual(['config-invalid', expect.stringContaining(where)]);
  });

  test('flags win over the environment, and this over the file', () => {
    const config = file(
      'all.yaml',
      'listen: {host: 127.0.0.2, port: 1000}\nlog: {level: error, addresses: none}\ndata: store\n',
    );
    const loaded = loadConfig({ config, port: 3000 }, { VOUCHSAFE_PORT: '2000', VOUCHSAFE_LOG_LEVEL: 'warn' });
    expect(loaded.listen).toEqual({ host: '127.0.0.2', port: 3000 });
    expect(loaded.log).toEqual({ level: 'warn', addresses: 'none' });
    expect(loaded.data).toBe(join(folder, 'store'));
  });

  test('paths in the file are relative to it, paths of flags to where one is', () => {
    const config = file('tls.yaml', 'listen: {tls: {certificateFile: cert.pem, keyFile: /etc/key.pem}}\n');
    expect(loadConfig({ config }, {}).listen.tls).toEqual({
      certificateFile: join(folder, 'cert.pem'),
      keyFile: '/etc/key.pem',
    });
    expect(loadConfig({ config, data: 'here' }, {}).data).toBe(join(process.cwd(), 'here'));
  });

  test('files of secrets and authorities are relative to the file too', () => {
    const postgres = 'postgres: {url: "postgres://db/x", password: {file: pass}, tls: {caFile: ca.pem}}';
    const webhook = 'webhook: {url: "https://hooks.example.org", secret: {file: hook}}';
    const config = file('secrets.yaml', `records: {${postgres}}\nreviews: {${webhook}}\n`);
    const { records, reviews } = loadConfig({ config }, {});
    expect(records).toMatchObject({
      postgres: { password: { file: join(folder, 'pass') }, tls: { caFile: join(folder, 'ca.pem') } },
    });
    expect(reviews.webhook?.secret).toEqual({ file: join(folder, 'hook') });
  });

  test('what names no file stays as it is', () => {
    const config = file(
      'env.yaml',
      'records: {postgres: {url: "postgres://db/x", password: {env: PGPASS}, tls: {}}}\n',
    );
    expect(loadConfig({ config }, {}).records).toMatchObject({ postgres: { password: { env: 'PGPASS' }, tls: {} } });
  });

  test.each(['0.0.0.0', '::', '192.168.1.5', 'vouchsafe.example.org'])('%s is not listened on without TLS', (host) => {
    expect(refusal(() => loadConfig({ host }, {})).code).toBe('listen-insecure');
    const proxied = { host, behindProxy: true, origin: 'https://vouchsafe.example.org' };
    expect(loadConfig(proxied, {}).listen.host).toBe(host);
  });

  test('a proxy is told where it is reached, and nobody without TLS', () => {
    expect(refusal(() => loadConfig({ behindProxy: true }, {})).message).toContain('--origin');
    expect(refusal(() => loadConfig({ origin: 'http://vouchsafe.example.org' }, {})).code).toBe('origin-insecure');
    expect(refusal(() => loadConfig({ origin: 'https://a.example/path' }, {})).code).toBe('config-invalid');
    expect(loadConfig({ origin: 'http://localhost:5000' }, {}).origin).toBe('http://localhost:5000');
  });

  test('a certificate without its key is refused', () => {
    expect(refusal(() => loadConfig({ tlsCert: 'cert.pem' }, {})).message).toContain('--tls-key');
  });

  test('a file that is not there is told', () => {
    expect(refusal(() => loadConfig({ config: join(folder, 'none.yaml') }, {})).code).toBe('config-unreadable');
  });
});

describe('secrets that the configuration names', () => {
  test('are read from a file of the owner alone, or from the environment', () => {
    expect(readSecret({ file: file('secret', 'open sesame\n') })).toBe('open sesame');
    process.env['VOUCHSAFE_TEST_SECRET'] = 'from the environment';
    expect(readSecret({ env: 'VOUCHSAFE_TEST_SECRET' })).toBe('from the environment');
    delete process.env['VOUCHSAFE_TEST_SECRET'];
    expect(refusal(() => readSecret({ env: 'VOUCHSAFE_TEST_SECRET' })).message).toContain('is not set');
  });

  test('that others can read, or that are empty, are refused', () => {
    const open = file('open', 'open sesame');
    chmodSync(open, 0o644);
    const { code, message } = refusal(() => readSecret({ file: open }));
    expect([code, message]).toEqual(['secret-unreadable', expect.stringContaining('others can read it')]);
    expect(message).not.toContain('sesame');
    expect(refusal(() => readSecret({ file: file('empty', '\n') })).code).toBe('secret-unreadable');
  });
});

describe('the data folder', () => {
  test('is where the platform keeps such things', () => {
    expect(defaultDataFolder({ XDG_DATA_HOME: '/data' }, 'linux')).toBe('/data/vouchsafe');
    expect(defaultDataFolder({ XDG_DATA_HOME: 'relative' }, 'linux')).toMatch(/\.local\/share\/vouchsafe$/);
    expect(defaultDataFolder({}, 'darwin')).toMatch(/Library\/Application Support\/vouchsafe$/);
  });
});
