// The Subnet aggregate: stream `subnet-<name>`. Its invariants are the product: an address has at most one
// holder, a pair is reserved whole or not at all, a MAC is unique, and nobody gets what nobody may have.
//
// To be read from here on:  commands.ts    what may be asked (each in a file of its own, with what decides it)
//                           events/        what may have happened, and what each event touches
//                           state/         what is remembered: SubnetFold takes events in, SubnetState is read
//                           decide, below  state and command to events, or to a rejection
import { subnetCodec } from './codec/codec';
import type { SubnetCommand } from './commands';
import { type Moment, type SubnetDecision, replyTo } from './decision/decision';
import { subnetNotFound } from './decision/rejections';
import { definePool } from './definition/define-pool';
import { defineSubnet } from './definition/define-subnet';
import { retirePool } from './definition/retire-pool';
import { retireSubnet } from './definition/retire-subnet';
import { reviseSubnet } from './definition/revise-subnet';
import type { SubnetEvent } from './events';
import { setLabels } from './label/set-labels';
import { grantParent } from './parent/grant-parent';
import { withdrawParent } from './parent/withdraw-parent';
import { moveAddress } from './reservation/move-address';
import { releaseAddress } from './reservation/release-address';
import { reserveAddress } from './reservation/reserve-address';
import { defineRule } from './rule/define-rule';
import { retireRule } from './rule/retire-rule';
import { reviseRule } from './rule/revise-rule';
import { setRuleBackends } from './rule/set-rule-backends';
import { type SubnetState, SubnetFold } from './state/state';
import { attachUser } from './user/attach-user';
import { detachUser } from './user/detach-user';
import { endOwner } from './user/end-owner';
import { movePrimary } from './user/move-primary';
import { releaseExpired } from './user/release-expired';
import { setRetention } from './user/set-retention';
import { releaseVip } from './vip/release-vip';
import { reserveVip } from './vip/reserve-vip';
import { reviseVip } from './vip/revise-vip';
import { settleAddress } from './withheld/settle-address';
import { withholdAddresses } from './withheld/withhold-addresses';
import { yieldVipName } from './vip/yield-vip-name';

export const subnet = {
  category: 'subnet',
  initial: (name: string): SubnetFold => new SubnetFold(name),
  evolve: (state: SubnetFold, event: SubnetEvent, atMs: number): SubnetFold => state.evolve(event, atMs),
  decide,
  replyTo,
  codec: subnetCodec,
};

function decide(command: SubnetCommand, state: SubnetState, moment: Moment): SubnetDecision {
  if (command.type === 'DefineSubnet') return defineSubnet(command, state, moment);
  if (command.type === 'YieldVipName') return yieldVipName(command, state);
  if (!state.definition) return subnetNotFound(state.name);
  switch (command.type) {
    case 'ReviseSubnet':
      return reviseSubnet(command, state, moment);
    case 'RetireSubnet':
      return retireSubnet(state, moment);
    case 'DefinePool':
      return definePool(command, state.definition, state, moment);
    case 'RetirePool':
      return retirePool(command, state.definition, state, moment);
    case 'ReserveAddress':
      return reserveAddress(command, state, moment);
    case 'MoveAddress':
      return moveAddress(command, state, moment);
    case 'ReleaseAddress':
      return releaseAddress(command, state, moment);
    case 'ReserveVip':
      return reserveVip(command, state, moment);
    case 'ReviseVip':
      return reviseVip(command, state, moment);
    case 'ReleaseVip':
      return releaseVip(command, state, moment);
    case 'AttachUser':
      return attachUser(command, state, moment);
    case 'DetachUser':
      return detachUser(command, state, moment);
    case 'MovePrimary':
      return movePrimary(command, state, moment);
    case 'EndOwner':
      return endOwner(command, state, moment);
    case 'ReleaseExpired':
      return releaseExpired(command, state, moment);
    case 'SetRetention':
      return setRetention(command, state, moment);
    case 'GrantParent':
      return grantParent(command, state, moment);
    case 'WithdrawParent':
      return withdrawParent(command, state, moment);
    case 'DefineRule':
      return defineRule(command, state, moment);
    case 'ReviseRule':
      return reviseRule(command, state, moment);
    case 'RetireRule':
      return retireRule(command, state, moment);
    case 'SetRuleBackends':
      return setRuleBackends(command, state, moment);
    case 'SetLabels':
      return setLabels(command, state, moment);
    case 'WithholdAddresses':
      return withholdAddresses(command, state);
    case 'SettleAddress':
      return settleAddress(command, state);
  }
}
