// What stands against recording something: who is concerned, and which object says what. Nothing that a conflict holds
// back is recorded for anybody; people settle it.
import type { Rejection } from '@holdfast/ipam';
import { type Claim, evidenceText, type Source, type Stray } from './claim';

export const CONFLICT_CODES = [
  /** One address has two holders. */
  'AddressTwice',
  /** One MAC address has two holders in a Subnet. */
  'MacTwice',
  /** Objects disagree about what one holder has. */
  'EvidenceDiffers',
  /** Outside of its Subnet's blocks, a gateway, or the first or last address of a block. */
  'AddressUnusable',
  'SubnetUnknown',
  /** Kube-OVN never gave the Vip an address. */
  'VipWithoutAddress',
  /** A Vip's spec says something else than what it was given. */
  'VipEdited',
  /** Who uses a Vip is told in two ways. */
  'VipUserDiffers',
  /** More than one Pod uses what one holder has, and no migration says why. */
  'UsersDiffer',
  /** An object keeps an address for somebody who is not there. */
  'OwnerGone',
  /** It is being deleted, and something keeps it. */
  'Leaving',
  /** An object says what cannot be read. */
  'Unreadable',
  /** IPv6 with capital letters: Kube-OVN refuses it in places, and takes it for another address in others. */
  'UpperCaseAddress',
  /** How many addresses Kube-OVN counts, or which, is not what its objects say. */
  'CountsDiffer',
  /** The ledger has something else already. */
  'LedgerDiffers',
  /** The ledger would refuse it for another reason. */
  'Refused',
  /** A port in the Northbound has an address that no object names. */
  'PortUnexplained',
  /** An address is held back from an import before, and no object names it any more. */
  'HeldBack',
  /** Kube-OVN's controller is at work. */
  'KubeOvnRuns',
] as const;
export type ConflictCode = (typeof CONFLICT_CODES)[number];

export interface Party {
  /** A holder, or a name of what is no holder: `subnet/ovn-default`, `nobody`, `the ledger`. */
  readonly who: string;
  readonly evidence: readonly string[];
}

export interface ImportConflict {
  readonly code: ConflictCode;
  /** '' when it is of none. */
  readonly subnet: string;
  /** An address, a MAC address, a name. */
  readonly about: string;
  readonly parties: readonly Party[];
  /** What is wrong and what to do about it. */
  readonly message: string;
  /** What is not recorded because of it: holders, `subnet/<name>`, `pool/<subnet>/<name>`. Empty: all is. */
  readonly heldBack: readonly string[];
}

/** An object of which nothing is recorded, and the addresses that it names all the same. */
export interface Unrecorded {
  readonly conflict: ImportConflict;
  readonly strays: readonly Stray[];
}

export function partyOf(who: string, claims: readonly Pick<Claim, 'source' | 'held' | 'subnet'>[]): Party {
  return { who, evidence: claims.map(evidenceText) };
}

/** @param why without a full stop */
export function unreadableConflict(source: Source, who: string, subnet: string, why: string): ImportConflict {
  return {
    code: 'Unreadable',
    subnet,
    about: source.object,
    parties: [{ who, evidence: [`${source.object} (${source.part}): ${why}`] }],
    message: `${source.object} cannot be read: ${why}. Correct it.`,
    heldBack: [who],
  };
}

/** In words, without what an InvalidArgument's field is called in a command. */
export const reasonOf = ({ message }: Rejection): string => message.replace(/\.$/, '');
