import { describe, expect, test } from 'vitest';
import { testServer } from '../../../../test/server/test-server.ts';
import { problemSchema } from '../../../contract/problem.ts';
import { StoreError } from '../../../store/errors.ts';
import { RequestError, type RequestErrorCode, requestErrorRows } from '../../errors.ts';
import { connectionError, problemOf, shownError } from './problem-of.ts';

const options = { origin: 'https://vouchsafe.example.org', requestId: 'req_1' };

describe('problems, RFC 9457', () => {
  test.each(Object.keys(requestErrorRows) as RequestErrorCode[])('%s has every field', (code) => {
    const problem = problemSchema.parse(problemOf(RequestError.of(code), options));
    expect(problem).toMatchObject({ code, type: `https://vouchsafe.example.org/problems/${code}`, instance: 'req_1' });
    expect(problem.title).toMatch(/^[A-Z][a-z ]+$/);
    expect(problem.detail).toMatch(/^[a-z].*[^.]$/);
    expect(problem.status).toBe(requestErrorRows[code].httpStatus);
  });

  test('what nobody foresaw says nothing of what it was', () => {
    for (const thrown of [new TypeError('secret path /etc/x'), 'secret text', null, { code: 'ENOENT' }]) {
      const problem = problemOf(shownError(thrown), options);
      expect([problem.code, problem.status, problem.detail]).toEqual(['internal', 500, 'the server failed']);
    }
  });

  test('a failure of a capability keeps its code and loses its detail', () => {
    const problem = problemOf(StoreError.of('store-failed', '/var/lib/vouchsafe/records.db: disk full'), options);
    expect([problem.code, problem.status]).toEqual(['store-failed', 503]);
    expect(problem.detail).not.toContain('/var/lib');
  });

  test.each([
    ['HPE_HEADER_OVERFLOW', 'headers-too-large'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 'request-timeout'],
    ['HPE_INVALID_METHOD', 'malformed-request'],
  ])('%s of a connection is %s', (code, shown) => {
    expect(connectionError(Object.assign(new Error('x'), { code })).code).toBe(shown);
  });

  test('is told how long to wait, in whole seconds', async () => {
    const { app } = testServer({
      bindings: [
        {
          id: 'health.live',
          answer: async () => {
            throw RequestError.of('rate-limited', '', { retryAfterSeconds: 2.2 });
          },
        },
      ],
    });
    const reply = await app.inject('/healthz');
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([429, '3']);
  });

  test('an answer that is not what the contract says is a fault, and is not sent', async () => {
    for (const answer of [
      { status: 'fine', checks: {} },
      { status: 'ok', checks: {}, passwordHash: 'x' },
    ]) {
      const { app, logged } = testServer({ bindings: [{ id: 'health.live', answer: async () => answer }] });
      const reply = await app.inject('/healthz');
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([500, 'internal']);
      expect(reply.body).not.toContain('passwordHash');
      expect(logged()).toContain('AnswerMismatch');
    }
  });
});
