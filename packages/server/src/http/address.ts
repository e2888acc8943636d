import ipaddr from 'ipaddr.js';

/** The prefixes of IPv6 addresses that contain an IPv4 address (NAT64: RFC 6052 §2.1; SIIT: RFC 2765 §2.1). */
const translationPrefixes = [ipaddr.parseCIDR('64:ff9b::/96'), ipaddr.parseCIDR('::ffff:0:0:0/96')];

/** An IPv4 address without anything that would have to be normalised, such as octal numbers. */
const plainIPv4 = /^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/;

/** The ranges, as ipaddr.js names them, that the Internet does not route. */
const privateRanges = ['private', 'linkLocal', 'uniqueLocal'];

/** An address without the port that some proxies add: `192.0.2.1:1234`, `[2001:db8::1]:1234` or `[2001:db8::1]`. */
export function withoutPort(address: string): string {
  return address.replace(/^(?:([\d.]+)|\[(.+)\])(?::\d+)?$/, '$1$2');
}

/**
 * The network that counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address, because a single host
 * may use any address that begins with them (RFC 4291 §2.5.1).
 *
 * @param given - from a socket or a trusted proxy; returned unchanged if it is not an IP address
 */
export function networkOf(given = ''): string {
  if (plainIPv4.test(given)) return given;
  const address = withoutPort(given);
  if (!ipaddr.isValid(address)) return address;
  const ip = ipaddr.process(address);
  if (!(ip instanceof ipaddr.IPv6)) return ip.toString();
  if (!translationPrefixes.some((prefix) => ip.match(prefix))) return ip.parts.slice(0, 4).join(':');
  return new ipaddr.IPv4(ip.toByteArray().slice(-4)).toString();
}

/** Whether an address is private, link-local, unique local or, unless told otherwise, loopback. */
export function isPrivateAddress(given = '', { orLoopback = true } = {}): boolean {
  const address = withoutPort(given);
  if (!ipaddr.isValid(address)) return false;
  const range = ipaddr.process(address).range();
  return privateRanges.includes(range) || (orLoopback && range === 'loopback');
}
