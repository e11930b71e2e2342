// What a NIC's node agent reads on its Pod: which addresses it has, in which Subnet. Pure.
import {
  contains,
  type Family,
  familyOf,
  formatAddress,
  formatCidr,
  type HeldAddress,
  type SubnetState,
} from '@holdfast/ipam';
import { nicAnnotation } from '@holdfast/kube-api';
import { addressText, macText } from '../request/nic-request';
import type { Annotations } from '../context/pod-writer';

/** As Kube-OVN writes them. Of a Subnet with two families, only what goes with the addresses that are held. */
export function annotationsFor(provider: string, subnet: SubnetState, held: HeldAddress): Annotations {
  const { cidrs = [], gateways = [] } = subnet.definition ?? {};
  const isHeld = (family: Family): boolean => (family === 4 ? held.v4 : held.v6) !== undefined;
  const blocks = cidrs.filter(({ family }) => isHeld(family)).sort((a, b) => a.family - b.family);
  const gatewaysHere = blocks.map((block) =>
    gateways.find((gateway) => familyOf(gateway) === block.family && contains(block, gateway)),
  );
  const words = {
    ip_address: addressText(held),
    mac_address: macText(held),
    cidr: blocks.map(formatCidr).join(','),
    gateway: gatewaysHere
      .filter((gateway) => gateway !== undefined)
      .map(formatAddress)
      .join(','),
    logical_switch: subnet.name,
    allocated: 'true',
    routed: 'true',
  };
  return Object.fromEntries(
    Object.entries(words).map(([word, value]) => [nicAnnotation(provider, word), value]),
  );
}
