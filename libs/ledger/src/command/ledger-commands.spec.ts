// Which commands a fence refuses, and which of them a recovery may send all the same.
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import { MemoryEventStore } from '@holdfast/event-store';
import { type Cidr, type Holder, parseCidr, reject } from '@holdfast/ipam';
import { SubnetLoop, VipNameLoop } from './aggregate-loops';
import type { LedgerCommand } from './ledger-command';
import { LedgerCommands } from './ledger-commands';
import { toRejection } from './loop-rejections';

const actor = { name: 'ann', through: 'http' } as const;
const FENCED = reject('Fenced', 'the northbound is fenced', { side: 'northbound', why: 'Forked' }).rejected;
const holder = 'pod/default/a' as Holder;

async function fencedLedger() {
  const options = {
    store: new MemoryEventStore(),
    clock: new VirtualClock(),
    chance: systemChance,
    refuse: toRejection,
  };
  const commands = new LedgerCommands(new SubnetLoop(options), new VipNameLoop(options), options.clock, () =>
    Promise.resolve(FENCED),
  );
  const cidrs = [parseCidr('10.0.0.0/24') as Cidr];
  await commands.execute({ actor, command: { type: 'DefineSubnet', subnet: 'net', cidrs } });
  return async (command: LedgerCommand, isRecovery = true): Promise<string> => {
    const { rejected } = await commands.execute({ actor, command }, { isRecovery });
    return rejected?.code ?? 'done';
  };
}

const v4 = (0x0a000000 + 5) as number;

it('gives out nothing while a side is fenced, but what a recovery names', async () => {
  const outcome = await fencedLedger();
  const reserve = { type: 'ReserveAddress', subnet: 'net', holder } as const;
  const vip = { type: 'ReserveVip', subnet: 'net', name: 'web', vipType: '', selector: [] } as const;
  expect(await outcome({ ...reserve, v4 }, false)).toBe('Fenced');
  expect(await outcome(reserve)).toBe('Fenced');
  expect(await outcome(vip)).toBe('Fenced');
  expect(await outcome({ ...reserve, v4 })).toBe('done');
  expect(await outcome({ ...vip, v4: v4 + 1 })).toBe('done');
  expect(await outcome({ type: 'MoveAddress', subnet: 'net', holder, v4: v4 + 2 }, false)).toBe('Fenced');
  expect(await outcome({ type: 'ReleaseAddress', subnet: 'net', holder, reason: 'gone' }, false)).toBe(
    'done',
  );
});
