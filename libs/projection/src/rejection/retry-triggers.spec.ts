import {
  formatMac,
  type Holder,
  type Rejection,
  type RejectionCode,
  type SubnetEvent,
  vipHolder,
} from '@holdfast/ipam';
import { type Unblocks, unblockedBy, triggerOf } from './retry-triggers';

const holder: Holder = vipHolder('a');
const [HERE, THERE, MAC] = [0x0a100009, 0x0a100010, 0x02000a100009];
const released: SubnetEvent = { type: 'AddressReleased', holder, v4: HERE, mac: MAC, reason: '' };
const moved: SubnetEvent = {
  type: 'AddressMoved',
  holder,
  v4: THERE,
  mac: MAC + 1,
  from: { v4: HERE, mac: MAC },
};
const reserved: SubnetEvent = { type: 'AddressReserved', holder, v4: HERE, mac: MAC };
const revised: SubnetEvent = { type: 'SubnetRevised', cidrs: [], gateways: [], excluded: [], coolingMs: 0 };

const withdrawn: SubnetEvent = {
  type: 'ParentWithdrawn',
  vip: 'web',
  port: 'web-0.default',
  grantor: 'selector',
  reason: '',
};
const retired: SubnetEvent = { type: 'RuleRetired', rule: 'slr', vip: 'web', reason: '' };

const user = { object: 'pod/default/web-0', uid: 'u' };
const detached: SubnetEvent = { type: 'UserDetached', holder, user, reason: '' };
const left: SubnetEvent = { ...detached, holder: 'vm/default/db' as Holder };

describe('unblockedBy', () => {
  it.each<[RejectionCode, Record<string, string>, SubnetEvent, Unblocks]>([
    ['AddressTaken', { address: '10.16.0.9' }, released, 'yes'],
    ['AddressTaken', { address: '10.16.0.9' }, moved, 'yes'],
    ['AddressTaken', { address: '10.16.0.16' }, moved, 'no'],
    ['AddressTaken', { address: '10.16.0.9' }, reserved, 'no'],
    ['AddressTaken', { address: '10.16.0.9' }, revised, 'yes'],
    ['MacTaken', { mac: formatMac(MAC) }, released, 'yes'],
    ['MacTaken', { mac: formatMac(MAC + 1) }, moved, 'no'],
    ['SubnetExhausted', {}, released, 'one of many'],
    ['SubnetExhausted', {}, reserved, 'no'],
    ['SubnetInUse', { address: '10.16.0.9' }, released, 'yes'],
    ['SubnetInUse', {}, released, 'yes'],
    ['AddressOutOfRange', { address: '10.16.0.9' }, released, 'no'],
    ['AddressOutOfRange', {}, revised, 'yes'],
    ['SubnetNotFound', {}, revised, 'yes'],
    ['VipInUse', { vip: 'web' }, retired, 'yes'],
    ['VipInUse', { vip: 'web' }, withdrawn, 'yes'],
    ['VipInUse', { vip: 'a' }, detached, 'yes'],
    ['VipInUse', { vip: 'other' }, retired, 'no'],
    ['VipInUse', { vip: 'web' }, released, 'no'],
    ['VipPortTaken', { vip: 'web' }, retired, 'yes'],
    ['LimitReached', { vip: 'web' }, withdrawn, 'yes'],
    ['RuleExists', { rule: 'slr' }, retired, 'yes'],
    ['RuleExists', { rule: 'slr' }, withdrawn, 'no'],
    ['AddressTaken', { address: '10.16.0.9' }, retired, 'no'],
    ['ReservationInUse', { holder: 'vm/default/db' }, left, 'yes'],
    ['ReservationInUse', { holder: 'vm/default/other' }, left, 'no'],
    ['VipInUse', { vip: 'db' }, left, 'no'],
  ])('%s %j', (code, facts, event, unblocks) => {
    const trigger = triggerOf(event);
    expect(trigger ? unblockedBy(trigger, { code, message: '', facts } as unknown as Rejection) : 'no').toBe(
      unblocks,
    );
  });
});
