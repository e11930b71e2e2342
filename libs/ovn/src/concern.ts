// Whom something concerns: which keys are due because a fact was recorded, or because rows changed.
import { type LedgerView, type SubnetFact, type SubnetState, holderParts } from '@holdfast/ipam';
import { vipOfPortName } from './desired';
import type { Concern } from './northbound-rows';
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
    case 'ParentGranted':
    case 'ParentWithdrawn':
    case 'RuleDefined':
    case 'RuleRevised':
    case 'RuleRetired':
    case 'RuleBackendsChanged':
      return vipKey(event.vip);
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

export interface Marks {
  /** The key's own rows changed. */
  ownRows(key: DueKey): void;
  /** What is around the key's rows changed. */
  surroundings(key: DueKey): void;
}

/** Whom changes of rows concern, as far as the ledger goes. */
export function concernOf(view: LedgerView, marks: Marks): Concern {
  const vips = function* (subnet: SubnetState): Iterable<DueKey> {
    for (const holder of subnet.byHolder.keys()) if (isVip(holder)) yield vipKey(holderParts(holder).name);
  };
  return {
    ownRows: (key) => marks.ownRows(key),
    portName: (name) => {
      const vip = vipOfPortName(name);
      if (view.vip(vip)) marks.surroundings(vipKey(vip));
    },
    virtualIp: (switchName, address) => {
      const holder = view.subnet(switchName)?.byAddress.get(address)?.holder;
      if (holder !== undefined && isVip(holder)) marks.surroundings(vipKey(holderParts(holder).name));
    },
    switchName: (name) => {
      const subnet = view.subnet(name);
      if (!subnet) return;
      marks.surroundings(subnetKey(name));
      for (const key of vips(subnet)) marks.surroundings(key);
    },
  };
}

const isVip = (holder: string): boolean => holder.startsWith('vip/');

/** Everything that is or may have to be in the Northbound, as far as the ledger goes. */
export function* keysOfLedger(view: LedgerView): Iterable<DueKey> {
  for (const { name } of view.subnets()) yield subnetKey(name);
  for (const { name } of view.vips()) yield vipKey(name);
}
