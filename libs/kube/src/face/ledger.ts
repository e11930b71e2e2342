// The port to the ledger: what the Kubernetes face asks of whoever holds the truth. It sees no store, no log and no
// command loop; it reads a view, hands orders in, and is told of facts.
import type {
  LedgerView,
  Rejection,
  ReleaseVip,
  ReserveVip,
  ReviseVip,
  SubnetCommand,
  SubnetFact,
} from '@holdfast/ipam';
import { keyOf, type KubernetesObject, type ObjectKey } from '../kubernetes-object';
import type { Resource } from '../resource';

/** A Subnet's command as a caller can give it: the claim to a Vip's name and where a Vip is are the ledger's to know. */
export type LedgerOrder =
  | Exclude<SubnetCommand, { readonly type: 'ReserveVip' | 'ReviseVip' | 'ReleaseVip' | 'YieldVipName' }>
  | Omit<ReserveVip, 'claim'>
  | Omit<ReviseVip, 'subnet'>
  | Omit<ReleaseVip, 'subnet'>;

export type LedgerAnswer =
  | {
      /** Of the command's last event, or of the stream's when nothing had to happen. */
      readonly position: string | undefined;
      readonly rejected?: undefined;
    }
  | { readonly rejected: Rejection };

export interface Ledger {
  /** Must be given `through` with every fact, or the face cannot tell its own Vips from those of others. */
  readonly view: LedgerView;

  /**
   * Decides and remembers. `actor` says who asked, in words for the record; the door is `THROUGH_KUBERNETES`. No command
   * id comes along: the face looks before it asks again.
   * @throws Error with `code` and `retryable` when it could not be done, or when nobody knows whether it was.
   */
  execute(order: LedgerOrder, actor: string): Promise<LedgerAnswer>;

  /** Whether `view` shows the event at `position`, after a bounded wait for it. */
  hasReached(position: string): Promise<boolean>;

  /** Tells `listener` of every fact from now on, in order, after `view` shows it. Returns how to stop. */
  onFacts(listener: (facts: readonly SubnetFact[]) => void): () => void;
}

/** The door that the face's own commands come through (libs/event-store, `Actor.through`). */
export const THROUGH_KUBERNETES = 'kubernetes';

/** Who asks when an object does: `kubernetes:vips.kubeovn.io/web (uid 8a0c…, resourceVersion 4711)`. */
export function actorOf(resource: Resource, { metadata }: KubernetesObject): string {
  const { uid, resourceVersion } = metadata;
  return `${actorNamed(resource, keyOf(metadata))} (uid ${uid}, resourceVersion ${resourceVersion})`;
}

/** The same of an object that vanished, with what is known of how it went. */
export function actorGone(resource: Resource, key: ObjectKey, evidence: string): string {
  return `${actorNamed(resource, key)} (gone: ${evidence})`;
}

/** The same where there is no object any more. */
export function actorNamed({ plural, group }: Resource, key: ObjectKey): string {
  return `${THROUGH_KUBERNETES}:${group ? `${plural}.${group}` : plural}/${key}`;
}
