// For whom an IP resource is: the NIC whose port it is named after, else whoever the resource says, if there still is one.
import { type Holder, toHolder } from '@holdfast/ipam';
import { hasPodFinished, keyOf, type KubernetesObject, nicAnnotation } from '@holdfast/kube-api';
import { DEFAULT_PROVIDER, holderOf, type IdentityRules, ownerOfPod, wantsOrdinal } from '@holdfast/pods';
import { fieldText } from './address-texts';
import type { ClusterObjects } from './cluster-objects';
import { isOvnProvider, type Nic } from './pod-nics';

interface Found {
  readonly holder: Holder;
  /** Where OVN has the port. */
  readonly port?: string;
  /** As the owner's template has it for the Pods to come. */
  readonly portSecurity?: boolean;
  /** A Pod that is there has the port. */
  readonly isUsed: boolean;
  /** What shows that there is no owner. */
  readonly gone?: string | undefined;
}

class NoHolder extends Error {}

type Answer = Found | { readonly why: string };

/** `pod`, `namespace` and what follows them in a port's name. */
interface PodName {
  readonly namespace: string;
  readonly name: string;
  readonly provider: string;
}

export class IpOwners {
  private readonly nics: ReadonlyMap<string, Nic>;
  private readonly pods: ReadonlyMap<string, KubernetesObject>;
  private readonly sets: ReadonlyMap<string, readonly KubernetesObject[]>;
  private readonly machines: ReadonlyMap<string, KubernetesObject>;
  private readonly nodes: ReadonlySet<string>;

  constructor(
    objects: ClusterObjects,
    nics: readonly Nic[],
    private readonly rules: IdentityRules,
  ) {
    const byKey = (list: readonly KubernetesObject[]): Map<string, KubernetesObject> =>
      new Map(list.map((object) => [keyOf(object.metadata), object]));
    this.nics = new Map(nics.map((nic) => [nic.portName, nic]));
    this.pods = byKey(objects.pods);
    this.sets = Map.groupBy(objects.statefulSets, ({ metadata }) => keyOf(metadata));
    // An instance without its machine is a machine of its own.
    this.machines = new Map([...byKey(objects.instances), ...byKey(objects.machines)]);
    this.nodes = new Set(objects.nodes.map(({ metadata }) => metadata.name));
  }

  find(ip: KubernetesObject, isReserved: boolean): Answer {
    const { name } = ip.metadata;
    const nic = this.nics.get(name);
    if (nic) return { holder: nic.claim.holder, port: nic.claim.port, isUsed: true };
    const [namespace, podName] = [fieldText(ip.spec, 'namespace'), fieldText(ip.spec, 'podName')];
    // What Kube-OVN has for itself it puts into a namespace of convenience, under its own name alone.
    if (namespace === '' || podName === name) return this.outsideNamespaces(ip);
    const pod = podNamed(name, podName, namespace);
    if (!pod) return { why: `its name is not that of a port of Pod ${namespace}/${podName}` };
    const found = this.named(ip, pod);
    if ('why' in found || !isReserved || found.gone === undefined) return found;
    return { ...found, gone: undefined };
  }

  private named(ip: KubernetesObject, pod: PodName): Answer {
    try {
      return this.ofKind(fieldText(ip.spec, 'podType'), pod);
    } catch (error) {
      if (error instanceof NoHolder) return { why: error.message };
      throw error;
    }
  }

  private ofKind(podType: string, pod: PodName): Answer {
    switch (podType) {
      case '':
        return this.ordinary(pod);
      case 'StatefulSet':
        return this.ordinal(pod) ?? { why: `${pod.name} is not named after a StatefulSet` };
      case 'VirtualMachine':
        return this.machine(pod);
      default:
        return { why: `podType ${JSON.stringify(podType)} is none of Kube-OVN's` };
    }
  }

  /** Nodes, and what Kube-OVN keeps for itself. */
  private outsideNamespaces({ metadata, spec }: KubernetesObject): Answer {
    const { name } = metadata;
    const prefixed = name.startsWith('node-') ? name.slice('node-'.length) : '';
    const node = fieldText(spec, 'nodeName') || prefixed;
    if (node !== '' && (name === node || prefixed === node)) {
      const holder = toHolder({ kind: 'node', name: node });
      if (!holder) return { why: `${JSON.stringify(node)} can be no node's name` };
      const gone = this.nodes.has(node) ? {} : { gone: `there is no Node ${node}` };
      return { holder, isUsed: false, ...gone };
    }
    const holder = systemHolder(fieldText(spec, 'subnet'), name);
    return holder ? { holder, isUsed: true } : { why: 'it names neither a Pod nor a Node' };
  }

