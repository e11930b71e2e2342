// How the commands of this process ended, and how long each took: counted where all of them come by, whichever transport or
// projector they came from. A count costs nanoseconds; what is made of them is for whoever asks (../metrics).
import { type Clock } from '@holdfast/clock';
import type { LedgerCommand, LedgerOutcome } from '@holdfast/ledger';
import { Distribution, LATENCY_BUCKETS_SECONDS } from './distribution';

/** `failed`: neither decided nor refused; the store or the loop could not. */
export type CommandResult = 'accepted' | 'rejected' | 'failed';

interface FailingCommands {
  readonly fault: unknown;
  /** Of the first since one succeeded, epoch milliseconds. */
  readonly sinceMs: number;
  /** Of the last. */
  readonly lastMonotonicMs: number;
}

export class CommandCounts {
  /** By type and result. */
  readonly durations = new Map<string, Map<CommandResult, Distribution>>();
  /** By the rejection's code. */
  readonly rejections = new Map<string, number>();
  /** By the fault's code. */
  readonly faults = new Map<string, number>();
  underWay = 0;
  failing: FailingCommands | undefined;

  constructor(private readonly clock: Clock) {}

  async count(type: LedgerCommand['type'], executing: () => Promise<LedgerOutcome>): Promise<LedgerOutcome> {
    const startedMs = this.clock.monotonic();
    this.underWay += 1;
    try {
      const outcome = await executing();
      this.ended(type, outcome.rejected ? 'rejected' : 'accepted', startedMs);
      if (outcome.rejected) raise(this.rejections, outcome.rejected.code);
      else this.failing = undefined;
      return outcome;
    } catch (fault) {
      this.ended(type, 'failed', startedMs);
      raise(this.faults, (fault as { readonly code?: string })?.code ?? 'defect');
      const sinceMs = this.failing?.sinceMs ?? this.clock.now();
      this.failing = { fault, sinceMs, lastMonotonicMs: this.clock.monotonic() };
      throw fault;
    } finally {
      this.underWay -= 1;
    }
  }

  private ended(type: string, result: CommandResult, startedMs: number): void {
    let ofType = this.durations.get(type);
    if (!ofType) this.durations.set(type, (ofType = new Map()));
    let durations = ofType.get(result);
    if (!durations) ofType.set(result, (durations = new Distribution(LATENCY_BUCKETS_SECONDS)));
    durations.observe((this.clock.monotonic() - startedMs) / 1_000);
  }
}

function raise(counts: Map<string, number>, of: string): void {
  counts.set(of, (counts.get(of) ?? 0) + 1);
}
