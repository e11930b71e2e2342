// The log as the checkers see it: each event is checked as it lands, against what can be known of it without asking
// the product's own state: who holds what, counted from the events alone, and what a slow model decides.
import {
  NO_PREDECESSOR,
  NO_STREAM,
  type RecordedEvent,
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
  /** The latest time at which anything was decided. */
  lastAtMs = 0;
  private readonly ends = new Map<string, StreamEnd>();
  private readonly byCommand = new Map<string, Landed>();
  /** By writer: the position of its last event. */
  private readonly lastBy = new Map<string, number>();
  private readonly listeners = new Set<(landed: Landed) => void>();

  constructor() {
    this.rulings = new Rulings(this);
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
    const { commandId, issuedAtMs, atMs, through, actor } = metadata;
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
    this.lastAtMs = Math.max(this.lastAtMs, atMs);
    if (subnetName === undefined) {
      this.names.apply(landed.id, event as VipNameEvent, this.length);
    } else {
      const ofSubnet = event as SubnetEvent;
      this.owners.apply(subnetName, ofSubnet);
      const command = this.rulings.landed(subnetName, recorded.version, ofSubnet, landed, writer);
      landed = { ...landed, command };
      this.retention.apply(subnetName, ofSubnet, command, atMs);
      const fact = { subnet: subnetName, event: ofSubnet, atMs, position: recorded.position, through };
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
    end.fingerprints.push(fingerprintAfter(end.fingerprints.at(-1) ?? NO_EVENTS, recorded, atMs));
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
