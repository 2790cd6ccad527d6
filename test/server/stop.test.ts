import { expect, test } from 'vitest';
import { startRealServer } from './real-server.ts';

test('a server that stops answers what it has begun, and takes nothing new', async () => {
  const server = await startRealServer();
  // Hashing a password takes long enough to be asked to stop meanwhile.
  const begun = server.send('POST', '/api/sign-in/password', { body: { email: 'a@example.org', password: 'wrong' } });
  await new Promise((resolve) => setTimeout(resolve, 15));
  const stopped = server.running.stop();
  expect((await begun).status).toBe(401);
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
