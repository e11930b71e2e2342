// What GetStatus tells, gathered from whoever follows the log.
import type { Operations, ReplyOf } from '@holdfast/api';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { LedgerReader } from '../ledger/ledger-reader';
import type { Config } from '../config';

export type StatusReport = ReplyOf<Operations['GetStatus']>;

/** A role that puts the log into effect outside. */
export interface Face {
  readonly name: string;
  /** The last position that is in effect. */
  position(): string | undefined;
  /** What keeps it from going on, if anything does. */
  trouble(): string | undefined;
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

export function statusReport(config: Config, reader: LedgerReader, faces: Faces): StatusReport {
  const position = reader.position ?? '';
  return {
    version: VERSION,
    roles: [...config.roles],
    position,
    views: [{ name: 'ledger', position, lag: durationFromMs(0), trouble: '' }],
    faces: [...faces].map((face) => ({
      name: face.name,
      position: face.position() ?? '',
      lag: durationFromMs(0),
      trouble: face.trouble() ?? '',
    })),
  };
}
