// What the projector found different in the Northbound when it started: each Subnet, Vip, port and rule whose rows were not as the
// ledger says, with how that may have come about. Until all has been compared once; what somebody changes afterwards is drift, and
// the reconciler tells of it itself. It learns this from what the reconciler tells of each, and changes nothing.
import type { Holder } from '@holdfast/ipam';
import type { NorthboundReconciler, RowProjection } from '@holdfast/ovn';
import type { Difference } from '../../health/differences';

export interface StartDifferencesOptions {
  readonly reconciler: Pick<
    NorthboundReconciler,
    | 'onChange'
    | 'projectionOf'
    | 'projectionOfPort'
    | 'projectionOfRule'
    | 'projectionOfSubnet'
    | 'status'
    | 'whenSettled'
  >;
  /** Orders two positions of the ledger: negative, zero or positive. */
  readonly comparePositions: (a: string, b: string) => number;
  /** How far the ledger is: what comes later is told in time, and no difference. */
  readonly position: string | undefined;
  readonly found: (difference: Difference) => void;
}

const NOTHING: Difference = {
  about: 'the Northbound',
  what: 'it had nothing of this ledger',
  why: 'it is a new one, or somebody wiped it while nobody looked; all rows were written anew',
};
const WHAT = 'its rows in the Northbound were not as the ledger says';

export class StartDifferences {
  /** Told, or to be told as soon as this is the projector that writes: until then another one may. */
  private readonly reported = new Set<string>();
  private readonly waiting = new Map<string, string | undefined>();
  /** How far the Northbound was before we wrote anything; null: it had nothing of a ledger. */
  private recorded: string | null | undefined;
  private isActive = false;
  private stopListening: () => void;

  constructor(private readonly options: StartDifferencesOptions) {
    const { reconciler } = options;
    this.stopListening = reconciler.onChange((key) => this.changed(key));
    void reconciler.whenSettled().then(() => this.stop());
  }

  stop(): void {
    this.stopListening();
    this.stopListening = () => undefined;
    this.reported.clear();
    this.waiting.clear();
  }

  private changed(key: string): void {
    if (!this.look()) return;
    const projection = this.projectionOf(key);
    if (projection?.reason === 'Pending') {
      if (!this.reported.has(key) && !this.isLater(projection)) this.waiting.set(key, projection.position);
    } else if (!this.isActive) this.waiting.delete(key);
    if (!this.isActive) return;
    for (const [about, position] of this.waiting) this.tell(about, position);
    this.waiting.clear();
  }

  /** Whether the Northbound is there to be compared with. Nothing is written before the first look. */
  private look(): boolean {
    if (this.isActive) return true;
    const { connected, isActive, recordedPosition = null } = this.options.reconciler.status();
    if (!connected) return false;
    // Of several looks while another projector writes, the last one counts; once we write, it is our own.
    if (!isActive || this.recorded === undefined) this.recorded = recordedPosition;
    this.isActive = isActive;
    if (isActive && this.recorded === null) this.options.found(NOTHING);
    return true;
  }

  private tell(key: string, position: string | undefined): void {
    this.reported.add(key);
    // That it has nothing at all has been said.
    if (this.recorded === null) return;
    this.options.found({ about: key, what: WHAT, why: `${this.reasonOf(position)}; they were written anew` });
  }

  private isLater({ position }: RowProjection): boolean {
    const { comparePositions, position: reached } = this.options;
    return position !== undefined && (reached === undefined || comparePositions(position, reached) > 0);
  }

  private reasonOf(position: string | undefined): string {
    const recorded = this.recorded as string;
    if (position === undefined)
      return `the ledger let go of it after the Northbound was last written, at ${recorded}, or somebody put its rows there`;
    return this.options.comparePositions(position, recorded) > 0
      ? `the ledger changed it at ${position}, after the Northbound was last written, at ${recorded}`
      : `somebody changed them while nobody looked: the Northbound had reached ${recorded}, and the ledger changed it last at ${position}`;
  }

  private projectionOf(key: string): RowProjection | undefined {
    const { reconciler } = this.options;
    const [kind = '', first = '', ...rest] = key.split('/');
    if (kind === 'vip') return reconciler.projectionOf([first, ...rest].join('/'));
    if (kind === 'subnet') return reconciler.projectionOfSubnet([first, ...rest].join('/'));
    if (kind === 'port') return reconciler.projectionOfPort(first, rest.join('/') as Holder);
    return kind === 'rule' ? reconciler.projectionOfRule(first, rest.join('/')) : undefined;
  }
}
