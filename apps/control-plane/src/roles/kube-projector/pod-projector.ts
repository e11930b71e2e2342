// Gives Pods their addresses: a face of its own beside the one of Vips and Subnets, over the same connection and ledger.
import type { Clock, Chance } from '@holdfast/clock';
import {
  type KubernetesApi,
  type Ledger,
  PodAddresses,
  STATEFUL_SETS,
  type MissingAnswer,
} from '@holdfast/kube';
import { Logger } from '@nestjs/common';
import type { PodsConfig } from '../config';
import type { Face } from '../gateway/status-report';
import type { Differences } from '../health/differences';

export interface PodsFaceOptions {
  readonly api: KubernetesApi;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly pods: PodsConfig;
  /** How far the view of the ledger is. */
  readonly positionOf: () => string | undefined;
  readonly differences: Differences;
}

export class PodsFace implements Face {
  readonly name = 'pods';
  private readonly log = new Logger('pod-addresses');
  private readonly addresses: PodAddresses;

  constructor(private readonly options: PodsFaceOptions) {
    const { pods, api, ledger, clock, chance, differences } = options;
    this.addresses = new PodAddresses({
      ...{ api, ledger, clock, chance },
      statefulSets: [STATEFUL_SETS, ...pods.statefulSetKinds],
      keepVmIp: pods.keepVmIp,
      graceMs: pods.graceMs,
      onDifference: ({ holder, subnet, what, why }) =>
        differences.found(this.name, { about: `${holder} in ${subnet}`, what, why }),
      onFault: ({ code, message, key }, retryInMs) =>
        this.log.warn({ msg: 'cannot do it now', code, fault: message, key, retryInMs }),
    });
  }

  /** See `PodAddresses.acceptMissing`. */
  acceptMissing(missing: number): MissingAnswer {
    return this.addresses.acceptMissing(missing);
  }

  /** Not to be awaited by who serves: a cluster that cannot be reached now is followed when it can. */
  start(): Promise<boolean> {
    return this.addresses.start();
  }

  stop(): Promise<void> {
    return this.addresses.stop();
  }

  position(): string | undefined {
    return this.addresses.status.due === 0 ? this.options.positionOf() : undefined;
  }

  trouble(): string | undefined {
    const { synced, trouble } = this.addresses.status;
    if (trouble) return `${trouble.code}: ${trouble.message}`;
    return synced ? undefined : 'the first list of Pods is not complete yet';
  }
}
