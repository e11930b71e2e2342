// Which program this is, and whoever is connected to it; what Node tells of the process is prom-client's own.
import type { MetricFamily } from './metric-family';

export interface ProcessSources {
  readonly version: string;
  /** Its kind: `sqlite`, `eventstoredb`, `memory`. */
  readonly store: string;
  /** Connections to the HTTP server now. */
  readonly httpConnections: () => Promise<number>;
}

export function processMetrics({ version, store, httpConnections }: ProcessSources): MetricFamily[] {
  return [
    {
      name: 'holdfast_build_info',
      ...{ type: 'gauge', labels: ['version', 'node', 'store'] },
      help: 'Always 1; the labels say which program this is, and on what.',
      read: () => [{ labels: { version, node: process.version, store }, value: 1 }],
    },
    {
      name: 'holdfast_http_connections',
      ...{ type: 'gauge', labels: [] },
      help: 'Connections of clients to the HTTP server.',
      read: async () => [{ value: await httpConnections() }],
    },
  ];
}
