// What the simulation has found in the product and is not mended yet: each is recognised as narrowly as it can be,
// counted and shown with every run, and everything beside it still ends the run. An entry goes when its defect does.
import type { Landed } from './history';
import type { Order } from '../world/order';
import type { VipNames } from './vip-names';

export const KNOWN_DEFECTS = {
  /**
   * A Vip's command that comes again is looked for in the stream of the subnet that has the name now. Where the name
   * has gone to another subnet since, the first reply is not found, and the caller is told of the present instead.
   */
  'vip-command-again-after-its-name-moved':
    'VipReservations asks the present subnet of the name, not the one in which the command was carried out; with clocks apart it is even carried out again, on another Vip of that name',
  /**
   * A loop that has nothing to append does not find out that another process has appended since: a second writer, or
   * an append of a process that is dead by now. What it refuses, or finds to be so already, was true of the state that
   * it has in memory, and need not be any more. With a store of one writer (SQLite) it cannot come to that.
   */
  'stale-answer-after-another-writer':
    'StreamLoop answers a command that leads to no event from memory, without asking the store',
  /** A command that led to several events, and comes again, is told what the first of them says instead of the last. */
  'told-the-first-of-several-events':
    'FirstReplies.find takes the first candidate that is of the command; its last event has the reply',
  /**
   * A Subnet that is being deleted under its holders, and was once refused something: as soon as that refusal's time is
   * over, its turns follow each other without a pause. The run ends there, because time does not pass any more.
   */
  'deleted-subnet-takes-all-turns':
    'SubnetReconciler.letGo returns the time of a refusal that nobody renews while the Subnet is in use: 0, for ever',
} as const;

export type KnownDefect = keyof typeof KNOWN_DEFECTS;

/** How often each was met. */
export class KnownDefects {
  readonly met = new Map<KnownDefect, number>();

  add(defect: KnownDefect): void {
    this.met.set(defect, (this.met.get(defect) ?? 0) + 1);
  }
}

const VIP_COMMANDS = ['ReserveVip', 'ReviseVip', 'ReleaseVip'];

/**
 * @param asked the subnet that answered
 * @param names which subnets have had which Vip names
 */
export function isVipNameMoved({ command }: Order, effect: Landed, asked: string, names: VipNames): boolean {
  if (!VIP_COMMANDS.includes(command.type) || !('name' in effect.event)) return false;
  // A claim that is on its way to the log shows already.
  return names.subnetsOf(effect.event.name) > 1 || asked !== effect.id;
}
