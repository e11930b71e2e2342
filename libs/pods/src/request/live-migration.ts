// What a virtual machine's instance says of its live migration, and what that makes of each of its Pods. Pure.
//
//   target Pod is made     -> joins: both Pods have the addresses, packets go to the source
//   migration is completed -> the target takes them, the source leaves
//   migration failed       -> the target leaves
//
// The target needs its addresses before KubeVirt names it in the instance's status: until then its own mark tells it.
import { type JsonObject, type KubernetesObject, migrationOf, podNode } from '@holdfast/kube-api';

export type MigrationRole = 'uses' | 'joins' | 'leaves';

/** VirtualMachineInstanceMigrationState (kubevirt.io/v1), as far as it matters here. */
interface MigrationState {
  readonly migrationUid?: string;
  readonly targetPod?: string;
  readonly sourcePod?: string;
  readonly sourceNode?: string;
  readonly startTimestamp?: string;
  readonly endTimestamp?: string;
  readonly completed: boolean;
  readonly failed: boolean;
}

/** @param instance undefined: it is not there, or not known */
export function roleOf(pod: KubernetesObject, instance: KubernetesObject | undefined): MigrationRole {
  const migration = migrationOf(pod);
  const state = readMigration(instance?.status);
  if (!state) return migration === undefined ? 'uses' : 'joins';
  if (isTarget(pod, migration, state)) {
    if (state.failed) return 'leaves';
    return state.completed ? 'uses' : 'joins';
  }
  if (state.completed && !state.failed && isOlder(pod, state.endTimestamp ?? state.startTimestamp))
    return 'leaves';
  if (migration === undefined) return 'uses';
  // Made for an earlier migration. If that succeeded, the machine runs there, and this one starts from there.
  return isOlder(pod, state.startTimestamp) && isElsewhere(pod, state) ? 'leaves' : 'joins';
}

/** Whether packets go to it from now on, rather than to whoever else has the addresses. */
export function takesOver(pod: KubernetesObject, instance: KubernetesObject | undefined): boolean {
  const state = readMigration(instance?.status);
  return state !== undefined && state.completed && !state.failed && isTarget(pod, migrationOf(pod), state);
}

function isTarget(pod: KubernetesObject, migration: string | undefined, state: MigrationState): boolean {
  if (state.targetPod !== undefined) return state.targetPod === pod.metadata.name;
  return migration !== undefined && migration === state.migrationUid;
}

/** Whether the migration starts from another Pod, as far as the instance says. */
function isElsewhere(pod: KubernetesObject, { sourcePod, sourceNode }: MigrationState): boolean {
  if (sourcePod !== undefined) return sourcePod !== pod.metadata.name;
  return sourceNode !== undefined && sourceNode !== podNode(pod);
}

/** Both are RFC 3339 in UTC to the second, so that their order is that of their texts. */
function isOlder({ metadata }: KubernetesObject, than: string | undefined): boolean {
  const { creationTimestamp } = metadata;
  return creationTimestamp !== undefined && than !== undefined && creationTimestamp < than;
}

function readMigration(status: JsonObject | undefined): MigrationState | undefined {
  const state = status?.['migrationState'];
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return undefined;
  const fields = state as JsonObject;
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    ...{ migrationUid: text('migrationUid'), targetPod: text('targetPod'), sourcePod: text('sourcePod') },
    sourceNode: text('sourceNode'),
    ...{ startTimestamp: text('startTimestamp'), endTimestamp: text('endTimestamp') },
    completed: fields['completed'] === true,
    failed: fields['failed'] === true,
  };
}
