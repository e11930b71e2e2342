// What commands cost: how they ended, how long they took, what was recorded for them, and what waits.
import type { EventStore } from '@holdfast/event-store';
import type { CommandCounts } from '../ledger/command-counts';
import type { StoreCounts } from '../ledger/store-counts';
import type { MetricFamily, Sample } from './metric-family';

export interface CommandSources {
  readonly commands: CommandCounts;
  readonly recording: StoreCounts;
  readonly store: EventStore;
  /** Commands that have no answer, in all loops. */
  readonly waiting: () => number;
}

export function commandMetrics({ commands, recording, store, waiting }: CommandSources): MetricFamily[] {
  return [...ofCommands(commands, waiting), ...ofRecording(recording, store)];
}

function ofCommands(commands: CommandCounts, waiting: () => number): MetricFamily[] {
  return [
    {
      name: 'holdfast_commands_total',
      ...{ type: 'counter', labels: ['type', 'outcome'] },
      help: 'Commands, by type and by how they ended: accepted, rejected, or failed, which is not decided at all.',
      read: () =>
        endings(commands, ({ type, outcome }, durations) => ({
          labels: { type, outcome },
          value: durations.count,
        })),
    },
    {
      name: 'holdfast_command_duration_seconds',
      ...{ type: 'histogram', labels: ['type', 'outcome'] },
      help: 'From taking a command up to its answer, durable by then.',
      read: () => endings(commands, (labels, value) => ({ labels, value })),
    },
    {
      name: 'holdfast_command_rejections_total',
      ...{ type: 'counter', labels: ['code'] },
      help: 'Commands that were decided against, by the code that the caller was told.',
      read: () => byLabel('code', commands.rejections),
    },
    {
      name: 'holdfast_command_faults_total',
      ...{ type: 'counter', labels: ['code'] },
      help: 'Commands that could not be decided, by the fault of the store or of the loop.',
      read: () => byLabel('code', commands.faults),
    },
    {
      name: 'holdfast_commands_under_way',
      ...{ type: 'gauge', labels: [] },
      help: 'Commands that were taken up and have no answer.',
      read: () => [{ value: commands.underWay }],
    },
    {
      name: 'holdfast_command_queue_length',
      ...{ type: 'gauge', labels: [] },
      help: 'Commands that wait for their stream: to be decided, or for the append that they are in.',
      read: () => [{ value: waiting() }],
    },
  ];
}

function ofRecording(recording: StoreCounts, store: EventStore): MetricFamily[] {
  return [
    {
      name: 'holdfast_append_duration_seconds',
      ...{ type: 'histogram', labels: [] },
      help: 'From sending a batch to the store until it is durable.',
      read: () => [{ value: recording.appendSeconds }],
    },
    {
      name: 'holdfast_fsync_duration_seconds',
      ...{ type: 'histogram', labels: [] },
      help: 'One commit of the SQLite file: writing to its -wal, and the fsync. Empty with other stores.',
      read: () => [{ value: recording.commitSeconds }],
    },
    {
      name: 'holdfast_commit_appends',
      ...{ type: 'histogram', labels: [] },
      help: 'Appends, of as many batches, that shared one commit of the SQLite file.',
      read: () => [{ value: recording.commitAppends }],
    },
    {
      name: 'holdfast_batch_commands',
      ...{ type: 'histogram', labels: [] },
      help: 'Commands of one stream that shared one append.',
      read: () => [{ value: recording.batchCommands }],
    },
    {
      name: 'holdfast_batch_events',
      ...{ type: 'histogram', labels: [] },
      help: 'Events in one append.',
      read: () => [{ value: recording.batchEvents }],
    },
    {
      name: 'holdfast_append_conflicts_total',
      ...{ type: 'counter', labels: [] },
      help: 'Appends that another process was ahead of, so that their commands were decided anew.',
      read: () => [{ value: recording.conflicts }],
    },
    {
      name: 'holdfast_append_queue_length',
      ...{ type: 'gauge', labels: [] },
      help: 'Appends that the SQLite file has not answered. Empty with other stores.',
      read: () => {
        const value = recording.appendsWaiting(store);
        return value === undefined ? [] : [{ value }];
      },
    },
  ];
}

type Ending = { readonly type: string; readonly outcome: string };
type Durations =
  ReturnType<CommandCounts['durations']['get']> extends Map<string, infer Of> | undefined ? Of : never;

function endings(
  { durations }: CommandCounts,
  sample: (labels: Ending, durations: Durations) => Sample,
): Sample[] {
  return [...durations].flatMap(([type, byOutcome]) =>
    [...byOutcome].map(([outcome, of]) => sample({ type, outcome }, of)),
  );
}

const byLabel = (label: string, counts: ReadonlyMap<string, number>): Sample[] =>
  [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
