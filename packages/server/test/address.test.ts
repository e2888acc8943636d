import { expect, test } from 'vitest';
import { isPrivateAddress, networkOf } from '../src/http/address.ts';

test.each([
  ['an IPv4 address stands for itself', '192.0.2.7', '192.0.2.7'],
  ['so does one that came with a port', '192.0.2.7:1234', '192.0.2.7'],
  ['so does one that is mapped into IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
  ['so does one that NAT64 has translated', '64:ff9b::192.0.2.7', '192.0.2.7'],
  ['so does one that NAT64 has translated, with a port', '[64:ff9b::c000:207]:1234', '192.0.2.7'],
  ['so does one that SIIT has translated', '::ffff:0:192.0.2.7', '192.0.2.7'],
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

test('addresses that only begin as a translated one does are IPv6 addresses', () => {
  expect(networkOf('64:ff9b:0:1::192.0.2.7')).toBe(networkOf('64:ff9b:0:1::192.0.2.8'));
  expect(networkOf('64:ff9b:1::192.0.2.7')).toBe(networkOf('64:ff9b:1::192.0.2.8'));
});

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.255.255', true],
  ['192.168.0.1:4711', true],
  ['169.254.1.1', true],
  ['::1', true],
  ['[fd00::1]:4711', true],
  ['fe80::1%eth0', true],
  ['::ffff:10.0.0.1', true],
  ['203.0.113.7', false],
  ['172.32.0.1', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['2001:db8::1', false],
  ['::ffff:203.0.113.7', false],
  ['64:ff9b::10.0.0.1', false],
  ['unknown', false],
  ['', false],
])('%s is a private address: %s', (address, isPrivate) => {
  expect(isPrivateAddress(address)).toBe(isPrivate);
});
