// What a person can put right before asking again; what the disk or the file has is a StoreFault.

/** Expected: nothing was changed. */
export interface CopyRefusal {
  readonly code:
    | 'LedgerNotFound'
    | 'BackupNotFound'
    | 'FileExists'
    | 'LedgerInUse'
    | 'BackupDamaged'
    | 'SameFile';
  readonly message: string;
}

export type CopyOutcome<Done> = { readonly done: Done } | { readonly refused: CopyRefusal };

export const refused = (code: CopyRefusal['code'], message: string): { readonly refused: CopyRefusal } => ({
  refused: { code, message },
});
