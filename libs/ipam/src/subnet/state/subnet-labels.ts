// The labels of a Subnet, its pools and what is held in it. Part of the Subnet's state; like that, `evolve` is total and changes
// it in place. There is no map before there is a label: most have none.
import { type Labels, NO_LABELS } from '../../label';
import type { Holder } from '../../holder';
import type { AddressPool, LabelSubject, LabelsSet } from '../events';

interface Entry {
  readonly labels: Labels;
  readonly changedAtMs: number;
}

export class SubnetLabels {
  private entries: Map<string, Entry> | undefined;

  of(subject: LabelSubject): Labels {
    return this.entries?.get(keyOf(subject))?.labels ?? NO_LABELS;
  }

  /** When they were last set; undefined: never since it is there. */
  changedAtMs(subject: LabelSubject): number | undefined {
    return this.entries?.get(keyOf(subject))?.changedAtMs;
  }

  /** Of whom labels were ever set since it is there. */
  *subjects(): Iterable<LabelSubject> {
    for (const key of this.entries?.keys() ?? [])
      yield key === OF_SUBNET ? {} : isOfHolder(key) ? { holder: key } : { pool: key };
  }

  evolve(event: LabelsSet, atMs: number): void {
    this.entries ??= new Map();
    this.entries.set(keyOf(event), { labels: event.labels, changedAtMs: atMs });
  }

  /** All of it was set by then. */
  happenedBy(latestMs: number): void {
    for (const [key, entry] of this.entries ?? [])
      if (entry.changedAtMs > latestMs) this.entries?.set(key, { ...entry, changedAtMs: latestMs });
  }

  /** The holder holds nothing any more. */
  end(holder: Holder): void {
    this.entries?.delete(holder);
  }

  /** All other pools are gone. */
  keepPools(pools: readonly AddressPool[] = []): void {
    for (const key of this.entries?.keys() ?? [])
      if (key !== OF_SUBNET && !isOfHolder(key) && !pools.some(({ name }) => name === key))
        this.entries?.delete(key);
  }

  /** The Subnet is gone, with all that was in it. */
  endAll(): void {
    this.entries = undefined;
  }
}

/** What may be asked of it by who must not change it. */
export type SubnetLabelsReader = Pick<SubnetLabels, 'of' | 'changedAtMs' | 'subjects'>;

const OF_SUBNET = '';
/** A pool's name has no slash, and a holder always has one. */
const isOfHolder = (key: string): key is Holder => key.includes('/');
const keyOf = ({ holder, pool }: LabelSubject): string => holder ?? pool ?? OF_SUBNET;
