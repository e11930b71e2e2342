// What waits while nobody knows whether an address is free: whatever may give one out, by whichever way.
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import { MemoryEventStore } from '@holdfast/event-store';
import { type Cidr, parseAddress, parseCidr, reject } from '@holdfast/ipam';
import { SubnetLoop, VipNameLoop } from './aggregate-loops';
import type { LedgerCommand } from './ledger-command';
import { LedgerCommands } from './ledger-commands';
import { toRejection } from './loop-rejections';

const actor = { name: 'ann', through: 'http' } as const;
const FENCED = reject('Fenced', 'it is', { side: 'northbound', why: 'Forked' }).rejected;

async function fencedLedger() {
  const options = {
    ...{ store: new MemoryEventStore(), clock: new VirtualClock(), chance: systemChance },
    refuse: toRejection,
  };
  let isFenced = false;
  const commands = new LedgerCommands(
    new SubnetLoop(options),
    new VipNameLoop(options),
    options.clock,
    async () => (isFenced ? FENCED : undefined),
  );
  const execute = async (command: LedgerCommand): Promise<string | undefined> =>
    (await commands.execute({ actor, command })).rejected?.code;
  const cidrs = [parseCidr('10.0.0.0/24') as Cidr];
  await execute({ type: 'DefineSubnet', subnet: 'blue', cidrs });
  await execute({
    ...{ type: 'ReserveVip', subnet: 'blue', name: 'front', vipType: 'switch_lb_vip', selector: [] },
  });
  isFenced = true;
  return execute;
}

const rule = (healthCheck: boolean) => ({
  ...({ subnet: 'blue', rule: 'web', vip: 'front', namespace: 'default', selector: [] } as const),
  ports: [{ port: 80, targetPort: 8080, protocol: 'tcp' } as const],
  endpoints: [parseAddress('10.0.0.77')!],
  ...({ affinity: 'none', healthCheck, rejectWhenEmpty: false } as const),
});

describe('while a side is fenced', () => {
  it('a rule waits whose health checks take an address, and no other', async () => {
    const execute = await fencedLedger();
    expect(await execute({ type: 'DefineRule', ...rule(true) })).toBe('Fenced');
    expect(await execute({ type: 'DefineRule', ...rule(false) })).toBeUndefined();
    expect(await execute({ type: 'ReviseRule', ...rule(true) })).toBe('Fenced');
    expect(
      await execute({ type: 'RetireRule', subnet: 'blue', rule: 'web', reason: 'done' }),
    ).toBeUndefined();
  });

  it('what is held is given up', async () => {
    const execute = await fencedLedger();
    expect(await execute({ type: 'ReleaseVip', name: 'front', reason: 'done' })).toBeUndefined();
  });
});
