// The reservation path in this process, on the real store: what the control plane does less the transports.
import { systemChance, systemClock } from '@holdfast/clock';
import { CommandLoop, type EventStore } from '@holdfast/event-store';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { type Cidr, type Holder, type Rejection, parseCidr, subnet } from '@holdfast/ipam';

/** Of 10.0.0.0/8. */
const GATEWAY = 0x0a000001;

const actor = { name: 'bench', through: 'holdfast' } as const;

export function openLedger(file: string): Promise<EventStore> {
  return openSqliteEventStore({ file });
}

export function subnetLoop(store: EventStore) {
  const refuse = ({ code }: { code: string }): Rejection => ({
    code: 'InvalidArgument',
    message: code,
    facts: { field: 'command' },
  });
  return new CommandLoop(subnet, { store, clock: systemClock, chance: systemChance, refuse });
}

export type Loop = ReturnType<typeof subnetLoop>;

export async function define(loop: Loop, name: string, cidr: string): Promise<void> {
  const command = { type: 'DefineSubnet', subnet: name, cidrs: [parseCidr(cidr) as Cidr] } as const;
  await mustBe(loop.execute(name, { actor, command }));
}

/** As a careful caller does: with a command id of its own. */
export async function reserve(loop: Loop, name: string, index: number): Promise<void> {
  const holder = `pod/default/workload-${index}` as Holder;
  const envelope = { commandId: `bench-${name}-${index}`, issuedAtMs: Date.now(), actor };
  await mustBe(
    loop.execute(name, { ...envelope, command: { type: 'ReserveAddress', subnet: name, holder } }),
  );
}

/** The same for what is refused: the gateway's address is nobody's. */
export async function beRefused(loop: Loop, name: string, index: number): Promise<void> {
  const holder = `pod/default/workload-${index}` as Holder;
  const envelope = { commandId: `refused-${name}-${index}`, issuedAtMs: Date.now(), actor };
  const command = { type: 'ReserveAddress', subnet: name, holder, v4: GATEWAY } as const;
  const { rejected } = await loop.execute(name, { ...envelope, command });
  if (rejected?.code !== 'AddressNotUsable') throw new Error(`the gateway's address is ${rejected?.code}`);
}

async function mustBe(outcome: Promise<{ rejected?: Rejection }>): Promise<void> {
  const { rejected } = await outcome;
  if (rejected) throw new Error(`${rejected.code}: ${rejected.message}`);
}
