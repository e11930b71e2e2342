// One live subscription to $all for all who want hints. When it breaks it is made again, later and later; what came
// in between is hinted at once when it stands again.
import { Backoff, type Cancel, type Chance, type Clock } from '@holdfast/clock';
import type { Connection, Responses } from './connection';
import { eventOf, subscriptionRequest } from './read-messages';

const RESUBSCRIBE = { firstMs: 50, maxMs: 5_000 };

export class Hints {
  private readonly wanted = new Set<() => void>();
  private readonly backoff: Backoff;
  private responses: Responses | undefined;
  private cancelRetry: Cancel | undefined;
  private isSubscribing = false;
  private isAgain = false;

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    chance: Chance,
  ) {
    this.backoff = new Backoff(RESUBSCRIBE, chance);
  }

  add(hint: () => void): () => void {
    const own = (): void => hint();
    this.wanted.add(own);
    if (!this.isSubscribing) void this.subscribe();
    return () => {
      this.wanted.delete(own);
      if (this.wanted.size === 0) this.stop();
    };
  }

  stop(): void {
    this.wanted.clear();
    this.cancelRetry?.();
    this.responses?.cancel();
    this.responses = undefined;
    this.isSubscribing = false;
    this.isAgain = false;
  }

  private async subscribe(): Promise<void> {
    this.isSubscribing = true;
    try {
      const responses = await this.connection.read(subscriptionRequest());
      this.responses = responses;
      const broken = (): void => this.retry(responses);
      responses.on('error', broken);
      responses.on('end', broken);
      responses.on('data', (response) => {
        if (response.hasConfirmation()) this.stands();
        else if (eventOf(response)) this.hint();
      });
      if (!this.isSubscribing) responses.cancel();
    } catch {
      this.retry(undefined);
    }
  }

  private stands(): void {
    this.backoff.reset();
    if (this.isAgain) this.hint();
    this.isAgain = true;
  }

  /** Once for each subscription that broke, however often it says so. */
  private retry(broken: Responses | undefined): void {
    if (!this.isSubscribing || this.responses !== broken) return;
    this.responses = undefined;
    this.cancelRetry?.();
    this.cancelRetry = this.clock.after(this.backoff.nextDelayMs(), () => void this.subscribe());
  }

  private hint(): void {
    for (const hint of [...this.wanted]) hint();
  }
}
