// A watcher that only remembers.
import type { Watcher } from '../../port/kubernetes-api';
import type { KubernetesFault } from '../../port/kubernetes-fault';
import { keyOf, type KubernetesObject, type ObjectRef } from '../../port/kubernetes-object';

/** Remembers what it was told: `+name` for one that came, `~name` changed, `-name` gone. */
export class RecordingWatcher implements Watcher {
  readonly changes: string[] = [];
  readonly faults: KubernetesFault[] = [];
  recoveries = 0;
  readonly uids = new Map<string, string>();

  changed(ref: ObjectRef, now: KubernetesObject | undefined, before: KubernetesObject | undefined): void {
    this.changes.push(`${!before ? '+' : !now ? '-' : '~'}${keyOf(ref)}`);
    if (now) this.uids.set(keyOf(ref), now.metadata.uid);
  }

  faulted(fault: KubernetesFault): void {
    this.faults.push(fault);
  }

  worksAgain(): void {
    this.recoveries += 1;
  }

  /** Those of objects whose name starts so. */
  of(prefix: string): string[] {
    return this.changes.filter((change) => change.slice(1).startsWith(prefix));
  }
}
