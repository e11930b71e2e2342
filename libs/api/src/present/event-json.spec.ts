import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { STORED_LEDGER_RECORD_EVENTS, subnetCodec, vipName } from '@holdfast/ipam';
import { LedgerEventSchema } from '../contract';
import { encodeMessage } from './encode';
import { type LedgerFact, presentEvent } from './event';
import { encodeEventJson } from './event-json';

const GOLDEN = join(__dirname, '../../../../test/golden/events');

const recorded = {
  eventId: '9de3284a-f5ce-84a2-9bff-942488c39fbf',
  position: '42',
  version: 7,
  actor: 'ann "the admin" \u2028',
  through: 'nats',
  commandId: 'c"1\\',
  id: 'net',
};

/** Every stored event that there ever was, as a fact. */
const facts: [string, LedgerFact][] = readdirSync(GOLDEN).flatMap((file) => {
  const { type, stored } = JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as {
    type: string;
    stored: unknown[];
  };
  // What a ledger says of itself is no fact of an address, and goes nowhere.
  if ((STORED_LEDGER_RECORD_EVENTS as readonly string[]).includes(type)) return [];
  return stored.flatMap((data, at): [string, LedgerFact][] =>
    [1_790_000_000_000, 1_790_000_000_123, 1_790_000_000_120].map((atMs) => {
      const event = { type, data: JSON.stringify(data) };
      const isName = /^VipName(Claimed|Freed)/.test(type);
      const fact = isName
        ? { ...recorded, atMs, category: 'vip' as const, event: vipName.codec.decode(event) }
        : { ...recorded, atMs, category: 'subnet' as const, event: subnetCodec.decode(event) };
      return [`${type} ${at} at ${atMs}`, fact];
    }),
  );
});

it.each(facts)("writes %s as the contract's encoder does", (_, fact) => {
  const encoded = encodeMessage(LedgerEventSchema, presentEvent(fact), 'json');
  expect(Buffer.from(encodeEventJson(fact)).toString()).toBe(Buffer.from(encoded).toString());
});
