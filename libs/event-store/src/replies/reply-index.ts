// Which replies there are, in memory: numbers by the hash of a command's id, and how much of them is kept. What a reply
// says is read from where it is stored; whoever asks sees there whether it is really the command's.
import { CommandIndex } from './command-index';
import type { Reply } from '../port/reply-store';
import { BOUNDS, type BoundsOptions, type Forgotten, ReplyBounds, UNITS_EACH } from './reply-bounds';

/**
 * Until when replies were forgotten already when this one was remembered: the caller's, and everybody's. Stored with it, so
 * that a restart knows; `null` is what JSON makes of never.
 */
export interface ForgottenUntil {
  readonly callerMs: number | null;
  readonly allMs: number | null;
}

export class ReplyIndex {
  private readonly numbers: CommandIndex;
  private readonly bounds: ReplyBounds;
  private last = 0;

  constructor(options: BoundsOptions = BOUNDS) {
    this.bounds = new ReplyBounds(options);
    // By count alone: replies go when what they weigh is too much, or when the window, which their store is told, is over.
    this.numbers = new CommandIndex(Infinity, Math.ceil(options.unitsMax / UNITS_EACH));
  }

  /** Gives the reply its number, greater than all before. */
  add(reply: Reply, sinceMs: number): { readonly number: number; readonly forgotten: Forgotten[] } {
    const number = this.last + 1;
    return { number, forgotten: this.put(number, reply, sinceMs) };
  }

  /** One that has a number, from where it is stored; in their order. */
  put(number: number, reply: Reply, sinceMs = -Infinity): Forgotten[] {
    this.last = number;
    this.numbers.add(reply.commandId, number, reply.atMs);
    return this.bounds.add(number, reply, sinceMs);
  }

  mayHave(commandId: string): boolean {
    return this.numbers.mayHave(commandId);
  }

  /** Numbers of replies that may be this command's, the first first. */
  candidates(commandId: string): number[] {
    return this.numbers.candidates(commandId).sort((a, b) => a - b);
  }

  forgottenUntilMs(caller: string): number {
    return this.bounds.forgottenUntilMs(caller);
  }

  forgottenUntil(caller: string): ForgottenUntil {
    return { callerMs: this.forgottenUntilMs(caller), allMs: this.bounds.allUntilMs };
  }

  raise(caller: string, { callerMs, allMs }: ForgottenUntil): void {
    this.bounds.raise(caller, callerMs ?? -Infinity, allMs ?? -Infinity);
  }
}
