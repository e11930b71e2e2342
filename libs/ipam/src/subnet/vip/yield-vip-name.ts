// YieldVipName: the subnet relinquishes a claim to a Vip's name, unless it holds the Vip (see ../vip-name).
import { vipHolder } from '../../holder';
import { type SubnetDecision, accept, alreadySo } from '../decision/decision';
import type { SubnetState } from '../state/state';

/** Asks a Subnet that does not hold the Vip to relinquish the claim, so that another subnet may have the name. */
export interface YieldVipName {
  readonly type: 'YieldVipName';
  readonly subnet: string;
  readonly name: string;
  readonly claim: number;
}

export function yieldVipName({ name, claim }: YieldVipName, state: SubnetState): SubnetDecision {
  if (state.byHolder.has(vipHolder(name))) return alreadySo({ vipHeld: true });
  if (claim <= state.yieldedClaim(name)) return alreadySo({ vipHeld: false });
  return accept({ type: 'VipNameYielded', name, claim });
}
