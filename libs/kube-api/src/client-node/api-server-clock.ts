// The API server as another clock: it says what time it has in the head of each answer (RFC 9110 section 6.6.1), to the second, also
// of those that refuse. Nothing is asked of it but that.
import { networkInterfaces } from 'node:os';
import type { Clock, OtherClock } from '@holdfast/clock';
import { ClientNodeRest } from './client-node-rest';
import { type ClusterSource, loadConfig } from './client-node-kubernetes-api';

/** Whoever asks waits no longer either. */
const TIMEOUT_MS = 5_000;
/** Everybody may read it, and it is short. */
const PATH = '/version';

export interface ApiServerClock extends OtherClock {
  close(): Promise<void>;
}

/** Connects to nothing yet. @throws KubernetesFault `kubernetes-config-invalid` */
export function apiServerClock(cluster: ClusterSource, clock: Clock): ApiServerClock {
  const config = loadConfig(cluster, undefined);
  const rest = new ClientNodeRest(config, clock, { userAgent: 'holdfast', fieldManager: 'holdfast' });
  const server = config.getCurrentCluster()?.server ?? '';
  return {
    name: `the API server at ${server}`,
    isOurMachine: isOfThisMachine(server),
    read: () => readDate(rest, clock).catch(() => undefined),
    close: () => rest.close(),
  };
}

async function readDate(rest: ClientNodeRest, clock: Clock): Promise<number | undefined> {
  const timeout = new AbortController();
  const cancel = clock.after(TIMEOUT_MS, () => timeout.abort());
  try {
    const answer = await rest.ask(PATH, timeout.signal);
    await answer.body.text();
    const atMs = Date.parse(answer.headers['date'] ?? '');
    return Number.isNaN(atMs) ? undefined : atMs;
  } finally {
    cancel();
  }
}

/** By its address; a name is somewhere else, but for `localhost`. */
function isOfThisMachine(server: string): boolean {
  if (!URL.canParse(server)) return false;
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host.startsWith('127.') || host === '::1') return true;
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host));
}
