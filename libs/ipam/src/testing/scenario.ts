// Given/when/then for any aggregate of this library, on a clock that only the test moves. Every event goes through
// its stored form on the way, and every reply is compared with the reply to a redelivered command, so that
// each specification shows both besides what it is about. It knows nothing of stores or of the command loop.
import assert from 'node:assert/strict';
import type { Rejection, RejectionCode } from '../rejection';

export interface DeciderUnderTest<State, Command, Event, Reply> {
  initial(id: string): State;
  evolve(state: State, event: Event, atMs: number): State;
  decide(
    command: Command,
    state: NoInfer<State>,
    moment: { readonly nowMs: number; readonly issuedAtMs: number },
  ): Decision<Event, Reply>;
  replyTo(event: Event): Reply;
  readonly codec: {
    encode(event: Event): { readonly type: string; readonly data: string };
    decode(stored: { readonly type: string; readonly data: string }): Event;
  };
}

type Decision<Event, Reply> =
  | { readonly events: readonly Event[]; readonly reply: Reply; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

/** Where the clock of every scenario starts: 2026-01-01T00:00:00Z. */
export const SCENARIO_START_MS = Date.UTC(2026, 0, 1);

export const scenario = <State, Command, Event, Reply>(
  decider: DeciderUnderTest<State, Command, Event, Reply>,
  id: string,
): Scenario<State, Command, Event, Reply> => new Scenario(decider, id);

export class Scenario<State, Command, Event, Reply> {
  nowMs = SCENARIO_START_MS;
  state: State;
  /** All that happened. */
  readonly events: Event[] = [];

  constructor(
    private readonly decider: DeciderUnderTest<State, Command, Event, Reply>,
    id: string,
  ) {
    this.state = decider.initial(id);
  }

  /** History: what happened until now, as events. */
  given(...events: readonly Event[]): this {
    for (const event of events) {
      this.state = this.decider.evolve(this.state, this.remember(event), this.nowMs);
      this.events.push(event);
    }
    return this;
  }

  /** History, by the commands that led to it; each of them must be accepted. */
  after(...commands: readonly Command[]): this {
    for (const command of commands) {
      const { decision } = this.when(command);
      assert.ok(!decision.rejected, decision.rejected?.message);
    }
    return this;
  }

  /** Lets time pass. */
  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** @param issuedAtMs when the caller issued the command; absent: now */
  when(command: Command, issuedAtMs = this.nowMs): ScenarioOutcome<State, Command, Event, Reply> {
    const decision = this.decider.decide(command, this.state, { nowMs: this.nowMs, issuedAtMs });
    if (!decision.rejected) {
      const last = decision.events.at(-1);
      if (last) assert.deepEqual(bare(this.decider.replyTo(last)), bare(decision.reply));
      this.given(...decision.events);
    }
    return new ScenarioOutcome(this, decision);
  }

  private remember(event: Event): Event {
    const remembered = this.decider.codec.decode(this.decider.codec.encode(event));
    assert.deepEqual(bare(remembered), bare(event));
    return remembered;
  }
}

export class ScenarioOutcome<State, Command, Event, Reply> {
  constructor(
    private readonly scenario: Scenario<State, Command, Event, Reply>,
    readonly decision: Decision<Event, Reply>,
  ) {}

  /** The command was accepted and led to exactly these events. */
  then(...events: readonly Event[]): Scenario<State, Command, Event, Reply> {
    assert.deepEqual(bare(this.decision.rejected ?? this.decision.events), bare(events));
    return this.scenario;
  }

  /** What was asked is already so: no event, and the reply says at least this. */
  thenAlready(reply: Partial<Reply> = {}): Scenario<State, Command, Event, Reply> {
    this.then();
    assert.ok(!this.decision.rejected);
    assert.partialDeepStrictEqual(bare(this.decision.reply), bare(reply));
    return this.scenario;
  }

  /** The command was refused with this code, at least these facts, and a message that says all of `words`. */
  thenRefused(
    code: RejectionCode,
    facts: Readonly<Record<string, string>> = {},
    ...words: readonly string[]
  ): Scenario<State, Command, Event, Reply> {
    const { rejected } = this.decision;
    assert.ok(rejected, `expected ${code}, but the command was accepted`);
    assert.equal(rejected.code, code, rejected.message);
    assert.partialDeepStrictEqual(rejected.facts, facts);
    for (const word of words) assert.ok(rejected.message.includes(word), `"${word}" in: ${rejected.message}`);
    return this.scenario;
  }
}

/** Without the keys whose value is `undefined`: to us they are absent. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, bare(inner)]));
}
