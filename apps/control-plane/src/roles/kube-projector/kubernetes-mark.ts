// The ledger's mark on a cluster, and what follows from it: a process whose ledger is not the one of which the cluster shows
// addresses holds no Lease and so writes nothing. The mark is one ConfigMap. It is written before the first status that needs it:
// it is ahead of them at times and never behind, so that a status beyond it comes from somewhere else.
import type { Cancel, Chance, Clock } from '@holdfast/clock';
import { comparePositions } from '@holdfast/event-store';
import { isSameMark, type LedgerMark, MARK_FIELDS, markFrom, type MarkVerdict } from '@holdfast/ipam';
import {
  type ConfigMaps,
  type KubernetesApi,
  KubernetesFault,
  type ObjectRef,
  type SeenConfigMap,
  STANDBY_CODE,
} from '@holdfast/kube-api';
import type { LedgerIdentity, SideComparisons } from '@holdfast/ledger';
import { Fence, type MarkedLedger } from '@holdfast/projection';
import type { CallFailure } from '../../health/kubernetes-troubles';
import type { KubernetesLease } from './kubernetes-lease';
import { lastObservedPosition } from './observed-positions';

export interface KubernetesMarkOptions {
  readonly configMaps: ConfigMaps;
  readonly ref: ObjectRef;
  readonly api: KubernetesApi;
  readonly ledger: MarkedLedger & Pick<LedgerIdentity, 'recoveryOf'>;
  readonly lease: Pick<KubernetesLease, 'isActive' | 'whileActive' | 'onChange' | 'forbid'>;
  readonly sides: SideComparisons;
  /** Where nobody else writes this ledger, whoever else has the Lease is of another one: it is to be had first. */
  readonly isSoleWriter: boolean;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** It is looked at so often: somebody else may have moved it, or have put back an old one. */
const LOOK_EVERY_MS = 5_000;
const NOT_COMPARED = 'what the cluster shows was not compared with the ledger yet';

export class KubernetesMark {
  private readonly fence: Fence;
  private seen: SeenConfigMap | undefined;
  /** The last position that any object's status had before this process wrote one; known once they were listed. */
  private observed: { readonly position: string | undefined } | undefined;
  private written: LedgerMark | undefined;
  private writing: Promise<void> = Promise.resolve();
  private fault: CallFailure | undefined;
  private isStopped = false;
  private stopListening = (): void => undefined;
  private cancelLook: Cancel = () => undefined;

  constructor(private readonly options: KubernetesMarkOptions) {
    const { ledger, clock, chance, lease } = options;
    const judge = (found: LedgerMark): Promise<MarkVerdict> => this.judge(found);
    const compared = { incarnation: ledger.incarnation, mark: () => ledger.mark(), judge };
    this.fence = new Fence({
      ...{ side: 'kubernetes', ledger: compared, clock, chance },
      onChange: () => this.fenceChanged(),
    });
    lease.forbid(NOT_COMPARED);
  }

  start(): void {
    this.stopListening = this.options.lease.onChange(() => this.claim());
    void this.look();
  }

  /** Once whoever writes statuses has stopped. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.fence.stop();
    this.stopListening();
    this.cancelLook();
    await this.writing.catch(() => undefined);
    await this.options.configMaps.close();
  }

  /** Why the mark cannot be read, if it cannot; it is tried again. */
  get failing(): CallFailure | undefined {
    return this.fault;
  }

  /** What keeps this process from writing there, for people. */
  trouble(): string | undefined {
    const { verdict } = this.fence;
    return verdict && `${verdict.why}: ${verdict.message} ${REMEDY}`;
  }

  /**
   * Resolves once the mark is at least at `position`. @throws KubernetesFault `kubernetes-standby` when somebody else has moved it,
   * or when the position is none that this process has got to: no status may say it
   */
  async reach(position: string): Promise<void> {
    if (this.isReached(position)) return;
    this.writing = this.writing.catch(() => undefined).then(() => this.writeIf(position));
    await this.writing;
    if (this.isReached(position)) return;
    throw new KubernetesFault(STANDBY_CODE, `this process has not got to position ${position} yet`, true);
  }

  private isReached(position: string): boolean {
    const { written } = this;
    return written?.position !== undefined && comparePositions(written.position, position) >= 0;
  }

  private async writeIf(position: string): Promise<void> {
    if (!this.isReached(position)) await this.write();
  }

