import { expect, test } from 'vitest';
import { checkCounters } from './check-counters.ts';
import { type ServerConfigInput, serverConfigSchema } from './schema.ts';

const check = (config: ServerConfigInput) => () => checkCounters(serverConfigSchema.parse(config));
const records = { postgres: { url: 'postgres://vouchsafe@db.example.org/vouchsafe' } };

test('records that servers share need counters that they share, unless the operator says that there is one server', () => {
  expect(check({ records })).toThrow(expect.objectContaining({ code: 'counters-apart' }));
  expect(check({ records, counters: { memory: {} } })).toThrow(/PostgreSQL/);
  expect(check({ records, counters: { memory: { eachAlone: true } } })).not.toThrow();
  expect(check({ records, counters: { redis: { url: 'redis://127.0.0.1:6379' } } })).not.toThrow();
  expect(check({})).not.toThrow();
});
