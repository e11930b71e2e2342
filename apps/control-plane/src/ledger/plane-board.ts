// Where planes on this store say that they live, and who of this process says so.
import { systemChance, systemClock } from '@holdfast/clock';
import { type EventStore, type HasPlaneBoard, MemoryPlanes, type PlaneBoard } from '@holdfast/event-store';
import { FilePlanes, realFile } from '@holdfast/event-store/sqlite';
import { LivePlanes } from '@holdfast/ledger';
import type { LoggerService } from '@nestjs/common';
import type { Config } from '../config';

export function livePlanes({ program }: Config, log: LoggerService | false): LivePlanes {
  return new LivePlanes({
    ...{ clock: systemClock, incarnation: systemChance.uuid(), program },
    onFault: (fault) => {
      if (log) log.warn({ msg: 'could not tell other planes of this one', fault: String(fault) }, 'ledger');
    },
  });
}

/** `undefined`: only once the store is open. */
export function boardBesideFile(store: string): PlaneBoard | undefined {
  const [, file] = /^sqlite:(.+)$/s.exec(store) ?? [];
  return file === undefined ? undefined : new FilePlanes(realFile(file));
}

export const boardOf = (store: string, opened: EventStore & Partial<HasPlaneBoard>): PlaneBoard =>
  opened.planes ?? boardBesideFile(store) ?? new MemoryPlanes();
