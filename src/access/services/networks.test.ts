import { describe, expect, test } from 'vitest';
import { addressGroup } from '../address-group.ts';
import { networkTest } from './networks.ts';

describe('a list of networks', () => {
  test('that is empty means anywhere', () => {
    expect(networkTest([])('203.0.113.9')).toBe(true);
  });

  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '::ffff:11.0.0.1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '10.0.0.1', false],
    ['::/0', '::ffff:10.0.0.1', false],
    ['127.0.0.1/32', 'not an address', false],
    ['0.0.0.0/0', '', false],
    ['10.0.0.0/8', '0xa.0.0.1', false],
    ['10.0.0.0/8', '012.0.0.1', false],
    ['10.0.0.0/8', '10.1', false],
  ])('%s and %s: %s', (network, address, isIn) => {
    expect(networkTest([network])(address)).toBe(isIn);
  });
});

test('attempts from one /64 count together, and a mapped address as what it maps', () => {
  expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2::1'));
  expect(addressGroup('2001:db8:1:3::1')).not.toBe(addressGroup('2001:db8:1:2::1'));
  expect(addressGroup('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(addressGroup('?')).toBe('unreadable');
});
