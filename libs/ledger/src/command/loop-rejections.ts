// What the command loop refuses, in the ledger's words.
import type { LoopRefusal } from '@holdfast/event-store';
import type { Rejection } from '@holdfast/ipam';

export function toRejection(refusal: LoopRefusal): Rejection {
  switch (refusal.code) {
    case 'CommandExpired': {
      const issuedAt = new Date(refusal.issuedAtMs).toISOString();
      const hours = refusal.windowMs / 3_600_000;
      return {
        code: 'CommandExpired',
        message: `The command was issued at ${issuedAt}, longer ago than the ${hours} hours for which commands are remembered; issue a new one if it is still wanted. If this one is new, set the caller’s clock right.`,
        facts: { issuedAt, windowHours: String(hours) },
      };
    }
    case 'CommandFromFuture':
      return {
        code: 'InvalidArgument',
        message: `options.issued_at: ${new Date(refusal.issuedAtMs).toISOString()} is in the future; set the caller's clock right.`,
        facts: { field: 'options.issued_at', now: new Date(refusal.nowMs).toISOString() },
      };
    case 'CommandIdReused':
      return {
        code: 'CommandIdReused',
        message: `The command id ${refusal.commandId} was used for another command; give each command an id of its own.`,
        facts: { commandId: refusal.commandId },
      };
    case 'UpgradeUnfinished': {
      const { form, level, needed } = refusal;
      return {
        code: 'UpgradeUnfinished',
        message: `It would be recorded as ${form}, which level ${needed} has, and this ledger is written at level ${level}, so that older planes can read it; once none of these lives, run \`holdfast upgrade --finish\`.`,
        facts: { event: form, level: String(level), needed: String(needed) },
      };
    }
  }
}
