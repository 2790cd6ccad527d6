import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { startRealServer } from './real-server.ts';

test('a server that stops answers what it has begun, and takes nothing new', async () => {
  const server = await startRealServer();
  const body = JSON.stringify({ email: 'a@example.org', password: 'wrong' });
  const begun = request({
    host: '127.0.0.1',
    port: server.port,
    method: 'POST',
    path: '/api/sign-in/password',
    agent: false,
    headers: {
      host: server.host,
      'content-type': 'application/json',
      'content-length': String(body.length),
      // By its answer to this the server says that it has begun.
      expect: '100-continue',
    },
  });
  begun.flushHeaders();
  await once(begun, 'continue');
  const stopped = server.running.stop();
  const answered = once(begun, 'response') as Promise<[IncomingMessage]>;
  begun.end(body);
  const [answer] = await answered;
  answer.resume();
  expect(answer.statusCode).toBe(401);
  await stopped;
  await expect(server.send('GET', '/healthz')).rejects.toThrow();
  await server.stop();
});

test('what was recorded is there after it starts again, and the link of the first start is over', async () => {
  const server = await startRealServer();
  const { port, folder } = server;
  const link = server.running.setUpLink;
  await server.running.stop();
  const again = await startRealServer({ data: `${folder}/data`, listen: { port } });
  expect(again.running.setUpLink).not.toBe(link);
  const token = new URL(link ?? '').hash.replace('#token=', '');
  const body = { token, name: 'Eve', email: 'eve@example.org', password: 'violet lamp under nine bridges' };
  expect((await again.send('POST', '/api/set-up', { body })).status).toBe(401);
  await again.stop();
  await server.stop();
});
