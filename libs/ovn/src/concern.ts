// Whom something concerns: which keys are due because a fact was recorded, or because rows changed.
import { type LedgerView, type SubnetFact, holderParts } from '@holdfast/ipam';
import { vipOfPortName } from './desired';
import type { Concerned } from './northbound-rows';
import { type DueKey, subnetKey, vipKey } from './ownership';

/** Addresses that are not of Vips have no rows. */
export function keyOfFact({ subnet, event }: SubnetFact): DueKey | undefined {
  switch (event.type) {
    case 'SubnetDefined':
    case 'SubnetRevised':
    case 'SubnetRetired':
      return subnetKey(subnet);
    case 'VipReserved':
    case 'VipRevised':
    case 'VipReleased':
      return vipKey(event.name);
    case 'AddressReserved':
    case 'AddressMoved':
    case 'AddressReleased':
    case 'VipNameYielded':
      return undefined;
    default:
      return notYetKnown(event);
  }
}

/** A newer ledger's event; what it changes is found by the slow clock, if it changes rows at all. */
const notYetKnown = (_event: never): undefined => undefined;

export function* keysOfRows(concerned: Concerned, view: LedgerView): Iterable<DueKey> {
  yield* concerned.keys;
  for (const name of concerned.portNames) {
    const vip = vipOfPortName(name);
    if (view.vip(vip)) yield vipKey(vip);
  }
  for (const { switchName, address } of concerned.virtualIps) {
    const holder = view.subnet(switchName)?.byAddress.get(address)?.holder;
    if (holder !== undefined && isVip(holder)) yield vipKey(holderParts(holder).name);
  }
  for (const name of concerned.switchNames) {
    const subnet = view.subnet(name);
    if (!subnet) continue;
    yield subnetKey(name);
    for (const holder of subnet.byHolder.keys()) if (isVip(holder)) yield vipKey(holderParts(holder).name);
  }
}

const isVip = (holder: string): boolean => holder.startsWith('vip/');

/** Everything that is or may have to be in the Northbound, as far as the ledger goes. */
export function* keysOfLedger(view: LedgerView): Iterable<DueKey> {
  for (const { name } of view.subnets()) yield subnetKey(name);
  for (const { name } of view.vips()) yield vipKey(name);
}
