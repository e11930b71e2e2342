// Expected refusals, as values: a code, what was asked and on what, and what would fix it.

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
] as const;

export type RejectionCode = (typeof REJECTION_CODES)[number];

/** What codes were called before, for whoever reads them back from an older server or a record. */
export const FORMER_REJECTION_CODES: Readonly<Record<string, RejectionCode>> = {
  HolderHoldsOther: 'HolderHasDifferentAddress',
  FrontTaken: 'VipPortTaken',
  VipUnsuited: 'VipTypeMismatch',
};

export interface Rejection {
  readonly code: RejectionCode;
  /** One sentence for people: what was asked, on what, why not, and what would fix it. */
  readonly message: string;
  /** The same for programs. */
  readonly facts: Readonly<Record<string, string>>;
}

export function reject(
  code: RejectionCode,
  message: string,
  facts: Readonly<Record<string, string>> = {},
): { readonly rejected: Rejection } {
  return { rejected: { code, message, facts } };
}

/** Bad input, by the name of the field that is bad. */
export function invalid(field: string, message: string): { readonly rejected: Rejection } {
  return reject('InvalidArgument', `${field}: ${message}`, { field });
}
