// Kinds whose objects leave something behind in the ledger when they vanish, each with its deletion guard.
import type { DeletionGuard } from '@holdfast/projection';

export const GUARDED = ['vips', 'subnets', 'rules', 'pools'] as const;
export type GuardedKind = (typeof GUARDED)[number];
export type GuardsByKind = Readonly<Record<GuardedKind, DeletionGuard>>;
