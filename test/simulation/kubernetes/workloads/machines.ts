// KubeVirt's part: a machine that is to run has an instance of its name, an instance has a launcher Pod, and a live
// migration a second one, until it has succeeded or failed.
import type { SeededChance } from '@holdfast/clock/testing';
import { keyOf, type KubernetesObject } from '@holdfast/kube-api';
import { type Cluster, INSTANCES, MACHINES, PODS } from '../cluster';
import type { Chores, ControllerPart } from './controller-part';
import {
  NODE_AGENT,
  isDeleting,
  isPodFinished,
  controllerOfPod,
  controllerReferenceTo,
  refOfObject,
} from './pods';

interface Migration {
  readonly job: string;
  readonly source: string;
  readonly target: string;
  startTimestamp: string;
  stage: 'prepared' | 'running' | 'succeeded' | 'failed';
  willFail: boolean;
}

export class Machines implements ControllerPart {
  /** By the instance's UID: the last one. */
  private readonly migrations = new Map<string, Migration>();
  /** UIDs of Pods that are not their machine's any more, or never came to be. */
  private readonly left = new Set<string>();
  private made = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly chance: SeededChance,
    /** RFC 3339, to the second, as the server writes times. */
    private readonly nowText: () => string,
  ) {}

  /** Whether the machine has left the Pod in a migration, or never got there. */
  hasLeft(uid: string): boolean {
    return this.left.has(uid);
  }

  heal(): void {
    for (const migration of this.migrations.values()) migration.willFail = false;
  }

  chores(): Chores {
    const { picture } = this.cluster;
    return [
      ...picture.all(MACHINES).flatMap((machine) => this.ofMachine(machine)),
      ...picture.all(INSTANCES).flatMap((instance) => this.ofInstance(instance)),
    ];
  }

  /** Somebody asks for the migration of an instance. */
  migrate(instance: KubernetesObject): string {
    return this.cluster.done({ migrate: keyOf(instance.metadata) }, () => this.migrateNow(instance));
  }

  private migrateNow(instance: KubernetesObject): string {
    const { uid, name, namespace } = instance.metadata;
    const live = this.launchersOf(instance).filter((pod) => !isDeleting(pod) && !isPodFinished(pod));
    const [source] = live.filter((pod) => !this.left.has(pod.metadata.uid));
    const last = this.migrations.get(uid);
    if (!source || last?.stage === 'prepared' || last?.stage === 'running') return `nothing migrates`;
    this.made += 1;
    const job = `job-${this.made}`;
    const label = this.chance.random() < 0.5 ? 'labels' : 'annotations';
    const marks = { [label]: { 'kubevirt.io/migrationJobUID': job } };
    const target = this.launch(instance, marks);
    const willFail = this.chance.random() < 0.4;
    this.migrations.set(uid, {
      ...{ job, source: source.metadata.name, target: target?.metadata.name ?? '', startTimestamp: '' },
      ...{ stage: 'prepared', willFail },
    });
    return `${namespace}/${name} migrates`;
  }

  private ofMachine(machine: KubernetesObject): Chores {
    const { namespace, name, uid } = machine.metadata;
    if (isDeleting(machine)) return [];
    const instance = this.cluster.picture.of(INSTANCES).get(`${namespace}/${name}`);
    const runs = machine.spec?.['running'] === true;
    if (!instance)
      return runs
        ? [
            () =>
              this.cluster.create(
                INSTANCES,
                name,
                {},
                {
                  namespace,
                  ownerReferences: [controllerReferenceTo(machine)],
                },
              ),
          ]
        : [];
    const isOurs = controllerOfPod(instance)?.uid === uid;
    const isOver = !runs || instance.status?.['phase'] === 'Failed';
    return isOurs && isOver && !isDeleting(instance)
      ? [() => this.cluster.delete(INSTANCES, refOfObject(instance))]
      : [];
  }

  private ofInstance(instance: KubernetesObject): Chores {
    const { uid } = instance.metadata;
    const migration = this.migrations.get(uid);
    if (migration) {
      const chore = this.step(instance, migration);
      if (chore) return [chore];
    }
    const launchers = this.launchersOf(instance);
    const live = launchers.filter(
      (pod) => !isPodFinished(pod) && !isDeleting(pod) && !this.left.has(pod.metadata.uid),
    );
    if (live.length > 0 || isDeleting(instance)) return [];
    const isOver = instance.status?.['phase'] === 'Failed';
    if (launchers.length === 0 && !migration && !isOver) return [() => void this.launch(instance)];
    return isOver
      ? []
      : [() => this.cluster.editStatus(INSTANCES, refOfObject(instance), { phase: 'Failed' })];
  }

  /** The next step of a migration that is not over. */
  private step(instance: KubernetesObject, migration: Migration): (() => void) | undefined {
    const pods = this.cluster.picture.of(PODS);
    const find = (name: string) => pods.get(`${instance.metadata.namespace}/${name}`);
    const [source, target] = [find(migration.source), find(migration.target)];
    const isUp = (pod: KubernetesObject | undefined) => pod && !isPodFinished(pod) && !isDeleting(pod);
    switch (migration.stage) {
      case 'prepared':
      case 'running':
        if (!isUp(target) || !isUp(source)) return () => this.end(instance, migration, false);
        if (target?.status?.['phase'] !== 'Running') return undefined;
        if (migration.stage === 'running') return () => this.end(instance, migration, !migration.willFail);
        return () => {
          migration.stage = 'running';
          migration.startTimestamp = this.nowText();
          this.say(instance, migration, {});
        };
      case 'succeeded':
        return isUp(source) ? () => this.finish(source as KubernetesObject, 'Succeeded') : undefined;
      case 'failed':
        return isUp(target) ? () => this.finish(target as KubernetesObject, 'Failed') : undefined;
    }
  }

  private end(instance: KubernetesObject, migration: Migration, succeeds: boolean): void {
    const name = succeeds ? migration.source : migration.target;
    const left = this.cluster.get(PODS, name, instance.metadata.namespace);
    if (left) this.left.add(left.metadata.uid);
    migration.stage = succeeds ? 'succeeded' : 'failed';
    const endTimestamp = this.nowText();
    this.say(instance, migration, { completed: true, endTimestamp, ...(!succeeds && { failed: true }) });
  }

  private say(instance: KubernetesObject, migration: Migration, end: object): void {
    const { job, source, target } = migration;
    const startTimestamp = migration.startTimestamp || this.nowText();
    const former = { completed: null, failed: null, endTimestamp: null };
    const now = { migrationUid: job, sourcePod: source, targetPod: target, startTimestamp };
    const state = { ...former, ...now, ...end };
    this.cluster.editStatus(INSTANCES, refOfObject(instance), { migrationState: state });
  }

  private finish(pod: KubernetesObject, phase: string): void {
    this.cluster.editStatus(PODS, refOfObject(pod), { phase });
  }

  private launch(instance: KubernetesObject, marks: object = {}): KubernetesObject | undefined {
    const { namespace, name } = instance.metadata;
    this.made += 1;
    return this.cluster.create(
      PODS,
      `virt-launcher-${name}-${this.made}`,
      {},
      {
        namespace,
        ...marks,
        ownerReferences: [controllerReferenceTo(instance)],
        ...(this.chance.random() < 0.7 && { finalizers: [NODE_AGENT] }),
      },
    );
  }

  private launchersOf({ metadata }: KubernetesObject): KubernetesObject[] {
    return this.cluster.picture.all(PODS).filter((pod) => controllerOfPod(pod)?.uid === metadata.uid);
  }
}
