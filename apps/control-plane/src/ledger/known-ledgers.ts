// Before a ledger is made where there is none: whether a side that this process would write to knows one already. A mistyped place,
// a lost disk or another working directory must not begin a new ledger in silence. A side that does not answer is no reason to wait:
// nothing is given out before it was compared.
import { existsSync } from 'node:fs';
import { systemChance, systemClock } from '@holdfast/clock';
import { isUnmarked, type LedgerMark, type Side } from '@holdfast/ipam';
import { readNorthboundMark } from '@holdfast/ovn';
import { connect } from 'nats';
import { type Config, ConfigFault, sidesOf } from '../config';
import { readStreamMark } from '../gateway/nats/event-stream';
import { clusterOf } from '../roles/kube-projector/cluster-source';
import { markIn } from '../roles/kube-projector/kubernetes-mark';

const TIMEOUT_MS = 3_000;

/** @throws ConfigFault when there is no ledger at its place, a side knows one, and `--new-ledger` was not said */
export async function assertLedgerIsThere(config: Config): Promise<void> {
  const [scheme, file] = config.store.split(/:(.*)/s);
  if (config.isNewLedger || scheme !== 'sqlite' || file === undefined || existsSync(file)) return;
  for (const side of sidesOf(config)) {
    const mark = await MARK_OF[side](config);
    if (!mark || isUnmarked(mark)) continue;
    throw new ConfigFault(
      `there is no ledger at ${file}, but the ${side} knows one (${mark.ledger ?? 'without an id'}, up to position ${mark.position ?? 'unknown'}). ` +
        `Say with --store where it is, or restore it there. If it is lost for good, --new-ledger makes a new one; ` +
        `it gives out no address until \`holdfast recover\` has recorded what the sides show.`,
    );
  }
}

const MARK_OF: Readonly<Record<Side, (config: Config) => Promise<LedgerMark | undefined>>> = {
  northbound: ({ northbound, northboundTls }) => {
    const time = { clock: systemClock, chance: systemChance };
    return readNorthboundMark({ remotes: northbound as string, tls: northboundTls, ...time }, TIMEOUT_MS);
  },
  jetstream: async ({ natsUrl }) => {
    try {
      const connection = await connect({ servers: natsUrl, timeout: TIMEOUT_MS });
      return await readStreamMark(connection).finally(() => connection.close());
    } catch {
      return undefined;
    }
  },
  kubernetes: async ({ kubeconfig, mark }) => {
    const { clientNodeConfigMaps } = await import('@holdfast/kube-api/client-node');
    const configMaps = clientNodeConfigMaps({
      cluster: clusterOf(kubeconfig as string),
      clock: systemClock,
      chance: systemChance,
    });
    try {
      const seen = await configMaps.read(mark);
      return seen && markIn(seen);
    } catch {
      return undefined;
    } finally {
      await configMaps.close();
    }
  },
};
