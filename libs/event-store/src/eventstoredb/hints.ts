// One live subscription to $all for all who want hints. When it breaks it is made again, later and later; what came
// in between is hinted at once when it stands again.
import { Backoff, type Cancel, type Chance, type Clock } from '@holdfast/clock';
import type { Connection } from './connection';
import { eventOf, subscriptionRequest } from './read-messages';

const RESUBSCRIBE = { firstMs: 50, maxMs: 5_000 };

/** From asking for a subscription to its end. */
interface Attempt {
  isOver: boolean;
  cancel: () => void;
}

export class Hints {
  private readonly hinted = new Set<() => void>();
  private readonly backoff: Backoff;
  private attempt: Attempt | undefined;
  private cancelRetry: Cancel | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    chance: Chance,
  ) {
    this.backoff = new Backoff(RESUBSCRIBE, chance);
  }

  add(hint: () => void): () => void {
    const own = (): void => hint();
    this.hinted.add(own);
    if (!this.attempt) this.begin(false);
    return () => {
      this.hinted.delete(own);
      if (this.hinted.size === 0) this.stop();
    };
  }

  stop(): void {
    this.hinted.clear();
    this.cancelRetry?.();
    if (this.attempt) end(this.attempt);
    this.attempt = undefined;
  }

  private begin(isAgain: boolean): void {
    this.attempt = { isOver: false, cancel: () => undefined };
    void this.subscribe(this.attempt, isAgain);
  }

  private async subscribe(attempt: Attempt, isAgain: boolean): Promise<void> {
    const retry = (): void => {
      if (attempt.isOver) return;
      end(attempt);
      this.cancelRetry = this.clock.after(this.backoff.nextDelayMs(), () => this.begin(true));
    };
    try {
      const responses = await this.connection.read(subscriptionRequest());
      attempt.cancel = () => responses.cancel();
      responses.on('error', retry);
      responses.on('end', retry);
      responses.on('data', (response) => {
        if (response.hasConfirmation()) this.backoff.reset();
        if (eventOf(response) || (response.hasConfirmation() && isAgain)) this.hint();
      });
      if (attempt.isOver) responses.cancel();
    } catch {
      retry();
    }
  }

  private hint(): void {
    for (const hint of [...this.hinted]) hint();
  }
}

function end(attempt: Attempt): void {
  attempt.isOver = true;
  attempt.cancel();
}
