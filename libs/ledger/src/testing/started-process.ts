// A process that starts on a store, as far as it reads the ledger and knows which one it is. For tests of what it concludes.
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import type { EventStore } from '@holdfast/event-store';
import { toRejection } from '../command/loop-rejections';
import { LedgerReader } from '../follow/ledger-reader';
import { LedgerIdentity } from '../record/ledger-identity';

export interface StartedProcess {
  readonly clock: VirtualClock;
  readonly reader: LedgerReader;
  readonly identity: LedgerIdentity;
  stop(): Promise<void>;
}

export async function startOnLedger(store: EventStore, isSoleWriter: boolean): Promise<StartedProcess> {
  const clock = new VirtualClock();
  const time = { store, clock, chance: systemChance };
  const reader = new LedgerReader(time);
  await reader.start();
  const identity = new LedgerIdentity({ ...time, reader, refuse: toRejection, isSoleWriter });
  await identity.start();
  return { clock, reader, identity, stop: () => reader.stop() };
}
