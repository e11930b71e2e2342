// Gives Pods their addresses: a projector of its own beside that of Vips and Subnets, over the same connection and ledger.
import { systemChance } from '@holdfast/clock';
import { type KubernetesApi, STATEFUL_SETS } from '@holdfast/kube-api';
import { LedgerReader, type ProjectorLedger } from '@holdfast/ledger';
import { PodAddressProjector } from '@holdfast/pods';
import type { OverrideReply } from '@holdfast/projection';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { planeClock } from '../../clock/plane-clock';
import { CONFIG, type Config, type PodsConfig } from '../../config';
import { Differences } from '../../health/differences';
import type { ProjectorHealth } from '../../health/projectors';
import { KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';

@Injectable()
export class PodProjector implements ProjectorHealth {
  readonly name = 'pods';
  private readonly log = new Logger('pod-addresses');
  private readonly addresses: PodAddressProjector;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(KUBERNETES_API) api: KubernetesApi,
    @Inject(KUBERNETES_LEDGER) ledger: ProjectorLedger,
    private readonly reader: LedgerReader,
    differences: Differences,
  ) {
    const { keepVmIp, graceMs, statefulSetKinds } = config.pods as PodsConfig;
    this.addresses = new PodAddressProjector({
      ...{ api, ledger, clock: planeClock, chance: systemChance, keepVmIp, graceMs },
      statefulSets: [STATEFUL_SETS, ...statefulSetKinds],
      onDifference: ({ holder, subnet, what, why }) =>
        differences.found(this.name, { about: `${holder} in ${subnet}`, what, why }),
      onFault: ({ code, message, key }, retryInMs) =>
        this.log.warn({ msg: 'reconcile failed; will retry', code, fault: message, key, retryInMs }),
    });
  }

  /** See `PodAddressProjector.overrideDeletionGuard`. */
  overrideDeletionGuard(kind: string, missing: number): OverrideReply {
    return this.addresses.overrideDeletionGuard(kind, missing);
  }

  /** Does not wait: a cluster that cannot be reached now is followed when it can. */
  start(): void {
    void this.addresses.start();
  }

  stop(): Promise<void> {
    return this.addresses.stop();
  }

  position(): string | undefined {
    return this.addresses.status.due === 0 ? this.reader.position : undefined;
  }

  trouble(): string | undefined {
    const { synced, trouble } = this.addresses.status;
    if (trouble) return `${trouble.code}: ${trouble.message}`;
    return synced ? undefined : 'the first list of Pods is not complete yet';
  }
}
