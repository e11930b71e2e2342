// Whether anything was lost, doubled or left apart: what callers were told, the log, the Northbound and the cluster, held against
// each other once all is quiet. It judges by the stored events alone, with bookkeeping of its own.
import { firstBrokenLink, NO_PREDECESSOR, readMetadata, type RecordedEvent } from '@holdfast/event-store';
import { formatAddress, subnet, type SubnetEvent } from '@holdfast/ipam';
import type { AcknowledgedCommand } from './load';
import { type DrillWorld, SUBNET } from './world';

/** By holder, or `vip/NAME`. */
export interface SidesShow {
  readonly northbound: ReadonlyMap<string, string>;
  readonly cluster: ReadonlyMap<string, string>;
}

/** Who holds what by the log's end, and what is wrong with how it came to that. */
interface Held {
  readonly byHolder: ReadonlyMap<string, string>;
  readonly violations: readonly string[];
}

export async function readLog(world: DrillWorld): Promise<readonly RecordedEvent[]> {
  const log = await world.openLog();
  try {
    const events: RecordedEvent[] = [];
    for await (const page of log.readStream(`subnet-${SUBNET}`, 0)) events.push(...page);
    return events;
  } finally {
    await log.close();
  }
}

export function judgeLog(
  events: readonly RecordedEvent[],
  acknowledged: readonly AcknowledgedCommand[],
): Held {
  const { byHolder, violations } = follow(events);
  const broken = firstBrokenLink(events, NO_PREDECESSOR);
  if (broken) violations.push(`the chain is broken at version ${broken.version}`);
  const byCommand = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const { commandId } = readMetadata(event);
    byCommand.set(commandId, [...(byCommand.get(commandId) ?? []), event]);
  }
  for (const command of acknowledged)
    violations.push(...judgeCommand(command, byCommand.get(command.commandId) ?? []));
  return { byHolder, violations };
}

/** An acknowledged command is one event, with what its caller was told. */
function judgeCommand(
  { commandId, type, v4 }: AcknowledgedCommand,
  events: readonly RecordedEvent[],
): readonly string[] {
  if (events.length !== 1)
    return [`${commandId} was acknowledged and is ${events.length} times in the ledger`];
  const event = subnet.codec.decode(events[0] as RecordedEvent);
  const expected = type === 'ReserveAddress' ? 'AddressReserved' : 'AddressReleased';
  if (event.type !== expected) return [`${commandId} led to ${event.type}`];
  const stored = addressIn(event);
  return stored === v4 ? [] : [`${commandId} was told ${v4}, and the ledger has ${stored}`];
}

function follow(events: readonly RecordedEvent[]): { byHolder: Map<string, string>; violations: string[] } {
  const byHolder = new Map<string, string>();
  const byAddress = new Map<string, string>();
  const violations: string[] = [];
  for (const recorded of events) {
    const event = subnet.codec.decode(recorded);
    const holder = holderIn(event);
    const v4 = addressIn(event);
    if (holder === undefined || v4 === undefined) continue;
    if (event.type === 'AddressReserved' || event.type === 'VipReserved') {
      const other = byAddress.get(v4);
      if (other !== undefined) violations.push(`${v4} was given to ${holder} while ${other} had it`);
      byAddress.set(v4, holder);
      byHolder.set(holder, v4);
    } else {
      byAddress.delete(v4);
      byHolder.delete(holder);
    }
  }
  return { byHolder, violations };
}

function holderIn(event: SubnetEvent): string | undefined {
  if (event.type === 'AddressReserved' || event.type === 'AddressReleased') return event.holder;
  return event.type === 'VipReserved' || event.type === 'VipReleased' ? `vip/${event.name}` : undefined;
}

const addressIn = (event: SubnetEvent): string | undefined =>
  'v4' in event && event.v4 !== undefined ? formatAddress(event.v4) : undefined;

/** What a side shows and the ledger has not, and the other way round. */
export function judgeSides(
  byHolder: ReadonlyMap<string, string>,
  { northbound, cluster }: SidesShow,
): string[] {
  const ports = [...byHolder].filter(([holder]) => !holder.startsWith('vip/'));
  const vips = [...byHolder].filter(([holder]) => holder.startsWith('vip/'));
  return [
    ...differ('the Northbound', new Map(ports), northbound),
    ...differ('the cluster', new Map(vips), cluster),
  ];
}

function differ(
  side: string,
  ledger: ReadonlyMap<string, string>,
  shown: ReadonlyMap<string, string>,
): string[] {
  const names = [...new Set([...ledger.keys(), ...shown.keys()])].sort();
  return names
    .filter((name) => ledger.get(name) !== shown.get(name))
    .map(
      (name) =>
        `${name}: ${side} shows ${shown.get(name) ?? 'nothing'}, the ledger has ${ledger.get(name) ?? 'nothing'}`,
    );
}
