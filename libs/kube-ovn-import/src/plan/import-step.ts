// One thing that import would have the ledger do, for whom, and by which objects.
import type { ReserveVip, SubnetCommand } from '@holdfast/ipam';
import type { Source } from '../cluster/claim';

/** What import asks; the claim to a Vip's name is the server's to make. */
export type ImportCommand =
  | Extract<SubnetCommand, { readonly type: 'DefineSubnet' | 'DefinePool' | 'ReserveAddress' }>
  | Omit<ReserveVip, 'claim'>
  | Extract<
      SubnetCommand,
      { readonly type: 'AttachUser' | 'DetachUser' | 'SetRetention' | 'ReleaseAddress' }
    >;

export interface ImportStep {
  readonly command: ImportCommand;
  /** For whom it is: what has one `who` is done in order. */
  readonly who: string;
  /** The ledger has it so already. */
  readonly isSo: boolean;
  /** By which objects, the first of them the one that is recorded as the reason. */
  readonly sources: readonly Source[];
}
