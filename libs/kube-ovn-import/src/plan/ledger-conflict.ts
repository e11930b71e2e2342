// What the ledger would refuse, as a conflict between what the cluster says and what the ledger has.
import type { AnyFacts, RejectionCode } from '@holdfast/ipam';
import { type Claim, evidenceText, type Source } from '../cluster/claim';
import type { ImportConflict, ConflictCode } from '../cluster/conflict';
import type { ImportCommand } from './import-step';

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
  command: Pick<ImportCommand, 'subnet'>,
  who: string,
  sources: readonly Source[],
  claims: readonly Claim[],
  { code, message, facts }: { readonly code: string; readonly message: string; readonly facts: AnyFacts },
): ImportConflict {
  const said =
    claims.length > 0 ? claims.map(evidenceText) : sources.map(({ object, part }) => `${object} (${part})`);
  const conflict = CODES[code as RejectionCode] ?? 'Refused';
  const { address, holder } = facts;
  const other = holder !== undefined && holder !== who ? holder : undefined;
  return {
    code: conflict,
    subnet: command.subnet,
    about: address ?? who,
    parties: [
      { who, evidence: said },
      {
        who: other ?? (conflict === 'AddressUnusable' ? `subnet/${command.subnet}` : 'the ledger'),
        evidence: [`the ledger: ${code}: ${message}`],
      },
    ],
    message: `${who} cannot be recorded: ${message}`,
    heldBack: [who],
  };
}
