// One IP address as a value. Text is only for the outside: inside, an IPv4 address is a number and an IPv6
// address a bigint, so that the family needs no tag and equality is `===`.
import * as ipaddr from 'ipaddr.js';

export type Family = 4 | 6;

/** IPv4: an unsigned 32-bit number. IPv6: a bigint below 2^128. */
export type Address = number | bigint;

export const familyOf = (address: Address): Family => (typeof address === 'number' ? 4 : 6);

/**
 * Reads dotted-quad IPv4 (no leading zeros, RFC 6943 section 3.1.1) or IPv6 (RFC 4291 section 2.2, any case,
 * no zone). `undefined` when the text is no address.
 */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return v4;
  if (text.includes('%') || !hasPlainTail(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text)
    .toByteArray()
    .reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** ipaddr.js reads octal and hexadecimal in the IPv4 tail of "::ffff:10.0.0.1"; nobody else does. */
function hasPlainTail(text: string): boolean {
  return !text.includes('.') || parseIpv4(text.slice(text.lastIndexOf(':') + 1)) !== undefined;
}

/** By hand because a replay of a million events spends its time here; ipaddr.js takes 20 times as long. */
function parseIpv4(text: string): number | undefined {
  let value = 0;
  let octet = 0;
  let digits = 0;
  let octets = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : DOT;
    if (code === DOT) {
      if (digits === 0 || octet > 255) return undefined;
      value = value * 256 + octet;
      octets += 1;
      octet = 0;
      digits = 0;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || digits === 3 || (digits === 1 && octet === 0)) return undefined;
      octet = octet * 10 + digit;
      digits += 1;
    }
  }
  return octets === 4 ? value : undefined;
}

const DOT = 0x2e;
const ZERO = 0x30;

/** Dotted quad, or the canonical IPv6 form of RFC 5952. */
export function formatAddress(address: Address): string {
  if (typeof address === 'number') {
    return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
  }
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((address >> shift) & 0xffffn));
  return new ipaddr.IPv6(groups).toRFC5952String();
}

/** Addresses that may come in pairs: at most one a family. */
export interface AddressPair {
  readonly v4?: number;
  readonly v6?: bigint;
}

/** "10.16.0.5", "fd00::5" or "10.16.0.5, fd00::5", for people. */
export function formatPair(pair: AddressPair): string {
  return [pair.v4, pair.v6]
    .filter((address) => address !== undefined)
    .map(formatAddress)
    .join(', ');
}