  /** One whose Pod is there may have got its address and not been told yet. */
  private ordinary(pod: PodName): Answer {
    const object = this.pods.get(`${pod.namespace}/${pod.name}`);
    if (object && !hasPodFinished(object)) {
      const owner = ownerOfPod(object, this.rules);
      return { holder: holderOf(object, owner, pod.provider), ...ports(pod), isUsed: true };
    }
    // Kube-OVN takes the Pods of other groups' StatefulSets for ordinary ones.
    const ordinal = object ? undefined : this.ordinal(pod);
    if (ordinal && !('why' in ordinal) && ordinal.gone === undefined) return ordinal;
    const gone = object ? 'its Pod has finished' : `there is no Pod ${pod.namespace}/${pod.name}`;
    return { ...held({ kind: 'pod', ...pod }), ...ports(pod), isUsed: false, gone };
  }

  private ordinal(pod: PodName): Answer | undefined {
    const [, set = '', digits = ''] = /^(.+)-(0|[1-9]\d{0,8})$/.exec(pod.name) ?? [];
    if (set === '') return undefined;
    const found = {
      ...held({ kind: 'statefulset', ...pod, name: set, ordinal: Number(digits) }),
      ...ports(pod),
    };
    const sets = this.sets.get(`${pod.namespace}/${set}`) ?? [];
    const staying = sets.find(({ metadata }) => !metadata.deletionTimestamp);
    const gone = !staying
      ? `there is no StatefulSet ${pod.namespace}/${set}${sets.length > 0 ? ' but one that is being deleted' : ''}`
      : wantsOrdinal(staying, Number(digits))
        ? undefined
        : `StatefulSet ${pod.namespace}/${set} wants no ordinal ${digits}`;
    const security = staying && securityIn(staying, pod.provider);
    return { ...found, ...security, isUsed: false, ...(gone !== undefined && { gone }) };
  }

  private machine(pod: PodName): Answer {
    const machine = this.machines.get(`${pod.namespace}/${pod.name}`);
    const isThere = machine !== undefined && !machine.metadata.deletionTimestamp;
    const what = `there is no VirtualMachine ${pod.namespace}/${pod.name}`;
    const gone = isThere ? {} : { gone: machine ? `${what} but one that is being deleted` : what };
    const security = machine && securityIn(machine, pod.provider);
    return { ...held({ kind: 'vm', ...pod }), ...ports(pod), ...security, isUsed: false, ...gone };
  }
}

/** For addresses that Kube-OVN itself has in a Subnet. */
export const systemHolder = (subnet: string, name: string): Holder | undefined =>
  toHolder({ kind: 'kube-ovn', namespace: subnet, name });

/** @throws NoHolder when an object's words can be nobody's name */
function held(parts: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ordinal?: number;
  readonly provider: string;
}): { readonly holder: Holder } {
  const { provider, ...rest } = parts;
  const holder = toHolder({ ...rest, ...(provider !== DEFAULT_PROVIDER && { nic: provider }) });
  if (!holder) throw new NoHolder(`${JSON.stringify(`${rest.namespace}/${rest.name}`)} can be nobody's name`);
  return { holder };
}

function ports({ name, namespace, provider }: PodName): { readonly port?: string } {
  if (provider === DEFAULT_PROVIDER) return { port: `${name}.${namespace}` };
  return isOvnProvider(provider) ? { port: `${name}.${namespace}.${provider}` } : {};
}

/** Annotations of a StatefulSet's, or a VirtualMachine's, Pods to come. */
function securityIn({ spec }: KubernetesObject, provider: string): { readonly portSecurity: boolean } {
  const template = spec?.['template'] as
    | { readonly metadata?: { readonly annotations?: object } }
    | undefined;
  const annotations = (template?.metadata?.annotations ?? {}) as Readonly<Record<string, unknown>>;
  return { portSecurity: annotations[nicAnnotation(provider, 'port_security')] === 'true' };
}

function podNamed(port: string, name: string, namespace: string): PodName | undefined {
  const first = `${name}.${namespace}`;
  if (port === first) return { name, namespace, provider: DEFAULT_PROVIDER };
  return port.startsWith(`${first}.`) && name !== ''
    ? { name, namespace, provider: port.slice(first.length + 1) }
    : undefined;
}
