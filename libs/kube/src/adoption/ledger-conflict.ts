// What the ledger would refuse, as a conflict between what the cluster says and what the ledger has.
import type { AnyFacts, RejectionCode } from '@holdfast/ipam';
import { type Claim, evidenceText, type Source } from './claim';
import type { Conflict, ConflictCode } from './conflict';
import type { AdoptionOrder } from './rehearsal';

const CODES: Partial<Record<RejectionCode, ConflictCode>> = {
  AddressOutOfRange: 'AddressUnusable',
  AddressNotUsable: 'AddressUnusable',
  FamilyUnavailable: 'AddressUnusable',
  AddressTaken: 'LedgerDiffers',
  MacTaken: 'LedgerDiffers',
  PortTaken: 'LedgerDiffers',
  HolderHasDifferentAddress: 'LedgerDiffers',
  ReservationInUse: 'LedgerDiffers',
  SubnetExists: 'LedgerDiffers',
  SubnetInUse: 'LedgerDiffers',
  VipExists: 'LedgerDiffers',
  VipNameTaken: 'LedgerDiffers',
};

export function refusedByLedger(
  order: Pick<AdoptionOrder, 'subnet'>,
  who: string,
  sources: readonly Source[],
  claims: readonly Claim[],
  { code, message, facts }: { readonly code: string; readonly message: string; readonly facts: AnyFacts },
): Conflict {
  const said =
    claims.length > 0 ? claims.map(evidenceText) : sources.map(({ object, part }) => `${object} (${part})`);
  const conflict = CODES[code as RejectionCode] ?? 'Refused';
  const { address, holder } = facts;
  const other = holder !== undefined && holder !== who ? holder : undefined;
  return {
    code: conflict,
    subnet: order.subnet,
    about: address ?? who,
    parties: [
      { who, evidence: said },
      {
        who: other ?? (conflict === 'AddressUnusable' ? `subnet/${order.subnet}` : 'the ledger'),
        evidence: [`the ledger: ${code}: ${message}`],
      },
    ],
    message: `${who} cannot be recorded: ${message}`,
    heldBack: [who],
  };
}
