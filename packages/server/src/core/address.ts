import ipaddr from 'ipaddr.js';

/**
 * The network that one peer is taken to have to itself: an IPv4 address, or the first 64 bits of an IPv6 one, as a
 * single host may use any of the addresses that begin with them (RFC 4291 §2.5.1).
 *
 * @param given - as a socket or a trusted proxy gives it; what is no IP address stands for itself
 */
export function networkOf(given = ''): string {
  // Some proxies write the port too: 192.0.2.1:1234 or [2001:db8::1]:1234.
  const address = given.replace(/^(?:([\d.]+)|\[(.+)\])(?::\d+)?$/, '$1$2');
  if (!ipaddr.isValid(address)) return address;
  const ip = ipaddr.process(address);
  return ip instanceof ipaddr.IPv6 ? ip.parts.slice(0, 4).join(':') : ip.toString();
}
