// Why a side is not to be written to: what is found there of which ledger. It compares nothing.

/** Why a side is not to be written to. */
export const FENCE_REASONS = ['OtherLedger', 'LedgerBehind', 'Forked', 'UnknownIncarnation'] as const;
export type FenceReason = (typeof FENCE_REASONS)[number];
