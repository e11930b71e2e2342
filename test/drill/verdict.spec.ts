// What the verdict of a drill sees: each way in which a ledger, its callers and its sides may come apart.
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import { MemoryEventStore, type RecordedEvent } from '@holdfast/event-store';
import { type Cidr, formatAddress, type Holder, parseCidr, type SubnetCommand } from '@holdfast/ipam';
import { SubnetLoop, toRejection } from '@holdfast/ledger';
import type { AcknowledgedCommand } from './load';
import { judgeLog, judgeSides } from './verdict';
import { SUBNET } from './world';

const holderOf = (name: string): Holder => `octavia/drill/${name}` as Holder;

/** A log of three reservations, of which one was released, and what their callers were told. */
async function given(): Promise<{ events: RecordedEvent[]; acknowledged: AcknowledgedCommand[] }> {
  const [store, clock] = [new MemoryEventStore(), new VirtualClock()];
  const loop = new SubnetLoop({ store, clock, chance: systemChance, refuse: toRejection });
  const acknowledged: AcknowledgedCommand[] = [];
  const execute = async (command: SubnetCommand, commandId: string): Promise<void> => {
    const actor = { name: 'ann', through: 'http' } as const;
    const outcome = await loop.execute(SUBNET, { commandId, issuedAtMs: clock.now(), actor, command });
    if (outcome.rejected) throw new Error(outcome.rejected.message);
    const { reservation } = outcome.reply;
    if (command.type !== 'ReserveAddress' && command.type !== 'ReleaseAddress') return;
    const v4 = formatAddress(reservation?.v4 as number);
    acknowledged.push({ commandId, type: command.type, holder: command.holder, v4 });
  };
  const cidrs = [parseCidr('10.16.0.0/24') as Cidr];
  await execute({ type: 'DefineSubnet', subnet: SUBNET, cidrs }, 'define');
  for (const name of ['a', 'b', 'c'])
    await execute({ type: 'ReserveAddress', subnet: SUBNET, holder: holderOf(name) }, name);
  await execute({ type: 'ReleaseAddress', subnet: SUBNET, holder: holderOf('b'), reason: '' }, 'free-b');
  const events: RecordedEvent[] = [];
  for await (const page of store.readAll(undefined)) events.push(...page);
  return { events, acknowledged };
}

it('finds nothing where nothing is wrong', async () => {
  const { events, acknowledged } = await given();
  const { byHolder, violations } = judgeLog(events, acknowledged);
  expect(acknowledged).toHaveLength(4);
  expect(violations).toEqual([]);
  expect([...byHolder]).toEqual([
    [holderOf('a'), '10.16.0.2'],
    [holderOf('c'), '10.16.0.4'],
  ]);
  const northbound = new Map(byHolder);
  expect(judgeSides(byHolder, { northbound, cluster: new Map() })).toEqual([]);
});

it.each<readonly [string, (events: RecordedEvent[], acknowledged: AcknowledgedCommand[]) => unknown, RegExp]>(
  [
    [
      'an acknowledged command that is lost',
      (events) => events.pop(),
      /free-b was acknowledged and is 0 times/,
    ],
    ['one that is there twice', (events) => events.push(events[1]!), /a was acknowledged and is 2 times/],
    [
      'an address of two owners',
      (events) => events.push({ ...events[1]! }),
      /10.16.0.2 was given to .* while/,
    ],
    [
      'another address than was told',
      (_, acknowledged) => (acknowledged[0] = { ...acknowledged[0]!, v4: '10.16.0.9' }),
      /told 10.16.0.9/,
    ],
    [
      'another decision',
      (_, acknowledged) => (acknowledged[0] = { ...acknowledged[0]!, type: 'ReleaseAddress' }),
      /led to AddressReserved/,
    ],
    ['a chain that was mended', (events) => events.splice(2, 1), /the chain is broken/],
  ],
)('sees %s', async (_, spoil, expected) => {
  const { events, acknowledged } = await given();
  spoil(events, acknowledged);
  expect(judgeLog(events, acknowledged).violations.join('\n')).toMatch(expected);
});

it('sees what a side shows and the ledger has not, and the other way round', () => {
  const byHolder = new Map([
    [holderOf('a'), '10.16.0.2'],
    ['vip/web', '10.16.0.3'],
  ]);
  const northbound = new Map([[holderOf('gone'), '10.16.0.7']]);
  const cluster = new Map([['vip/web', '10.16.0.8']]);
  expect(judgeSides(byHolder, { northbound, cluster })).toEqual([
    `${holderOf('a')}: the Northbound shows nothing, the ledger has 10.16.0.2`,
    `${holderOf('gone')}: the Northbound shows 10.16.0.7, the ledger has nothing`,
    'vip/web: the cluster shows 10.16.0.8, the ledger has 10.16.0.3',
  ]);
});
