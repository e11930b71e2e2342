// A process that starts on a store, as far as it reads the ledger and knows which one it is. For tests of what it concludes.
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import type { EventStore } from '@holdfast/event-store';
import { FORMAT_LEVEL } from '@holdfast/ipam';
import { toRejection } from '../command/loop-rejections';
import { LedgerReader } from '../follow/ledger-reader';
import { LedgerIdentity } from '../record/ledger-identity';

export interface StartedProcess {
  readonly clock: VirtualClock;
  readonly reader: LedgerReader;
  readonly identity: LedgerIdentity;
  stop(): Promise<void>;
}

/** @param level up to which the process' program reads and writes */
export async function startOnLedger(
  store: EventStore,
  isSoleWriter: boolean,
  level = FORMAT_LEVEL,
): Promise<StartedProcess> {
  const clock = new VirtualClock();
  const time = { store, clock, chance: systemChance };
  const reader = new LedgerReader({ ...time, programLevel: level });
  await reader.start();
  const identity = new LedgerIdentity({
    ...{ ...time, reader, refuse: toRejection, isSoleWriter },
    program: { version: `0.${level}.0`, level },
  });
  await identity.start();
  return { clock, reader, identity, stop: () => reader.stop() };
}
