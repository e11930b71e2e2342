// What is said of withheld addresses, written as text; like ./subnet-text.
import type { SettleAddress, WithheldParty, WithholdAddresses } from '../subnet';
import { address, holder } from './subnet-text';

/** `vip/a pod/default/b`: each said by one side. */
export const partiesOf = (text: string): WithheldParty[] =>
  text
    .split(' ')
    .map((party, at) => ({ holder: holder(party), saidBy: [at === 0 ? 'ledger' : 'northbound'] }));

/** The commands about withheld addresses that may be sent to the subnet. */
export function withheldIn(subnet: string) {
  return {
    withhold: (addresses: string, parties: string, because = 'two hold it'): WithholdAddresses => ({
      type: 'WithholdAddresses',
      subnet,
      addresses: addresses
        .split(/[ ,]+/)
        .map((text) => ({ address: address(text), parties: partiesOf(parties) })),
      because,
    }),
    settle: (text: string, whose?: string): SettleAddress => ({
      type: 'SettleAddress',
      subnet,
      address: address(text),
      ...(whose !== undefined && { holder: holder(whose) }),
      because: 'somebody looked',
    }),
  };
}