  private async write(): Promise<void> {
    const { configMaps, ref, ledger } = this.options;
    const mark = ledger.mark();
    const data = Object.fromEntries(MARK_FIELDS.map((field) => [field, mark[field] ?? null]));
    const result = await configMaps.write(ref, data, this.seen);
    if (result.outcome === 'conflict') {
      this.written = undefined;
      void this.look();
      throw new KubernetesFault(STANDBY_CODE, `the ledger's mark was moved by somebody else`, true);
    }
    this.seen = result.seen;
    this.written = markIn(result.seen);
    this.fence.see(this.written);
  }

  private async look(): Promise<void> {
    this.cancelLook();
    if (this.isStopped) return;
    try {
      const { api, configMaps, ref } = this.options;
      // The statuses first: the mark, read later, is ahead of them.
      this.observed ??= { position: await lastObservedPosition(api) };
      this.seen = await configMaps.read(ref);
      const found = markIn(this.seen);
      if (this.written && !isSameMark(found, this.written)) this.written = undefined;
      const { position } = this.observed;
      this.fence.see(this.seen || position === undefined ? found : { position });
      this.claim();
      this.fault = undefined;
    } catch (fault) {
      if (!(fault instanceof KubernetesFault)) throw fault;
      const { code, message } = fault;
      this.fault = { code, message, sinceMs: this.fault?.sinceMs ?? this.options.clock.now() };
    }
    // One that began meanwhile has set its own.
    this.cancelLook();
    if (!this.isStopped) this.cancelLook = this.options.clock.after(LOOK_EVERY_MS, () => void this.look());
  }

  private async judge(found: LedgerMark): Promise<MarkVerdict> {
    const { position: marked } = found;
    const position = this.observed?.position;
    const isBeyond =
      this.written === undefined &&
      position !== undefined &&
      (marked === undefined || comparePositions(position, marked) > 0) &&
      !this.isDecided(position);
    if (!isBeyond) return this.options.ledger.judge(found, 'kubernetes');
    return {
      ...{ kind: 'fenced', why: 'Forked' },
      message: `An object's status is at position ${position}, beyond the cluster's mark at ${marked ?? 'none'}: it was not written from the ledger that the mark is of.`,
    };
  }

  /** Statuses up to that were there when an operator decided what holds: they are written over, however long that takes. */
  private isDecided(position: string): boolean {
    const { shownPosition } = this.options.ledger.recoveryOf('kubernetes') ?? {};
    return shownPosition !== undefined && comparePositions(position, shownPosition) <= 0;
  }

  private fenceChanged(): void {
    const { lease, sides, isSoleWriter } = this.options;
    const { state, verdict } = this.fence;
    if (verdict) {
      const shownPosition = this.observed?.position;
      sides.fence('kubernetes', verdict, {
        mark: this.fence.found ?? {},
        ...(shownPosition !== undefined && { shownPosition }),
      });
      return lease.forbid(`${verdict.why}: ${verdict.message}`);
    }
    if (state !== 'open') return;
    lease.forbid(undefined);
    if (!isSoleWriter) sides.agrees('kubernetes');
    this.claim();
  }

  /** Whoever holds the Lease says so in the mark: a copy of the ledger from before knows by that that it is one. */
  private claim(): void {
    const { lease, sides, ledger } = this.options;
    if (!this.fence.isOpen || !lease.isActive || this.written?.incarnation === ledger.incarnation) return;
    this.writing = this.writing
      .catch(() => undefined)
      .then(() => lease.whileActive(() => this.write()))
      .then(() => sides.agrees('kubernetes'));
    this.writing.catch((fault: unknown) => {
      if (!(fault instanceof KubernetesFault)) throw fault;
    });
  }
}

/** A cluster as the mark lets it be written: no status says of a position what the mark does not. */
export const markedApi = (api: KubernetesApi, mark: Pick<KubernetesMark, 'reach'>): KubernetesApi => ({
  follow: (...following) => api.follow(...following),
  patch: (...change) => api.patch(...change),
  patchStatus: async (resource, ref, status, expected) => {
    const position = status['observedPosition'];
    if (typeof position === 'string') await mark.reach(position);
    return api.patchStatus(resource, ref, status, expected);
  },
  recordEvent: (event) => api.recordEvent(event),
  close: () => api.close(),
});

/** What the ConfigMap says. */
export const markIn = (seen: SeenConfigMap | undefined): LedgerMark => markFrom((field) => seen?.data[field]);

const REMEDY = 'Nothing is written to the cluster until an operator decides: see `holdfast recover`.';
