// Which commands may give out an address, whatever else they do: those wait while nobody knows whether it is free (record/
// side-comparisons.ts). Whether one does in the end is for the Subnet to decide.
import type { LedgerCommand } from './ledger-command';

/** A rule's health checks are sent from an address of their own (`HEALTH_CHECK_SOURCE`), which the first such rule takes. */
type Gives = boolean | 'with health checks';

/** Of each command: the compiler asks for it. */
const GIVES: Readonly<Record<LedgerCommand['type'], Gives>> = {
  DefineSubnet: false,
  ReviseSubnet: false,
  RetireSubnet: false,
  DefinePool: false,
  RetirePool: false,
  ReserveAddress: true,
  MoveAddress: true,
  ReleaseAddress: false,
  ReserveVip: true,
  ReviseVip: true,
  ReleaseVip: false,
  AttachUser: false,
  DetachUser: false,
  EndOwner: false,
  MovePrimary: false,
  ReleaseExpired: false,
  SetRetention: false,
  GrantParent: false,
  WithdrawParent: false,
  DefineRule: 'with health checks',
  ReviseRule: 'with health checks',
  RetireRule: false,
  SetRuleBackends: false,
  // An operator's word on who has what is withheld: nothing is chosen, and it is part of how a fence ends.
  WithholdAddresses: false,
  SettleAddress: false,
  SetLabels: false,
};

export function givesAddress(command: LedgerCommand): boolean {
  const gives = GIVES[command.type];
  return gives === 'with health checks' ? 'healthCheck' in command && command.healthCheck : gives;
}
