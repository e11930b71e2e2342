// The log as the checkers see it: each event is checked as it lands, against what can be known of it without asking
// the product's own state: who holds what, counted from the events alone, and what a slow model decides.
import {
  EventTimes,
  NO_PREDECESSOR,
  NO_STREAM,
  type RecordedEvent,
  decidedAtOf,
  hashOf,
  idFromHash,
  idIn,
  readMetadata,
} from '@holdfast/event-store';
import {
  LedgerView,
  type SubnetEvent,
  type SubnetFact,
  type VipNameEvent,
  subnet,
  ledgerRecord,
  vipName,
} from '@holdfast/ipam';
import { Violation } from '../engine/violation';
import { RIGHT_WITHIN_MS } from '../engine/right-clock';
import { NO_EVENTS, fingerprintAfter } from './fingerprint';
import type { Landed } from './landed';
import { Owners } from './owners';
import { RetentionBook } from './retention';
import { Rulings } from './rulings';
import { VipNames } from './vip-names';

interface StreamEnd {
  version: number;
  hash: string;
  atMs: number;
  /** By version. */
  readonly positions: number[];
  readonly fingerprints: number[];
}

export class History {
  readonly view = new LedgerView();
  readonly owners = new Owners();
  readonly names = new VipNames();
  readonly retention = new RetentionBook();
  readonly rulings: Rulings;
  /** Of subnets, in log order. */
  readonly facts: SubnetFact[] = [];
  /** Events so far; the last one's position. */
  length = 0;
  private readonly ends = new Map<string, StreamEnd>();
  private readonly byCommand = new Map<string, Landed>();
  /** By writer: the position of its last event. */
  private readonly lastBy = new Map<string, number>();
  private readonly listeners = new Set<(landed: Landed) => void>();

  /** The latest time that is recorded, whatever clock it is by. */
  recordedMs = 0;
  /** By subnet: when its events happened. */
  private readonly times = new Map<string, EventTimes>();
  /** Subnets for which something was decided by a clock that was wrong. */
  private readonly disturbed = new Set<string>();

  /** @param now what time it really is, epoch milliseconds */
  constructor(private readonly now: () => number) {
    this.rulings = new Rulings(this);
  }

  /** Whether something was decided for the subnet by a clock that was wrong: then every process judges times for itself. */
  isDisturbed(subnetName: string): boolean {
    return this.disturbed.has(subnetName);
  }

  isRight(decidedAtMs: number): boolean {
    return Math.abs(decidedAtMs - this.now()) <= RIGHT_WITHIN_MS;
  }

  /**
   * @param writer the process that appended it
   * @param batch the same for all that it appended at once
   */
  take(recorded: RecordedEvent, writer: string, batch: object): void {
    const { stream } = recorded;
    const subnetName = idIn(subnet.category, stream);
    const name = idIn(vipName.category, stream);
    const metadata = readMetadata(recorded);
    this.chain(recorded, metadata.previous, metadata.atMs);
    // What a ledger says of itself concerns no address.
    if (idIn(ledgerRecord.category, stream) !== undefined) return;
    const { commandId, issuedAtMs, through, actor } = metadata;
    const atMs = decidedAtOf(metadata);
    this.recordedMs = Math.max(this.recordedMs, metadata.atMs);
    const event = subnetName === undefined ? vipName.codec.decode(recorded) : subnet.codec.decode(recorded);
    let landed: Landed = {
      recorded,
      id: subnetName ?? (name as string),
      commandId,
      issuedAtMs,
      atMs,
      through,
      actor,
      event,
      command: undefined,
      batch,
    };
    this.onlyOnce(landed);
    this.lastBy.set(writer, this.length);
    if (subnetName === undefined) {
      this.names.apply(landed.id, event as VipNameEvent, this.length);
    } else {
      const ofSubnet = event as SubnetEvent;
      this.owners.apply(subnetName, ofSubnet);
      if (!this.isRight(atMs)) this.disturbed.add(subnetName);
      const command = this.rulings.landed(subnetName, recorded.version, ofSubnet, landed, writer);
      landed = { ...landed, command };
      this.retention.apply(subnetName, ofSubnet, command, this.isDisturbed(subnetName) ? undefined : atMs);
      const happenedMs = this.timesOf(subnetName).next(recorded.version, atMs, this.now());
      const fact = {
        ...{ subnet: subnetName, event: ofSubnet, atMs: happenedMs },
        ...{ position: recorded.position, through },
      };
      this.view.apply(fact);
      this.facts.push(fact);
    }
    for (const listener of this.listeners) listener(landed);
  }

  /** Calls `listener` with every event, once it is found sound. */
  onLanded(listener: (landed: Landed) => void): void {
    this.listeners.add(listener);
  }

  /** What the command led to, if anything has landed of it. */
  effectOf(commandId: string): Landed | undefined {
    return this.byCommand.get(commandId);
  }

  othersWroteAfter(writer: string, position: number): boolean {
    for (const [other, last] of this.lastBy) if (other !== writer && last > position) return true;
    return false;
  }

  version(stream: string): number {
    return this.ends.get(stream)?.version ?? NO_STREAM;
  }

  /** Position in the log of a stream's event; `undefined` if there is none yet. */
  positionOf(stream: string, version: number): number | undefined {
    return this.ends.get(stream)?.positions[version];
  }

  /** Of the stream's state at that version. */
  fingerprint(stream: string, version: number): number {
    return this.ends.get(stream)?.fingerprints[version] ?? NO_EVENTS;
  }

  private timesOf(subnetName: string): EventTimes {
    const times = this.times.get(subnetName) ?? new EventTimes();
    this.times.set(subnetName, times);
    return times;
  }

  private chain(recorded: RecordedEvent, previous: string, atMs: number): void {
    const { stream, version, position, id } = recorded;
    const end = this.ends.get(stream) ?? {
      version: NO_STREAM,
      hash: NO_PREDECESSOR,
      atMs: 0,
      positions: [],
      fingerprints: [],
    };
    this.ends.set(stream, end);
    const hash = hashOf(stream, version, recorded);
    const broken =
      version !== end.version + 1
        ? `version ${version} follows ${end.version}`
        : Number(position) !== this.length + 1
          ? `position ${position} follows ${this.length}`
          : previous !== end.hash
            ? 'its predecessor is another'
            : id !== idFromHash(hash)
              ? 'its id is not its hash'
              : atMs < end.atMs
                ? `it was decided at ${atMs}, before its predecessor at ${end.atMs}`
                : undefined;
    if (broken) throw new Violation('log-chain', `event ${version} of ${stream}: ${broken}`);
    this.length += 1;
    Object.assign(end, { version, hash, atMs });
    end.positions.push(this.length);
    end.fingerprints.push(
      fingerprintAfter(end.fingerprints.at(-1) ?? NO_EVENTS, recorded, decidedAtOf(readMetadata(recorded))),
    );
  }

  private onlyOnce(landed: Landed): void {
    const { commandId, recorded } = landed;
    const known = this.byCommand.get(commandId);
    // A command may lead to several events, which land together; its reply is that of the last.
    const before = known?.batch === landed.batch ? undefined : known;
    if (before) {
      const [first, second] = [before, landed].map((it) => `${it.recorded.stream} ${it.recorded.version}`);
      throw new Violation(
        'once-only',
        `command ${commandId} led to ${first} (${before.event.type}) and again to ${second} (${landed.event.type}), at position ${recorded.position}`,
      );
    }
    this.byCommand.set(commandId, landed);
  }
}
