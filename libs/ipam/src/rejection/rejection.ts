// Expected refusals, as values: a code, what was asked and on what, and what would fix it.
import type { FactName, RejectionFacts } from './rejection-facts';

export const REJECTION_CODES = [
  'InvalidArgument',
  'SubnetNotFound',
  'SubnetExists',
  'SubnetInUse',
  'SubnetExhausted',
  'FamilyUnavailable',
  'AddressOutOfRange',
  'AddressNotUsable',
  'AddressTaken',
  'AddressCooling',
  'AddressWithheld',
  'MacTaken',
  'HolderHasDifferentAddress',
  'ReservationNotFound',
  'VipExists',
  'VipNotFound',
  'VipNameTaken',
  'VipInUse',
  'VipTypeMismatch',
  'RuleExists',
  'RuleNotFound',
  'VipPortTaken',
  'LimitReached',
  'ReservationInUse',
  'UserNotFound',
  'PoolNotFound',
  'PortTaken',
  'CommandExpired',
  'CommandIdReused',
  'Fenced',
] as const;

export type RejectionCode = (typeof REJECTION_CODES)[number];

/** What codes were called before, for whoever reads them back from an older server or a record. */
export const FORMER_REJECTION_CODES: Readonly<Record<string, RejectionCode>> = {
  HolderHoldsOther: 'HolderHasDifferentAddress',
  FrontTaken: 'VipPortTaken',
  VipUnsuited: 'VipTypeMismatch',
};

/** One code's. `Code` is always one: the facts go with it. */
export interface RejectionOf<Code extends RejectionCode> {
  readonly code: Code;
  /** One sentence for people: what was asked, on what, why not, and what would fix it. */
  readonly message: string;
  /** The same for programs. */
  readonly facts: RejectionFacts[Code];
}

export type Rejection = { [Code in RejectionCode]: RejectionOf<Code> }[RejectionCode];

export function reject<Code extends RejectionCode>(
  code: Code,
  message: string,
  facts: RejectionFacts[Code],
): { readonly rejected: RejectionOf<Code> } {
  return { rejected: { code, message, facts } };
}

/** Facts of whatever code. */
export type AnyFacts = Readonly<Partial<Record<FactName, string>>>;

/** All that a rejection says to programs, for who does not go by its code. */
export const factsOf = ({ facts }: Pick<Rejection, 'facts'>): AnyFacts => facts;

/** Bad input, by the name of the field that is bad. */
export function invalid(
  field: string,
  message: string,
): { readonly rejected: RejectionOf<'InvalidArgument'> } {
  return reject('InvalidArgument', `${field}: ${message}`, { field });
}
