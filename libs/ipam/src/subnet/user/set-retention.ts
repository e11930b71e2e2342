// SetRetention: how long a reservation stays when nobody uses it.
import type { Holder } from '../../holder';
import { invalid } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { notHeld } from '../decision/rejections';
import { type Retention, formatRetention, isRetention } from '../events';
import type { SubnetState } from '../state/state';
import { useChanged } from './use-changed';

/** How long the holder's reservation stays; null: as its Subnet says. */
export interface SetRetention {
  readonly type: 'SetRetention';
  readonly subnet: string;
  readonly holder: Holder;
  readonly retention: Retention | null;
}

export function setRetention(command: SetRetention, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder, retention } = command;
  if (!state.byHolder.has(holder)) return notHeld(state, holder);
  if (retention && !isRetention(retention)) {
    return invalid('retention', 'release, owner, forever, or a time of 1 ms to ten years');
  }
  const use = state.users.of(holder);
  const [before, after] = [use?.retention, retention ?? undefined];
  const text = (it: typeof after): string => (it ? formatRetention(it) : '');
  if (text(before) === text(after)) return alreadySo({ user: { holder } });
  if (use && moment.issuedAtMs < use.changedAtMs) return useChanged(state, holder, moment, use.changedAtMs);
  return accept({ type: 'RetentionSet', holder, ...(after && { retention: after }) });
}
