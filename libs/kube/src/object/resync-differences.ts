// What a resync found different between Kubernetes and the ledger, at the start, after kinds came to be known and on the slow clock:
// each difference with how it may have come about. For people who want to know what happened while nobody looked; nothing is
// decided by it, and what a watch or a fact tells in time is no difference.
import { vipNameOf } from '@holdfast/ipam';
import {
  IP_POOLS,
  type KubernetesObject,
  type Resource,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from '@holdfast/kube-api';
import type { DueKey, ProjectorLoop } from '@holdfast/projection';
import { dueKeyOf, parentsKey } from './due-key';
import type { KubeCommand } from './kube-command';

export interface ObjectDifference {
  /** `vips.kubeovn.io/web`. */
  readonly object: string;
  /** What differed, in words. */
  readonly what: string;
  /** How that may have come about, and what was done. */
  readonly why: string;
}

interface About {
  readonly key: DueKey;
  readonly resource: Resource;
  readonly name: string;
}

/** How long a Vip stays is no difference of its own: it was made, or changed. */
type ExplainedCommand = Exclude<KubeCommand, { readonly type: 'SetRetention' }>;

type Explained = Pick<ObjectDifference, 'what' | 'why'>;

export class ResyncDifferences {
  constructor(
    private readonly resyncs: Pick<ProjectorLoop<never>, 'isResync' | 'endResync'>,
    private readonly objectOf: (resource: Resource, name: string) => KubernetesObject | undefined,
    private readonly tell: (difference: ObjectDifference) => void,
  ) {}

  /** The ledger is commanded this, because it is not as it should be. */
  commanded(command: KubeCommand): void {
    if (command.type === 'SetRetention') return;
    const about = aboutOf(command);
    if (!this.resyncs.isResync(about.key)) return;
    this.found(about, explain(command, this.objectOf(about.resource, about.name)));
  }

  /** The object's status is about to be written, because it says something else. */
  statusDiffers(
    resource: Resource,
    { metadata: { name }, status = {} }: KubernetesObject,
    position: unknown,
  ): void {
    const key = dueKeyOf(resource, name);
    // What has no status yet is new, and its command said so.
    if (!this.resyncs.isResync(key) || Object.keys(status).length === 0) return;
    const observed = status['observedPosition'];
    const isBehind = typeof position === 'string' && typeof observed === 'string' && observed !== position;
    const why = isBehind
      ? `the ledger went on from ${observed} to ${position} while nobody told it; it was written anew`
      : 'somebody else wrote it, or what else it tells of changed while nobody looked; it was written anew';
    this.found({ key, resource, name }, { what: 'its status does not say what the ledger does', why });
  }

  /** One of a key and resync: what follows from it is none of its own. */
  private found({ key, resource, name }: About, explained: Explained): void {
    this.resyncs.endResync(key);
    this.tell({ object: `${resource.plural}.${resource.group}/${name}`, ...explained });
  }
}

function aboutOf(command: ExplainedCommand): About {
  if (command.type === 'GrantParent' || command.type === 'WithdrawParent')
    return { key: parentsKey(command.vip), resource: VIPS, name: command.vip };
  const of = (resource: Resource, name: string): About => {
    return { key: dueKeyOf(resource, name), resource, name };
  };
  if ('rule' in command) return of(SWITCH_LB_RULES, command.rule);
  if (command.type === 'DefinePool' || command.type === 'RetirePool') return of(IP_POOLS, command.name);
  if (command.type === 'ReserveVip' || command.type === 'ReviseVip' || command.type === 'ReleaseVip')
    return of(VIPS, command.name);
  if (command.type === 'SetLabels') return ofLabels(command, of);
  return of(SUBNETS, command.subnet);
}

function ofLabels(
  { holder, pool, subnet = '' }: Extract<KubeCommand, { readonly type: 'SetLabels' }>,
  of: (resource: Resource, name: string) => About,
): About {
  const vip = holder && vipNameOf(holder);
  if (vip !== undefined) return of(VIPS, vip);
  return pool === undefined ? of(SUBNETS, subnet) : of(IP_POOLS, pool);
}

function explain(command: ExplainedCommand, object: KubernetesObject | undefined): Explained {
  switch (command.type) {
    case 'ReserveVip':
    case 'DefineSubnet':
    case 'DefinePool':
    case 'DefineRule':
      return came(object);
    case 'ReviseVip':
    case 'ReviseSubnet':
    case 'ReviseRule':
      return changed(object);
    case 'ReleaseVip':
    case 'RetireSubnet':
    case 'RetirePool':
    case 'RetireRule':
      return went(object);
    case 'SetLabels':
      return {
        what: 'the ledger has other labels for it',
        why: 'they changed here or there while nobody looked; the ledger was given those of the object',
      };
    case 'SetRuleBackends':
      return {
        what: 'the ledger has other backends than the Pods that it selects',
        why: 'Pods came, went or changed while nobody looked; they were made the backends',
      };
    case 'GrantParent':
      return {
        what: `the ledger has no parent ${command.port}, and a Pod asks for it`,
        why: 'the Pod came or changed while nobody looked; it was made a parent',
      };
    case 'WithdrawParent':
      return {
        what: `the ledger has a parent ${command.port}, and no Pod asks for it any more`,
        why: `${command.reason ?? 'it went'}, while nobody looked; it was made none`,
      };
  }
}

function came(object: KubernetesObject | undefined): Explained {
  const hadStatus = object?.status?.['observedPosition'] !== undefined;
  const how = hadStatus
    ? 'it had that once: another transport let go of it, or this ledger is another one, or an older one'
    : 'it came while nobody looked';
  return { what: 'it asks for something of which the ledger has nothing', why: `${how}; a command was sent` };
}

function changed(object: KubernetesObject | undefined): Explained {
  const isOther = object?.status?.['observedGeneration'] !== object?.metadata.generation;
  const how = isOther
    ? 'its spec changed while nobody looked'
    : 'another transport changed the ledger, and the object says what is to be';
  return { what: 'it asks for something else than the ledger has', why: `${how}; a command was sent` };
}

function went(object: KubernetesObject | undefined): Explained {
  const how = !object ? 'it vanished' : object.metadata.deletionTimestamp ? 'it was deleted' : 'it changed';
  return {
    what: 'the ledger has something for it, and it asks for that no more',
    why: `${how} while nobody looked; the ledger was made to let go of it`,
  };
}
