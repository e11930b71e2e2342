// What the objects of Kubernetes have the ledger do. Who holds and uses an address is not among it: the projector of Pods
// commands that.
import type { LedgerCommand } from '@holdfast/ledger';

export type KubeCommand = Extract<
  LedgerCommand,
  {
    readonly type:
      | 'DefineSubnet'
      | 'ReviseSubnet'
      | 'RetireSubnet'
      | 'DefinePool'
      | 'RetirePool'
      | 'ReserveVip'
      | 'ReviseVip'
      | 'ReleaseVip'
      | 'SetRetention'
      | 'SetLabels'
      | 'GrantParent'
      | 'WithdrawParent'
      | 'DefineRule'
      | 'ReviseRule'
      | 'RetireRule'
      | 'SetRuleBackends';
  }
>;
