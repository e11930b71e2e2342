// A command about the use of a reservation that comes too late: somebody changed that use since.
import type { Holder } from '../../holder';
import type { Moment } from '../decision/decision';
import { commandExpired } from '../decision/late';
import type { SubnetState } from '../state/state';

export function useChanged(state: SubnetState, holder: Holder, { issuedAtMs }: Moment, changedAtMs: number) {
  const what = `the use of what ${holder} holds in subnet ${state.name} changed`;
  return commandExpired({ subnet: state.name, holder }, issuedAtMs, what, changedAtMs);
}
