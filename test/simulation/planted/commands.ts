// Bugs at the ledger's transports and on the way there: answers that nobody gave, commands under other names, and refusals
// that were true once.
import type { CommandEnvelope } from '@holdfast/event-store';
import { reject } from '@holdfast/ipam';
import type { LedgerCommand, LedgerOutcome } from '@holdfast/ledger';
import { Bus } from '../world/bus';
import type { Planted, Surroundings } from '../world/surroundings';
import { type PlantedBug, bug } from './planted-bug';

type Execute = (envelope: CommandEnvelope<LedgerCommand>) => Promise<LedgerOutcome>;

/** @param make given one world, how its transports hand commands on */
const onExecute = (make: (world: Surroundings) => (inner: Execute) => Execute): Planted => {
  const made = new WeakMap<Surroundings, (inner: Execute) => Execute>();
  return {
    execute: (ledger, world) => {
      const known = made.get(world) ?? make(world);
      made.set(world, known);
      return { execute: known((envelope) => ledger.execute(envelope)) };
    },
  };
};

const answer = (commandId: string, outcome: object): LedgerOutcome =>
  ({ subnet: '', commandId, ...outcome }) as unknown as LedgerOutcome;

class EagerBus extends Bus {
  constructor(private readonly world: Surroundings) {
    super(world.scheduler, world.faults);
  }

  override send(deliver: () => void): void {
    super.send(deliver);
    if (this.world.history.length > 30) this.world.scheduler.after(0, () => this.send(deliver));
  }
}

export const COMMAND_BUGS: readonly PlantedBug[] = [
  bug(
    'answered-without-being-asked',
    'D26',
    'first-reply',
    onExecute((world) => (execute) => async (envelope) => {
      const { commandId = '', command } = envelope;
      if (command.type !== 'ReserveAddress' || !commandId.endsWith('7')) return execute(envelope);
      return answer(commandId, { reply: {}, position: String(world.history.length) });
    }),
  ),
  bug(
    'sent-on-under-another-id',
    'the classics',
    'first-reply',
    onExecute(() => (execute) => async (envelope) => {
      const renamed = await execute({ ...envelope, commandId: `${envelope.commandId}-again` });
      return { ...renamed, commandId: envelope.commandId as string };
    }),
  ),
  bug(
    'answers-remembered-by-content',
    'terraform-provider-netbox #59',
    'first-reply',
    onExecute(() => {
      const remembered = new Map<string, LedgerOutcome>();
      return (execute) => async (envelope) => {
        const { type, ...rest } = envelope.command;
        if (type !== 'ReserveAddress') return execute(envelope);
        const content = JSON.stringify(Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`));
        const known = remembered.get(content) ?? (await execute(envelope));
        if (!known.rejected) remembered.set(content, known);
        return { ...known, commandId: envelope.commandId as string };
      };
    }),
  ),
  bug(
    'refusals-remembered-for-ever',
    'metallb #1984',
    'true-answer',
    onExecute(() => {
      const refused = new Map<string, LedgerOutcome>();
      return (execute) => async (envelope) => {
        const { command } = envelope;
        if (command.type !== 'ReserveAddress') return execute(envelope);
        const known = refused.get(command.holder) ?? (await execute(envelope));
        if (known.rejected) refused.set(command.holder, known);
        return { ...known, commandId: envelope.commandId as string };
      };
    }),
  ),
  bug(
    'fault-told-as-refusal',
    'D26',
    'first-reply',
    onExecute(() => (execute) => async (envelope) => {
      const full = reject('SubnetExhausted', 'nothing is free', { subnet: 'any', family: 'IPv4' });
      return execute(envelope).catch(() => answer(envelope.commandId as string, full));
    }),
  ),
  bug(
    'window-cut-short',
    'NATS deduplication window',
    'true-answer',
    onExecute((world) => (execute) => async (envelope) => {
      const ageMs = Date.UTC(2026, 0, 1) + world.scheduler.nowMs - (envelope.issuedAtMs ?? 0);
      if (ageMs < 5_000) return execute(envelope);
      const expired = reject('CommandExpired', 'too old', { issuedAt: '', windowHours: '24' });
      return answer(envelope.commandId as string, expired);
    }),
  ),
  bug(
    'said-to-be-from-the-future',
    'the classics',
    'first-reply',
    onExecute(() => (execute) => async (envelope) => {
      if (!envelope.commandId?.endsWith('9')) return execute(envelope);
      return answer(envelope.commandId, reject('InvalidArgument', 'future', { field: 'options.issued_at' }));
    }),
  ),
  bug(
    'told-what-is-now',
    'pynetbox #396',
    'first-reply',
    onExecute((world) => (execute) => async (envelope) => {
      const outcome = await execute(envelope);
      return outcome.rejected ? outcome : { ...outcome, position: String(world.history.length) };
    }),
  ),
  bug(
    'some-are-never-answered',
    'whereabouts #712',
    'everything-answered',
    onExecute(
      () => (execute) => (envelope) =>
        envelope.commandId?.endsWith('13') ? new Promise(() => undefined) : execute(envelope),
    ),
  ),
  bug("window-on-the-log's-clock", 'field trial 12', 'true-answer', {
    loopClock: (clock, world) => ({
      ...clock,
      now: () => Math.max(clock.now(), world.history.recordedMs),
    }),
  }),
  bug('sent-again-without-a-pause', 'terway #1030', 'time-passes', {
    bus: (_, world) => new EagerBus(world),
  }),
];
