// What the simulation has found in the product and is not mended yet: each is recognised as narrowly as it can be,
// counted and shown with every run, and everything beside it still ends the run. An entry goes when its defect does.
import type { Order } from '../world/order';
import type { Landed } from './history';

export const KNOWN_DEFECTS = {
  /**
   * Where several processes write: in which subnet a Vip is, is looked up in the memory of its name's loop, which does
   * not find out that another process has claimed the name since. The caller is told that there is no such Vip, though
   * there is, or though its command was carried out.
   */
  'vip-looked-up-in-memory':
    'VipReservations peeks at the name, and CommandLoop.peek does not ask the store where hasOtherWriters is set',
  /**
   * A ReserveVip that comes again after its Vip was released, and its name claimed by another subnet, is refused: the
   * name is claimed before it is asked whether the command was carried out.
   */
  'vip-name-claimed-before-recalling':
    'VipReservations.reserve does not ask `toldIn([command.subnet], ...)` before it claims the name',
} as const;

export type KnownDefect = keyof typeof KNOWN_DEFECTS;

/** How often each was met. */
export class KnownDefects {
  readonly met = new Map<KnownDefect, number>();

  add(defect: KnownDefect): void {
    this.met.set(defect, (this.met.get(defect) ?? 0) + 1);
  }
}

/** Whether another subnet was asked than the one that carried the command out. */
export const isLookedUpWrongly = ({ command }: Order, effect: Landed, asked: string): boolean =>
  (command.type === 'ReviseVip' || command.type === 'ReleaseVip') && asked !== effect.id;
