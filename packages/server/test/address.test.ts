import { expect, test } from 'vitest';
import { networkOf } from '../src/core/address.ts';

test.each([
  ['an IPv4 address stands for itself', '192.0.2.7', '192.0.2.7'],
  ['so does one that came with a port', '192.0.2.7:1234', '192.0.2.7'],
  ['so does one that is mapped into IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
])('%s', (_, address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('the addresses of one IPv6 host are one network, those of another are another', () => {
  expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:aaaa:bbbb:cccc:dddd'));
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  expect(networkOf('[2001:db8:1:2::1]:1234')).toBe(networkOf('2001:db8:1:2::1'));
  expect(networkOf('fe80::1%eth0')).toBe(networkOf('fe80::2%eth0'));
});

test('what is no address stands for itself', () => {
  expect(networkOf(undefined)).toBe('');
  expect(networkOf('unknown')).toBe('unknown');
});
