// Reservations whose time is over: kept for a time that has passed, or made for a Pod that never came to use them.
import { BEHIND_RETRY_MS, executeAndSee } from '@holdfast/projection';
import { type Evidence, type Holder, holderParts, type Reservation, type SubnetState } from '@holdfast/ipam';
import { type ObjectRef, PODS, THROUGH_KUBERNETES } from '@holdfast/kube-api';
import type { HeldPlace } from '../context/ledger-index';
import { DEFAULT_PROVIDER } from '../request/nic-request';
import { standingOf } from '../owner/owner-standing';
import { type PodContext, UNKNOWN_RETRY_MS } from '../context/pod-context';
import { ownerBehind, providerOf } from '../request/pod-identity';

/**
 * What a Pod is given it uses from the start, in one decision. But somebody may reserve for a Pod that is to come, with
 * the port that it will have: a day is long enough for that, and who needs longer says so by the holder's retention, or
 * names no port, which the Pod then brings along. Ledgers of before that decision also have reservations of which the
 * process died, and the Pod went, before they were used.
 */
export const NEVER_USED_MAX_MS = 24 * 3_600_000;

/** After what the ledger's clock says is not over yet. */
const EARLY_RETRY_MS = 10_000;
/** The slow clock looks at everything this often. */
const LATER_MS = 300_000;

export class ReservationEnds {
  constructor(private readonly context: PodContext) {}

  /** In how many milliseconds there may be something to do about it; undefined: only facts will tell. */
  dueInMs(state: SubnetState, holder: Holder): number | undefined {
    const use = state.users.of(holder);
    const nowMs = this.context.clock.now();
    if (use?.retained?.untilMs !== undefined) return Math.max(0, use.retained.untilMs - nowMs);
    const held = state.byHolder.get(holder);
    if (!held || use || !isOfPod(held)) return undefined;
    return Math.max(0, held.sinceMs + NEVER_USED_MAX_MS - nowMs);
  }

  async reconcile(key: string, { subnet, holder }: HeldPlace): Promise<number | undefined> {
    const state = this.context.ledger.view.subnet(subnet);
    const dueInMs = state && this.dueInMs(state, holder);
    if (!state || dueInMs === undefined) return undefined;
    // A timer takes no more than 24 days; what is further away is for the slow clock.
    if (dueInMs > 0) return dueInMs > LATER_MS ? undefined : dueInMs;
    const isExpired = state.users.of(holder)?.retained?.untilMs !== undefined;
    return isExpired ? this.expire({ subnet, holder }) : this.collect(key, { subnet, holder });
  }

  private async expire({ subnet, holder }: HeldPlace): Promise<number | undefined> {
    const command = { type: 'ReleaseExpired', subnet, holder } as const;
    const execution = await executeAndSee(this.context.ledger, command, `${THROUGH_KUBERNETES}:retention`);
    if (execution.is === 'behind') return BEHIND_RETRY_MS;
    return execution.rejected?.code === 'ReservationInUse' ? EARLY_RETRY_MS : undefined;
  }

  private async collect(key: string, { subnet, holder }: HeldPlace): Promise<number | undefined> {
    const nobody = await this.nobodyBehind(holder);
    if (typeof nobody !== 'object') return nobody;
    const what = 'it is held for somebody who is not there and never used it';
    this.context.differs(key, { subnet, holder, what, why: `${nobody.reason}; it was released` });
    const command = { type: 'ReleaseAddress', subnet, holder, ...nobody } as const;
    const execution = await executeAndSee(this.context.ledger, command, `${THROUGH_KUBERNETES}:collector`);
    return execution.is === 'behind' ? BEHIND_RETRY_MS : undefined;
  }

  /** What shows that nobody will use it; or in how many milliseconds to look again, if at all. */
  private async nobodyBehind(holder: Holder): Promise<Because | number | undefined> {
    const { namespace = '', name } = podOf(holder);
    if (!this.context.isKnownCluster() || this.context.pods.get({ namespace, name })) return undefined;
    const owner = ownerBehind(holder);
    if (owner) {
      const standing = await standingOf(owner, this.context.owners);
      if (standing.is === 'exists') return undefined;
      if (standing.is === 'unknown') return UNKNOWN_RETRY_MS;
      return { reason: `never used, and ${standing.reason}`, evidence: standing.evidence };
    }
    const { outcome } = await this.context.api.patch(PODS, { namespace, name }, {});
    if (outcome !== 'gone') return UNKNOWN_RETRY_MS;
    const evidence = { object: `pod/${namespace}/${name}` };
    return { reason: `never used, and there is no Pod ${namespace}/${name}`, evidence };
  }
}

interface Because {
  readonly reason: string;
  readonly evidence: Evidence;
}

/** Reserved as for a Pod that is about to come: with the port that its NIC will have. */
function isOfPod({ holder, port }: Reservation): boolean {
  const provider = providerOf(holder);
  const { namespace, name } = podOf(holder);
  const suffix = provider === DEFAULT_PROVIDER ? '' : `.${provider}`;
  return KINDS.has(holderParts(holder).kind) && port === `${name}.${namespace}${suffix}`;
}

const KINDS = new Set(['pod', 'statefulset', 'vm']);

/** The Pod whose port it is; a machine's has the machine's name. */
function podOf(holder: Holder): ObjectRef {
  const { namespace, name, ordinal } = holderParts(holder);
  return { namespace, name: ordinal === undefined ? name : `${name}-${ordinal}` };
}
