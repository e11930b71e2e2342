// Gives Pods their addresses: a projector of its own beside that of Vips and Subnets, over the same connection and ledger.
import { systemChance } from '@holdfast/clock';
import { type KubernetesApi, STANDBY_CODE, STATEFUL_SETS } from '@holdfast/kube-api';
import { LedgerReader, type ProjectorLedger } from '@holdfast/ledger';
import { PodAddressProjector } from '@holdfast/pods';
import type { OverrideReply } from '@holdfast/projection';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { planeClock } from '../../clock/plane-clock';
import { CONFIG, type Config, type PodsConfig } from '../../config';
import { Differences } from '../../health/differences';
import type { ProjectorActivity, ProjectorHealth } from '../../health/projectors';
import { KubernetesLease } from './kubernetes-lease';
import { KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';

@Injectable()
export class PodProjector implements ProjectorHealth {
  readonly name = 'pods';
  private readonly log = new Logger('pod-addresses');
  private readonly addresses: PodAddressProjector;
  private stopListening = (): void => undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(KUBERNETES_API) api: KubernetesApi,
    @Inject(KUBERNETES_LEDGER) ledger: ProjectorLedger,
    private readonly reader: LedgerReader,
    private readonly lease: KubernetesLease,
    differences: Differences,
  ) {
    const { keepVmIp, graceMs, statefulSetKinds } = config.pods as PodsConfig;
    this.addresses = new PodAddressProjector({
      ...{ api, ledger, clock: planeClock, chance: systemChance, keepVmIp, graceMs },
      isActive: () => lease.isActive,
      statefulSets: [STATEFUL_SETS, ...statefulSetKinds],
      onDifference: ({ holder, subnet, what, why }) =>
        differences.found(this.name, { about: `${holder} in ${subnet}`, what, why }),
      onFault: ({ code, message, key }, retryInMs) =>
        code !== STANDBY_CODE &&
        this.log.warn({ msg: 'reconcile failed; will retry', code, fault: message, key, retryInMs }),
    });
  }

  /** See `PodAddressProjector.overrideDeletionGuard`. */
  overrideDeletionGuard(kind: string, missing: number): OverrideReply {
    return this.addresses.overrideDeletionGuard(kind, missing);
  }

  /** Does not wait: a cluster that cannot be reached now is followed when it can. */
  start(): void {
    this.stopListening = this.lease.onChange(() => this.addresses.wake());
    void this.addresses.start();
  }

  stop(): Promise<void> {
    this.stopListening();
    return this.addresses.stop();
  }

  position(): string | undefined {
    return this.addresses.status.due === 0 ? this.reader.position : undefined;
  }

  trouble(): string | undefined {
    const { synced, trouble: known, failing } = this.addresses.status;
    const trouble = this.lease.isActive ? known : failing;
    if (trouble) return `${trouble.code}: ${trouble.message}`;
    return synced ? undefined : 'the first list of Pods is not complete yet';
  }

  notes(): readonly string[] {
    return [this.lease.note];
  }

  activity(): ProjectorActivity {
    return this.lease.activity;
  }
}
