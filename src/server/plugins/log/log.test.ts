import { describe, expect, test } from 'vitest';
import { openLog } from './server-log.ts';
import { shownAddress } from './shown-address.ts';

describe('network addresses in the log', () => {
  test.each([
    ['192.0.2.77', 'network', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', 'network', '192.0.2.0/24'],
    ['2001:db8:1:2:3::4', 'network', '2001:db8:1::/48'],
    ['192.0.2.77', 'full', '192.0.2.77'],
    ['192.0.2.77', 'none', null],
    ['no address', 'full', null],
  ] as const)('%s as %s', (address, mode, shown) => {
    expect(shownAddress(address, mode)).toBe(shown);
  });
});

describe('the log', () => {
  test('tells of an error what helps, and none of its other properties', () => {
    const lines: string[] = [];
    const log = openLog({ level: 'info', addresses: 'none' }, { write: (line: string) => void lines.push(line) });
    const cause = Object.assign(new Error('duplicate key'), { detail: 'Key (email)=(ada@example.org)' });
    log.failure('store', Object.assign(new TypeError('bad', { cause }), { code: 'E1', parameters: ['hunter2'] }));
    const [line = ''] = lines;
    expect(JSON.parse(line)).toMatchObject({
      event: 'store',
      error: 'TypeError',
      code: 'E1',
      message: 'bad',
      causes: 'Error: duplicate key',
    });
    expect(line).not.toMatch(/hunter2|ada@example/);
  });

  test('is silent when told to be', () => {
    const lines: string[] = [];
    openLog({ level: 'silent', addresses: 'none' }, { write: (line: string) => void lines.push(line) }).event('x');
    expect(lines).toEqual([]);
  });
});
