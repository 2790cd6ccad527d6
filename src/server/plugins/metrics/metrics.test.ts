import { expect, test } from 'vitest';
import { testServer } from '../../../../test/server/test-server.ts';
import { openMetrics } from './index.ts';

test('labels are what the program knows, never what a caller sends', async () => {
  const metrics = openMetrics();
  const { app } = testServer({ metrics });
  const headers = { host: 'localhost:4800' };
  for (let at = 0; at < 20; at++) await app.inject({ url: `/api/made-up-${at}?x=${at}`, headers });
  await app.inject({ url: '/healthz' });
  await app.inject({ method: 'DELETE', url: '/healthz', headers });
  const text = await metrics.registry.metrics();
  const counted = text.split('\n').filter((line) => line.startsWith('vouchsafe_http_requests_total{'));
  expect(counted.sort()).toEqual([
    'vouchsafe_http_requests_total{route="health.live",method="GET",status="200"} 1',
    'vouchsafe_http_requests_total{route="other",method="any",status="404"} 20',
    'vouchsafe_http_requests_total{route="other",method="any",status="405"} 1',
  ]);
  expect(text).toContain('vouchsafe_problems_total{code="not-found"} 20');
});
