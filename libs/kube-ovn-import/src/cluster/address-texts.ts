// Addresses as Kube-OVN's objects have them: one text a family, or both in one with a comma between.
import { invalid, parseAddress, parseMac } from '@holdfast/ipam';
import { quotedText, type FieldRead } from '@holdfast/kube-api';
import type { ClaimedAddress, Source, Stray } from './claim';

/** @param texts of addresses, either family, '' for none */
export function readClaimed(texts: readonly string[], macText: string): FieldRead<ClaimedAddress> {
  const held: { v4?: number; v6?: bigint } = {};
  for (const text of texts.flatMap((it) => it.split(',')).map((it) => it.trim())) {
    if (text === '') continue;
    const address = parseAddress(text);
    if (address === undefined) return invalid('address', `${quotedText(text)} is no address`);
    const known = typeof address === 'number' ? held.v4 : held.v6;
    if (known !== undefined && known !== address)
      return invalid('address', `${quotedText(texts.join(','))} has two addresses of one family`);
    if (typeof address === 'number') held.v4 = address;
    else held.v6 = address;
  }
  const mac = macText === '' ? undefined : parseMac(macText);
  if (macText !== '' && mac === undefined)
    return invalid('macAddress', `${quotedText(macText)} is no unicast MAC address`);
  return { value: { ...held, ...(mac !== undefined && { mac }) } };
}

/** Every address that can be read, whatever else is wrong: nobody else is to get it. */
export function straysIn(texts: readonly string[], subnet: string, source: Source): Stray[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => parseAddress(text.trim()))
    .filter((address) => address !== undefined)
    .map((address) => ({
      subnet,
      source,
      held: typeof address === 'number' ? { v4: address } : { v6: address },
    }));
}

/** IPv6 is written in lower case (RFC 5952 section 4.3); Kube-OVN compares texts. */
export const hasUpperCase = (text: string): boolean => text.includes(':') && /[A-F]/.test(text);

/** Of a field that should be a text. */
export function fieldText(fields: Readonly<Record<string, unknown>> | undefined, name: string): string {
  const value = fields?.[name];
  return typeof value === 'string' ? value.trim() : '';
}
