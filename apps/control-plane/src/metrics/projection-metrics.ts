// How far everybody is who follows the log, what they found, and what is in trouble: the same as `holdfast status` tells.
import type { LedgerReader, SideComparisons } from '@holdfast/ledger';
import type { Config } from '../config';
import type { Differences } from '../health/differences';
import type { FollowerReport, Followers } from '../health/followers';
import type { ProcessHealth } from '../health/process-health';
import type { Projectors } from '../health/projectors';
import { rolesAtWork } from '../health/status-report';
import type { MetricFamily, Sample } from './metric-family';

export interface ProjectionSources {
  readonly config: Config;
  readonly reader: LedgerReader;
  readonly sides: SideComparisons;
  readonly followers: Followers;
  readonly projectors: Projectors;
  readonly health: ProcessHealth;
  readonly differences: Differences;
}

export function projectionMetrics(sources: ProjectionSources): MetricFamily[] {
  return [...ofFollowers(sources), ...ofFindings(sources), ...ofHealth(sources)];
}

function ofFollowers({ reader, followers }: ProjectionSources): MetricFamily[] {
  const each = async (value: (follower: FollowerReport) => number): Promise<Sample[]> =>
    (await followers.all()).map((follower) => ({
      labels: { projector: follower.name },
      value: value(follower),
    }));
  return [
    {
      name: 'holdfast_log_position',
      ...{ type: 'gauge', labels: [] },
      help: 'The last position in the log that the view shows; with EventStoreDB its commit position.',
      read: () => [{ value: positionNumber(reader.position) }],
    },
    {
      name: 'holdfast_view_lag_seconds',
      ...{ type: 'gauge', labels: [] },
      help: 'For how long the log may have held an event that the view does not show; 0: it shows all.',
      read: () => [{ value: followers.view().lagMs / 1_000 }],
    },
    {
      name: 'holdfast_projector_position',
      ...{ type: 'gauge', labels: ['projector'] },
      help: 'All up to this position in the log is in effect; 0: nothing is known to be.',
      read: () => each(({ position }) => positionNumber(position)),
    },
    {
      name: 'holdfast_projector_lag_seconds',
      ...{ type: 'gauge', labels: ['projector'] },
      help: 'The age of the oldest event in the log that is not in effect; 0: all are.',
      read: () => each(({ lagMs }) => lagMs / 1_000),
    },
    {
      name: 'holdfast_projector_queue_length',
      ...{ type: 'gauge', labels: ['projector'] },
      help: 'Keys that wait to be compared or written: due, in flight, failed or put off.',
      read: () => each(({ waiting }) => waiting),
    },
  ];
}

function ofFindings({ projectors, differences }: ProjectionSources): MetricFamily[] {
  const drifts = (value: (drift: { found: number; repaired: number }) => number): Sample[] =>
    projectors.all.flatMap((projector) => {
      const drift = projector.drift?.();
      return drift ? [{ labels: { projector: projector.name }, value: value(drift) }] : [];
    });
  return [
    {
      name: 'holdfast_drift_found_total',
      ...{ type: 'counter', labels: ['projector'] },
      help: 'Rows that others changed, took away, added, or that are at odds with ours.',
      read: () => drifts(({ found }) => found),
    },
    {
      name: 'holdfast_drift_repaired_total',
      ...{ type: 'counter', labels: ['projector'] },
      help: 'Of those, rows that are as the ledger says again.',
      read: () => drifts(({ repaired }) => repaired),
    },
    {
      name: 'holdfast_differences_found_total',
      ...{ type: 'counter', labels: ['projector'] },
      help: 'What a projector found different between the ledger and what is there, at its start and since; drift is among it.',
      read: () =>
        Object.entries(differences.counts).map(([projector, value]) => ({ labels: { projector }, value })),
    },
    {
      name: 'holdfast_deletion_guard_missing_objects',
      ...{ type: 'gauge', labels: ['projector', 'kind'] },
      help: 'Objects that are missing and for which a deletion guard keeps what they have. No sample: it holds nothing back.',
      read: () =>
        projectors.all.flatMap((projector) =>
          (projector.heldBack?.() ?? []).map(({ kind, missing }) => ({
            labels: { projector: projector.name, kind },
            value: missing,
          })),
        ),
    },
  ];
}

function ofHealth({ config, health, sides }: ProjectionSources): MetricFamily[] {
  return [
    {
      name: 'holdfast_role_ready',
      ...{ type: 'gauge', labels: ['role'] },
      help: '1: the role can do its work, as /readyz/ROLE says; 0: something stops it.',
      read: () =>
        rolesAtWork(config).map((role) => ({
          labels: { role },
          value: health.stopping(role)?.length === 0 ? 1 : 0,
        })),
    },
    {
      name: 'holdfast_trouble_start_time_seconds',
      ...{ type: 'gauge', labels: ['part', 'code'] },
      help: 'What is in trouble, by what it is: since when, Unix time. No sample: nothing is.',
      read: () =>
        health.troubles.map(({ part, code, sinceMs }) => ({
          labels: { part, code },
          value: sinceMs / 1_000,
        })),
    },
    {
      name: 'holdfast_side_fenced',
      ...{ type: 'gauge', labels: ['side'] },
      help: '1: the side shows another ledger, or another past of this one, and is not written to; 0: it is not fenced.',
      read: () =>
        sides.states.map(({ side, state }) => ({ labels: { side }, value: state === 'fenced' ? 1 : 0 })),
    },
    {
      name: 'holdfast_server_up',
      ...{ type: 'gauge', labels: ['part'] },
      help: '1: there is a connection to the server that the part works on; 0: there is none.',
      read: () => connections(health, ({ isUp }) => Number(isUp)),
    },
    {
      name: 'holdfast_server_connections_total',
      ...{ type: 'counter', labels: ['part'] },
      help: 'Connections to that server since the start: the first, and one for each loss.',
      read: () => connections(health, ({ count }) => count),
    },
  ];
}

function connections(
  { parts }: ProcessHealth,
  value: (connection: { readonly isUp: boolean; readonly count: number }) => number,
): Sample[] {
  return parts.flatMap((part) => {
    const connection = part.connection?.();
    return connection ? [{ labels: { part: part.name }, value: value(connection) }] : [];
  });
}

/** Of a token that has more to it, the part that grows. */
function positionNumber(position: string | undefined): number {
  return Number(position?.split('/')[0] ?? 0) || 0;
}
