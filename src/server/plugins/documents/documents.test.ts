import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { testServer } from '../../../../test/server/test-server.ts';
import { routes } from '../../../contract/routes/index.ts';

const headers = { host: 'localhost:4800' };

describe('documents of the interface', () => {
  test('describe every route, in OpenAPI 3.1', async () => {
    const reply = await testServer().app.inject({ url: '/api/openapi.json', headers });
    const document = reply.json<{ openapi: string; paths: Record<string, Record<string, { operationId: string }>> }>();
    expect(document.openapi).toBe('3.1.0');
    const described = Object.values(document.paths).flatMap((path) => Object.values(path).map((of) => of.operationId));
    expect(described.sort()).toEqual(routes.map(({ id }) => id as string).sort());
    const references = new Set(reply.body.match(/"\$ref":"[^"]*"/g));
    expect([...references]).toEqual(['"$ref":"#/components/schemas/Problem"']);
  });

  test.each(['/api/docs', '/problems', '/problems/csrf-refused'])(
    '%s may use its own style and nothing else',
    async (url) => {
      const reply = await testServer().app.inject({ url, headers });
      const style = /<style>([^]*?)<\/style>/.exec(reply.body)?.[1] ?? '';
      expect(reply.headers['content-security-policy']).toContain(
        `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
      );
      expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
      expect(reply.body).not.toMatch(/<script|https?:\/\/|\sstyle=|\son\w+=/);
    },
  );

  test('the type of a problem leads to a page about it', async () => {
    const { app } = testServer();
    const { type } = (await app.inject({ url: '/api/me/nothing', headers })).json<{ type: string }>();
    const reply = await app.inject({ url: new URL(type).pathname, headers });
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain('<h1>not-found</h1>');
    expect((await app.inject({ url: '/problems/none-such', headers })).statusCode).toBe(404);
  });
});
