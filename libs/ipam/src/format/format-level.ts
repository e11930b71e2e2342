// At which level each stored form of an event came: the one table of it. A ledger is written at one level (../ledger-record),
// and a form above it is never written there, because a plane may live that cannot read it; `holdfast upgrade --finish` raises it.
// It decides nothing: the command loop asks it of each event before it is appended. infra/docs/adr/0031 has the reasons.
import { LEVEL_OF_LEVELS, type STORED_LEDGER_RECORD_EVENTS } from '../ledger-record';
import type { StoredSubnetType } from '../subnet';
import type { STORED_VIP_NAME_EVENTS } from '../vip-name';

export type StoredEventType =
  | StoredSubnetType
  | (typeof STORED_VIP_NAME_EVENTS)[number]
  | (typeof STORED_LEDGER_RECORD_EVENTS)[number];

/** The highest level that this program reads and writes. A new form takes the next one, once a version was given out with this. */
export const FORMAT_LEVEL = 2;

/** Exhaustive: a form without its level does not compile. What stands here is contract, and never changes. */
// prettier-ignore
export const LEVEL_OF_FORM: Readonly<Record<StoredEventType, number>> = {
  'SubnetDefined.v1': 1,
  'SubnetDefined.v2': 1,
  'SubnetRetired.v1': 1,
  'SubnetRevised.v1': 1,
  'SubnetRevised.v2': 1,
  'AddressMoved.v1': 1,
  'AddressMoved.v2': 1,
  'AddressReleased.v1': 1,
  'AddressReleased.v2': 1,
  'AddressReserved.v1': 1,
  'AddressReserved.v2': 1,
  'VipReleased.v1': 1,
  'VipReserved.v1': 1,
  'VipReserved.v2': 1,
  'VipRevised.v1': 1,
  'ParentGranted.v1': 1,
  'ParentWithdrawn.v1': 1,
  'RuleBackendsChanged.v1': 1,
  'RuleDefined.v1': 1,
  'RuleRetired.v1': 1,
  'RuleRevised.v1': 1,
  'UserAttached.v1': 1,
  'UserAttached.v2': 1,
  'UserDetached.v1': 1,
  'ReservationRetained.v1': 1,
  'RetentionEnded.v1': 1,
  'RetentionSet.v1': 1,
  'LabelsSet.v1': 1,
  'LedgerFounded.v1': 1,
  'VipNameClaimed.v1': 1,
  'VipNameFreed.v1': 1,
  'VipNameYielded.v1': 1,
  'IncarnationStarted.v1': 1,
  'SideFenced.v1': 1,
  'FenceLifted.v1': 1,

  'LedgerFounded.v2': LEVEL_OF_LEVELS,
  'IncarnationStarted.v2': LEVEL_OF_LEVELS,
  'FormatLevelRaised.v1': LEVEL_OF_LEVELS,
  'AddressWithheld.v1': 2,
  'AddressSettled.v1': 2,
  'SideRecovered.v1': 2,
};

/** @throws RangeError for a form that no program ever writes */
export function levelOfForm(form: string): number {
  if (!Object.hasOwn(LEVEL_OF_FORM, form)) throw new RangeError(`no level is known for stored event ${form}`);
  return LEVEL_OF_FORM[form as StoredEventType];
}

/** The forms that a ledger at `level` has not, and one at `toLevel` may have. */
export const formsBetween = (level: number, toLevel: number): readonly string[] =>
  Object.entries(LEVEL_OF_FORM)
    .filter(([, came]) => came > level && came <= toLevel)
    .map(([form]) => form)
    .sort();
