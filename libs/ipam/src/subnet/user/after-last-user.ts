// What becomes of a reservation that nobody uses any more: its retention says.
import { type Holder, isVipHolder } from '../../holder';
import { type Moment, heldBy } from '../decision/decision';
import { type Evidence, type Retention, type SubnetEvent, defaultRetention } from '../events';
import type { SubnetState } from '../state/state';

/** Whether who is behind the user will want the address again. */
export type OwnerState = 'exists' | 'gone' | 'none';

/** What becomes of a reservation that nobody uses. A Vip stays reserved; it may be kept for its user's successors. */
export function afterLastUser(
  state: SubnetState,
  holder: Holder,
  ownerState: OwnerState,
  because: { readonly reason: string; readonly evidence?: Evidence },
  { nowMs }: Moment,
  owner: Holder | undefined,
): SubnetEvent[] {
  const retention = retentionOf(state, holder, owner);
  const why = { reason: because.reason, ...(because.evidence && { evidence: because.evidence }) };
  const keep = (untilMs?: number): SubnetEvent[] => {
    const isSaid = state.users.of(holder)?.retained !== undefined && untilMs === undefined;
    const until = { ...(untilMs !== undefined && { untilMs }), ...(owner && { owner }) };
    return isSaid ? [] : [{ type: 'ReservationRetained', holder, retention, ...until, ...why }];
  };
  if (retention.keep === 'forever') return keep();
  if (retention.keep !== 'release' && ownerState === 'exists') return keep();
  if (retention.keep === 'time') return keep(nowMs + (retention.forMs ?? 0));
  const held = state.byHolder.get(holder);
  if (!held) return [];
  if (!isVipHolder(holder)) return [{ type: 'AddressReleased', holder, ...heldBy(state, held), ...why }];
  return state.users.of(holder)?.retained ? [{ type: 'RetentionEnded', holder, ...why }] : [];
}

/** The holder's own, else the Subnet's, else what is usual for its kind; a Vip's user has its owner's kind. */
export function retentionOf(state: SubnetState, holder: Holder, owner?: Holder): Retention {
  return (
    state.users.of(holder)?.retention ?? state.definition?.retention ?? defaultRetention(owner ?? holder)
  );
}
