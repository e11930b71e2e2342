// Ports in the Northbound whose address no object names: what Kube-OVN left behind, or somebody whom it does not know.
// OVN answers for the address all the same.
import { type Address, formatAddress } from '@holdfast/ipam';
import type { Stray } from '../cluster/claim';
import type { ImportConflict } from '../cluster/conflict';
import { isHeldBack } from './held-back';
import type { Rehearsal } from './rehearsal';

/** An address that a Logical_Switch_Port has. */
export interface PortAddress {
  /** Name of the switch, as of the Subnet. */
  readonly subnet: string;
  readonly address: Address;
  readonly port: string;
  /** Of its row. */
  readonly uuid: string;
}

export const straysOf = (ports: readonly PortAddress[]): Stray[] =>
  ports.map(({ subnet, address, port, uuid }) => ({
    subnet,
    held: typeof address === 'number' ? { v4: address } : { v6: address },
    source: { object: `Logical_Switch_Port/${port}`, uid: uuid, resourceVersion: '', part: 'addresses' },
  }));

/** @param named every address that some object names */
export function unexplainedPorts(
  ports: readonly PortAddress[],
  named: readonly Pick<Stray, 'subnet' | 'held'>[],
  rehearsal: Rehearsal,
): ImportConflict[] {
  const known = new Set(
    named.map(({ subnet, held }) => [`${subnet} ${held.v4}`, `${subnet} ${held.v6}`]).flat(),
  );
  return ports.flatMap(({ subnet, address, port }) => {
    const holder = rehearsal.holderOf(subnet, address);
    if (holder === undefined || !isHeldBack(holder) || known.has(`${subnet} ${address}`)) return [];
    const text = formatAddress(address);
    const conflict: ImportConflict = {
      code: 'PortUnexplained',
      subnet,
      about: text,
      parties: [
        { who: `port/${port}`, evidence: [`Logical_Switch_Port ${port} (addresses): ${text} in ${subnet}`] },
        {
          who: 'nobody',
          evidence: ['no object of the cluster names the address, and nobody holds it in the ledger'],
        },
      ],
      message: `Logical_Switch_Port ${port} has ${text}, for which OVN answers, and nobody is known to have it; it is held back. If nobody uses it: ovn-nbctl lsp-del ${port}; else reserve it for who does.`,
      heldBack: [],
    };
    return [conflict];
  });
}
