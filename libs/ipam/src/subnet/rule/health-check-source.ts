// The address that OVN's health checks of a Subnet's backends are sent from: one a Subnet, held by us while a rule
// needs it, so that nobody else can have it.
import type { Holder } from '../../holder';
import type { Rejection } from '../../rejection';
import { type Moment, heldBy } from '../decision/decision';
import type { SubnetEvent } from '../events';
import { chooseAddresses } from '../reservation/choose-addresses';
import type { SubnetState } from '../state/state';

export const HEALTH_CHECK_SOURCE = 'service/holdfast/health-check' as Holder;

type Change =
  | { readonly events: readonly SubnetEvent[]; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

const NONE: Change = { events: [] };

/** @param isChecked whether `rule` has health checks from now on */
export function probeSourceChange(
  state: SubnetState,
  rule: string,
  isChecked: boolean,
  moment: Moment,
): Change {
  const held = state.byHolder.get(HEALTH_CHECK_SOURCE);
  if (isChecked && !held && state.space(4)) {
    const choice = chooseAddresses(state, HEALTH_CHECK_SOURCE, { families: [4] }, moment);
    if (choice.rejected) return choice;
    return { events: [{ type: 'AddressReserved', holder: HEALTH_CHECK_SOURCE, ...choice.chosen }] };
  }
  if (isChecked || !held) return NONE;
  for (const other of state.uses.rules()) if (other.name !== rule && other.healthCheck) return NONE;
  const reason = 'no rule with health checks is left';
  return {
    events: [{ type: 'AddressReleased', holder: HEALTH_CHECK_SOURCE, ...heldBy(state, held), reason }],
  };
}
