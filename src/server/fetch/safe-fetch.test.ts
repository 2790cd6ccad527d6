import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createPlainServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../../test/server/certificate.ts';
import { FetchError } from './errors.ts';
import type { Resolved } from './resolve.ts';
import { makeSafeFetch, type SafeFetchOptions } from './safe-fetch.ts';

let certificate: TestCertificate;
let server: Server;
let port: number;
let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('hello');
const seen: IncomingMessage[] = [];

beforeAll(async () => {
  certificate = makeCertificate(['DNS:inside.example', 'DNS:other.example', 'IP:127.0.0.1']);
  server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  certificate.remove();
});

const loopback: Resolved = { address: '127.0.0.1', family: 4 };
const to =
  (...addresses: Resolved[]) =>
  async () =>
    addresses;

function fetcher(options: Partial<SafeFetchOptions> = {}) {
  return makeSafeFetch({
    allowNetworks: ['127.0.0.0/8'],
    allowHttp: false,
    timeoutSeconds: 5,
    lookup: to(loopback),
    ca: certificate.cert,
    ...options,
  });
}

const codeOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof FetchError ? error.code : `unexpected ${String(error)}`),
  );

describe('fetching what somebody named', () => {
  test('answers, with the certificate checked against the name', async () => {
    answer = (_, response) => response.setHeader('x-one', '1').end('hello');
    const response = await fetcher()(`https://inside.example:${port}/a`);
    expect([response.status, response.headers.get('x-one'), await response.text()]).toEqual([200, '1', 'hello']);
    expect(await codeOf(fetcher()(`https://foreign.example:${port}/`))).toBe('fetch-failed');
  });

  test('sends a form, as clients of OpenID Connect do', async () => {
    answer = (request, response) => void request.pipe(response);
    const body = new URLSearchParams({ grant_type: 'x' });
    const response = await fetcher()(`https://inside.example:${port}/`, { method: 'post', body });
    expect(await response.text()).toBe('grant_type=x');
    expect(seen.at(-1)?.headers['content-type']).toContain('x-www-form-urlencoded');
  });

  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fd00:ec2::254]/',
    'https://１２７.0.0.1/',
  ])('refuses %s, however it is written', async (url) => {
    const call = fetcher({ allowNetworks: [], lookup: async () => Promise.reject(new Error('asked the resolver')) });
    expect(await codeOf(call(url))).toBe('fetch-refused');
  });

  test('refuses a name that leads inside, also where another of its addresses is public', async () => {
    const call = fetcher({ allowNetworks: [], lookup: to({ address: '93.184.215.14', family: 4 }, loopback) });
    expect(await codeOf(call(`https://inside.example:${port}/`))).toBe('fetch-refused');
  });

  test('connects to the address that it examined, whatever the name leads to a moment later (DNS rebinding)', async () => {
    answer = (_, response) => response.end('pinned');
    let asked = 0;
    const lookup = async (): Promise<Resolved[]> => {
      asked++;
      return asked === 1 ? [loopback] : [{ address: '10.0.0.1', family: 4 }];
    };
    const response = await fetcher({ lookup })(`https://inside.example:${port}/`);
    expect([await response.text(), asked]).toEqual(['pinned', 1]);
  });

  test('examines the target of a redirect anew', async () => {
    answer = (_, response) => response.writeHead(302, { location: 'https://169.254.169.254/' }).end();
    expect(await codeOf(fetcher()(`https://inside.example:${port}/`))).toBe('fetch-refused');
    answer = (_, response) => response.writeHead(302, { location: 'https://metadata.example/' }).end();
    const lookup = async (name: string): Promise<Resolved[]> =>
      name === 'inside.example' ? [loopback] : [{ address: '169.254.169.254', family: 4 }];
    expect(await codeOf(fetcher({ lookup })(`https://inside.example:${port}/`))).toBe('fetch-refused');
    answer = (_, response) => response.writeHead(302, { location: `http://inside.example:${port}/` }).end();
    expect(await codeOf(fetcher()(`https://inside.example:${port}/`))).toBe('fetch-refused');
  });

  test('takes credentials to their own origin only', async () => {
    answer = ({ headers, url }, response) => {
      if (url === '/start') response.writeHead(302, { location: `https://other.example:${port}/end` }).end();
      else response.end(headers.authorization ?? 'none');
    };
    const headers = { authorization: 'Bearer secret' };
    expect(await (await fetcher()(`https://inside.example:${port}/start`, { headers })).text()).toBe('none');
    expect(await (await fetcher()(`https://inside.example:${port}/end`, { headers })).text()).toBe('Bearer secret');
  });

  test('does not send a body on, follows a few redirects at most, and none where told so', async () => {
    answer = ({ url }, response) => response.writeHead(307, { location: `${url ?? ''}x` }).end();
    const address = `https://inside.example:${port}/`;
    expect(await codeOf(fetcher()(address, { method: 'POST', body: 'x' }))).toBe('fetch-redirected');
    seen.length = 0;
    expect(await codeOf(fetcher()(address))).toBe('fetch-redirected');
    expect(seen).toHaveLength(4);
    expect(await codeOf(fetcher()(address, { redirect: 'error' }))).toBe('fetch-redirected');
    expect((await fetcher()(address, { redirect: 'manual' })).status).toBe(307);
  });

  test('bounds the size and the time of an answer, the time of its body included', async () => {
    const address = `https://inside.example:${port}/`;
    answer = (_, response) => response.end(Buffer.alloc(5000));
    expect(await codeOf(fetcher({ maxBytes: 4999 })(address))).toBe('fetch-too-large');
    expect((await (await fetcher({ maxBytes: 5000 })(address)).arrayBuffer()).byteLength).toBe(5000);
    answer = (_, response) => response.write('begins, and never ends');
    expect(await codeOf(fetcher({ timeoutSeconds: 0.3 })(address))).toBe('fetch-too-slow');
    expect(await codeOf(fetcher()(address, { signal: AbortSignal.timeout(200) }))).toBe('fetch-too-slow');
  });

  test('gives a body out while it arrives, for longer than an answer may take to begin', async () => {
    answer = (_, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        response.write(Buffer.alloc(20_000));
        if (++sent === 8) response.end();
      }, 50);
      response.on('close', () => clearInterval(timer));
    };
    const streaming = fetcher({ timeoutSeconds: 0.2, stallSeconds: 2, maxBytes: 160_000 });
    const response = await streaming(`https://inside.example:${port}/`);
    expect((await response.arrayBuffer()).byteLength).toBe(160_000);
    const bounded = await fetcher({ stallSeconds: 2, maxBytes: 159_999 })(`https://inside.example:${port}/`);
    expect(await codeOf(bounded.arrayBuffer())).toBe('fetch-too-large');
  });

  test.each([
    ['stalls', 0],
    ['only trickles', 20],
  ])('ends a body that %s, but not one whose reader is slow', async (_, everyMs) => {
    const streaming = fetcher({ stallSeconds: 0.3 });
    answer = (_request, response) => {
      response.write('begins');
      const timer = everyMs === 0 ? undefined : setInterval(() => response.write('.'), everyMs);
      response.on('close', () => clearInterval(timer));
    };
    const stalled = await streaming(`https://inside.example:${port}/`);
    expect(await codeOf(stalled.text())).toBe('fetch-too-slow');
    answer = (_request, response) => response.end(Buffer.alloc(500_000));
    const response = await streaming(`https://inside.example:${port}/`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await response.arrayBuffer()).byteLength).toBe(500_000);
  });

  test('tells of a body that is cut off, and ends one that nobody waits for any more', async () => {
    const streaming = fetcher({ stallSeconds: 5 });
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('begins', () => response.destroy());
    };
    const cut = await streaming(`https://inside.example:${port}/`);
    expect(await codeOf(cut.text())).toBe('fetch-failed');
    answer = (_, response) => response.write('begins, and never ends');
    const leaving = new AbortController();
    const left = await streaming(`https://inside.example:${port}/`, { signal: leaving.signal });
    const reading = codeOf(left.text());
    leaving.abort();
    expect(await reading).toBe('fetch-too-slow');
  });

  test('calls without TLS only where the operator named the network and said so', async () => {
    const plain = createPlainServer((_, response) => response.end('plain'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const url = `http://inside.example:${(plain.address() as AddressInfo).port}/`;
    expect(await codeOf(fetcher()(url))).toBe('fetch-refused');
    expect(await (await fetcher({ allowHttp: true })(url)).text()).toBe('plain');
    const outside = fetcher({ allowHttp: true, lookup: to({ address: '93.184.215.14', family: 4 }) });
    expect(await codeOf(outside('http://public.example/'))).toBe('fetch-refused');
    plain.close();
  });

  test.each(['ftp://inside.example/', 'file:///etc/passwd', 'https://user:word@inside.example/', 'data:text/plain,x'])(
    'refuses %s',
    async (url) => {
      expect(await codeOf(fetcher()(url))).toBe('fetch-refused');
    },
  );

  test('asks no proxy of the environment', async () => {
    answer = (_, response) => response.end('direct');
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:1';
    process.env['NODE_USE_ENV_PROXY'] = '1';
    try {
      expect(await (await fetcher()(`https://inside.example:${port}/`)).text()).toBe('direct');
    } finally {
      delete process.env['HTTPS_PROXY'];
      delete process.env['NODE_USE_ENV_PROXY'];
    }
  });

  test('says in its errors which origin it was, and no path: paths may hold secrets', async () => {
    const error = await fetcher({ allowNetworks: [] })('https://10.0.0.1/hook/very-secret?token=more').catch(String);
    expect(error).toContain('https://10.0.0.1');
    expect(error).not.toMatch(/very-secret|more/);
  });
});
