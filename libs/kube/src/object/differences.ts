// What was found different between Kubernetes and the ledger when all was compared, at the start, after kinds came to be known
// and on the slow clock: each difference with how it may have come about. For people who want to know what happened while nobody
// looked; nothing is decided by it, and what a watch or a fact tells in time is no difference.
import type { KubernetesObject } from '@holdfast/kube-api';
import { type Resource, SUBNETS, SWITCH_LB_RULES, VIPS, IP_POOLS } from '@holdfast/kube-api';
import { type DueKey, dueKeyOf, parentsKey } from './due-key';
import type { LedgerCommand } from '@holdfast/projection';

export interface FaceDifference {
  /** `vips.kubeovn.io/web`. */
  readonly object: string;
  /** What differed, in words. */
  readonly what: string;
  /** How that may have come about, and what was done. */
  readonly why: string;
}

interface Concern {
  readonly key: DueKey;
  readonly resource: Resource;
  readonly name: string;
}

type Explained = Pick<FaceDifference, 'what' | 'why'>;

export class Differences {
  /** Keys whose next turn is one of those that compare all. */
  private readonly compared = new Set<DueKey>();

  constructor(
    private readonly objectOf: (resource: Resource, name: string) => KubernetesObject | undefined,
    private readonly tell: (difference: FaceDifference) => void,
  ) {}

  begin(key: DueKey): void {
    this.compared.add(key);
  }

  /** Its turn is over, or something was told of it since. */
  over(key: DueKey): void {
    this.compared.delete(key);
  }

  /** The ledger is asked for this, because it is not as it should be. */
  ordered(command: LedgerCommand): void {
    const concern = concernOf(command);
    if (!concern || !this.compared.has(concern.key)) return;
    const object = this.objectOf(concern.resource, concern.name);
    const explained = explain(command, object);
    if (explained) this.found(concern, explained);
  }

  /** The object's status is about to be written, because it says something else. */
  statusDiffers(
    resource: Resource,
    { metadata: { name }, status = {} }: KubernetesObject,
    position: unknown,
  ): void {
    const key = dueKeyOf(resource, name);
    // What was never told anything is new, and its order said so.
    if (!this.compared.has(key) || Object.keys(status).length === 0) return;
    const told = status['observedPosition'];
    const isBehind = typeof position === 'string' && typeof told === 'string' && told !== position;
    const why = isBehind
      ? `the ledger went on from ${told} to ${position} while nobody told it; it was written anew`
      : 'somebody else wrote it, or what else it tells of changed while nobody looked; it was written anew';
    this.found({ key, resource, name }, { what: 'its status does not say what the ledger does', why });
  }

  /** One of a key and comparison: what follows from it is none of its own. */
  private found({ key, resource, name }: Concern, explained: Explained): void {
    this.compared.delete(key);
    this.tell({ object: `${resource.plural}.${resource.group}/${name}`, ...explained });
  }
}

function concernOf(command: LedgerCommand): Concern | undefined {
  if (command.type === 'GrantParent' || command.type === 'WithdrawParent')
    return { key: parentsKey(command.vip), resource: VIPS, name: command.vip };
  const about = (resource: Resource, name: string): Concern => {
    return { key: dueKeyOf(resource, name), resource, name };
  };
  if ('rule' in command) return about(SWITCH_LB_RULES, command.rule);
  if (command.type === 'DefinePool' || command.type === 'RetirePool') return about(IP_POOLS, command.name);
  if (command.type === 'ReserveVip' || command.type === 'ReviseVip' || command.type === 'ReleaseVip')
    return about(VIPS, command.name);
  const isOfSubnet = ['DefineSubnet', 'ReviseSubnet', 'RetireSubnet'].includes(command.type);
  return isOfSubnet ? about(SUBNETS, command.subnet) : undefined;
}

function explain(command: LedgerCommand, object: KubernetesObject | undefined): Explained | undefined {
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
    case 'SetRuleBackends':
      return {
        what: 'the ledger has other backends than the Pods that it selects',
        why: 'Pods came, went or changed while nobody looked; they were ordered to be the backends',
      };
    case 'GrantParent':
      return {
        what: `the ledger has no parent ${command.port}, and a Pod asks for it`,
        why: 'the Pod came or changed while nobody looked; it was ordered to be a parent',
      };
    case 'WithdrawParent':
      return {
        what: `the ledger has a parent ${command.port}, and no Pod asks for it any more`,
        why: `${command.reason ?? 'it went'}, while nobody looked; it was ordered to be none`,
      };
    // The face of Pods asks for these, and says itself what it found.
    case 'ReserveAddress':
    case 'MoveAddress':
    case 'ReleaseAddress':
    case 'AttachUser':
    case 'DetachUser':
    case 'MovePrimary':
    case 'EndOwner':
    case 'ReleaseExpired':
    case 'SetRetention':
      return undefined;
  }
}

function came(object: KubernetesObject | undefined): Explained {
  const wasTold = object?.status?.['observedPosition'] !== undefined;
  const how = wasTold
    ? 'it had that once: another door let go of it, or this ledger is another one, or an older one'
    : 'it came while nobody looked';
  return { what: 'it asks for something of which the ledger has nothing', why: `${how}; it was ordered` };
}

function changed(object: KubernetesObject | undefined): Explained {
  const isOther = object?.status?.['observedGeneration'] !== object?.metadata.generation;
  const how = isOther
    ? 'its spec changed while nobody looked'
    : 'another door changed the ledger, and the object says what is to be';
  return { what: 'it asks for something else than the ledger has', why: `${how}; it was ordered` };
}

function went(object: KubernetesObject | undefined): Explained {
  const how = !object ? 'it vanished' : object.metadata.deletionTimestamp ? 'it was deleted' : 'it changed';
  return {
    what: 'the ledger has something for it, and it asks for that no more',
    why: `${how} while nobody looked; the ledger was ordered to let go of it`,
  };
}
