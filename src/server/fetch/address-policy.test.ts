import { describe, expect, test } from 'vitest';
import { addressPolicy } from './address-policy.ts';

const policy = addressPolicy([]);

describe('addresses that the server may call', () => {
  test.each(['93.184.215.14', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001:830::200e'])(
    '%s is public',
    (address) => {
      expect(policy.refusal(address)).toBeUndefined();
    },
  );

  test.each([
    ['0.0.0.0', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['100.64.0.1', 'shared, RFC 6598'],
    ['100.100.100.200', 'metadata of a cloud, in the shared range'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['168.63.129.16', 'metadata of a cloud, with a public look'],
    ['169.254.169.254', 'metadata of clouds, link-local'],
    ['172.16.0.1', 'private'],
    ['192.0.0.192', 'metadata of a cloud, IETF protocol assignments'],
    ['192.0.2.1', 'documentation'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'benchmarking'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'loopback as an IPv4-compatible address'],
    ['::ffff:10.0.0.1', 'private, mapped'],
    ['::ffff:127.0.0.1', 'loopback, mapped'],
    ['64:ff9b::7f00:1', 'loopback through NAT64, RFC 6052'],
    ['64:ff9b:1::a00:1', 'private through local NAT64, RFC 8215'],
    ['100::1', 'discard'],
    ['2001::7f00:1', 'Teredo'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::', 'loopback through 6to4, RFC 3056'],
    ['3fff::1', 'documentation, RFC 9637'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'metadata of a cloud, unique local'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['127.1', 'no address'],
    ['', 'no address'],
  ])('%s is refused: %s', (address) => {
    expect(policy.refusal(address)).toBeDefined();
  });

  test('a network that the operator names is allowed, and nothing beside it', () => {
    const named = addressPolicy(['10.1.0.0/16', 'fd12::/16']);
    expect(named.refusal('10.1.2.3')).toBeUndefined();
    expect(named.refusal('::ffff:10.1.2.3')).toBeUndefined();
    expect(named.refusal('fd12::5')).toBeUndefined();
    expect(named.refusal('10.2.0.1')).toBeDefined();
    expect(named.isNamed('8.8.8.8')).toBe(false);
  });
});
