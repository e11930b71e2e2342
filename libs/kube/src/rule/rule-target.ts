// Which Vip a rule means: by name, or by the addresses that it holds. Pure; looks at the ledger's view and says, where
// there is no such Vip, what to do about it.
import {
  type Address,
  formatAddress,
  invalid,
  type LedgerView,
  reject,
  type Rejection,
  type SubnetState,
  type VipEntry,
  vipHolder,
} from '@holdfast/ipam';
import { SUBNET_ANNOTATION, type VipRequest } from './rule-spec';

export type Target =
  | { readonly vip: VipEntry; readonly rejected?: undefined }
  | { readonly rejected: Rejection; readonly vip?: undefined };

/** @param subnet the one that is meant, where it is said */
export function targetOf(request: VipRequest, subnet: string | undefined, view: LedgerView): Target {
  const found =
    request.name !== undefined ? byName(request.name, view) : byAddresses(request.addresses, subnet, view);
  if (found.rejected) return found;
  const { name, reservation, subnet: home } = found.vip;
  const { vipType } = reservation.vip;
  if (vipType === 'switch_lb_vip') return found;
  return reject(
    'VipTypeMismatch',
    `Vip ${name} of subnet ${home.name} is of type "${vipType}", for which no switch answers; set its spec.type to switch_lb_vip.`,
    { subnet: home.name, vip: name, vipType },
  );
}

function byName(name: string, view: LedgerView): Target {
  const vip = view.vip(name);
  if (vip) return { vip };
  return reject(
    'VipNotFound',
    `There is no Vip ${name}, or it has no address yet; create one of type switch_lb_vip, or see its conditions.`,
    { vip: name },
  );
}

function byAddresses(addresses: readonly Address[], named: string | undefined, view: LedgerView): Target {
  const text = addresses.map(formatAddress).join(',');
  const holders = new Map<string, VipEntry>();
  let other: string | undefined;
  for (const state of view.subnets()) {
    if (named !== undefined && state.name !== named) continue;
    for (const address of addresses) {
      const reservation = state.byAddress.get(address);
      const vip = reservation?.vip && vipOf(state, reservation.holder, view);
      if (vip) holders.set(vip.name, vip);
      else if (reservation) other = `${reservation.holder} holds ${formatAddress(address)}`;
    }
  }
  const whole = [...holders.values()].filter((vip) => addresses.every((address) => holds(vip, address)));
  const suited = whole.filter(({ reservation }) => reservation.vip.vipType === 'switch_lb_vip');
  const [only, another] = suited.length > 0 ? suited : whole;
  if (only && another) return ambiguous(text, only, another);
  if (only) return { vip: only };
  if (holders.size > 0) return apart(text, [...holders.keys()]);
  return unheld(text, addresses, other);
}

/** The view finds a Vip by its name, which is its holder's. */
function vipOf(state: SubnetState, holder: string, view: LedgerView): VipEntry | undefined {
  const name = holder.slice(vipHolder('').length);
  const vip = view.vip(name);
  return vip?.subnet === state ? vip : undefined;
}

function holds({ reservation }: VipEntry, address: Address): boolean {
  return reservation.v4 === address || reservation.v6 === address;
}

function ambiguous(text: string, one: VipEntry, another: VipEntry): Target {
  const both = [one, another].map(({ name, subnet }) => `Vip ${name} of subnet ${subnet.name}`).join(' and ');
  return invalid(
    'spec.vip',
    `${text} is held by ${both}; name one of them, or its subnet in the annotation ${SUBNET_ANNOTATION}`,
  );
}

function apart(text: string, names: readonly string[]): Target {
  return invalid(
    'spec.vip',
    `no Vip holds all of ${text}, of which ${names.map((name) => `Vip ${name}`).join(' and ')} holds a part; make a rule for each, or one Vip with both`,
  );
}

function unheld(text: string, addresses: readonly Address[], other: string | undefined): Target {
  const request = addresses
    .map((address) => `${typeof address === 'number' ? 'v4ip' : 'v6ip'} ${formatAddress(address)}`)
    .join(' and ');
  const instead = other
    ? `${other}; choose another address`
    : `create a Vip of type switch_lb_vip with ${request}`;
  return reject('VipNotFound', `No Vip holds ${text}: ${instead}.`, { address: text });
}
