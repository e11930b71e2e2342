// What the simulation has found in the product and is not mended yet: each is recognised as narrowly as it can be,
// counted and shown with every run, and everything beside it still ends the run. An entry goes when its defect does.
import type { Order } from '../world/order';
import type { Landed } from './history';

export const KNOWN_DEFECTS = {
  /**
   * Where several processes write: in which subnet a Vip is, is looked up before its command is decided there, and the
   * look-up asks the store only where nothing else of the name is under way. Another process may have claimed the name
   * since. The caller is told that there is no such Vip, though there is, or though its command was carried out.
   */
  'vip-looked-up-in-memory':
    'VipReservations peeks at the name and then asks the subnet, and nothing ties the two together',
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
