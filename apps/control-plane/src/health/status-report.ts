// What GetStatus tells, gathered from whoever follows the log.
import type { Operations, ReplyOf } from '@holdfast/api';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { LedgerReader } from '@holdfast/ledger';
import type { Config, Role } from '../config';
import type { Differences } from '../health/differences';

export type StatusReport = ReplyOf<Operations['GetStatus']>;

/** A role that puts the log into effect outside. */
export interface Face {
  readonly name: string;
  /** The last position that is in effect. */
  position(): string | undefined;
  /** What keeps it from going on, if anything does. */
  trouble(): string | undefined;
  /** What is so, and keeps nothing from going on, for people. */
  notes?(): readonly string[];
}

export class Faces {
  private readonly all: Face[] = [];

  add(face: Face): void {
    this.all.push(face);
  }

  [Symbol.iterator](): Iterator<Face> {
    return this.all[Symbol.iterator]();
  }
}

export const VERSION = '0.1.0';

export function statusReport(
  config: Config,
  reader: LedgerReader,
  faces: Faces,
  differences: Differences,
): StatusReport {
  const follower = (name: string, position = '', trouble = '', notes: readonly string[] = []) => ({
    name,
    position,
    lag: durationFromMs(reader.lagMs(position || undefined)),
    trouble,
    notes: [...notes],
  });
  return {
    version: VERSION,
    roles: rolesAtWork(config),
    position: reader.position ?? '',
    ledger: reader.ledgerId ?? '',
    views: [follower('ledger', reader.position)],
    faces: [...faces].map((face) => follower(face.name, face.position(), face.trouble(), face.notes?.())),
    differences: differences.last.map(({ at, ...rest }) => ({
      ...rest,
      at: timestampFromMs(Date.parse(at)),
    })),
  };
}

/** A projector that has nothing to project to does not run. */
function rolesAtWork({ roles, northbound, kubeconfig }: Config): Role[] {
  return [...roles].filter(
    (role) =>
      (role !== 'ovn-projector' || northbound !== undefined) &&
      (role !== 'kube-projector' || kubeconfig !== undefined),
  );
}
