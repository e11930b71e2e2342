// A cluster in virtual time: the sandbox without a wire, and every request on record. Connections come and go; the cluster
// stays. It knows no ledger and nobody who works on the cluster.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import type { KubernetesObject, ObjectRef } from '../port/kubernetes-object';
import { AAPS_ANNOTATION } from '../pod/pod-reading';
import {
  apiVersionOf,
  collectionPathOf,
  IP_POOLS,
  objectPathOf,
  PODS,
  type Resource,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from '../port/resource';
import { MANIFESTS } from './servers/manifests';
import { Sandbox } from './sandbox/sandbox';
import type { ClusterRequest } from './sandbox/sandbox-cluster';
import { parseYaml } from './servers/yaml';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface SandboxEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Of a Pod: metadata, and what is not. */
export interface PodParts {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly object[];
  readonly finalizers?: readonly string[];
  readonly spec?: object;
  readonly status?: object;
}

export class SandboxWorld {
  readonly clock = new VirtualClock();
  readonly chance = new SeededChance(1);
  readonly sandbox = new Sandbox(this.clock, this.chance);
  /** What connections asked of the server; what a test asks is not among it. */
  requests: ClusterRequest[] = [];

  constructor(definitions: string = MANIFESTS.holdfast) {
    this.install(definitions);
    const refusalOf = this.sandbox.faults.refusalOf.bind(this.sandbox.faults);
    this.sandbox.faults.refusalOf = (request) => {
      this.requests.push(request);
      return refusalOf(request);
    };
  }

  install(folder: string, adapt: (definition: object) => object = (definition) => definition): void {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
      const definition = adapt(parseYaml(readFileSync(join(folder, file), 'utf8')) as object);
      const { name } = (definition as KubernetesObject).metadata;
      if (this.at(`${DEFINITIONS}/${name}`))
        this.sandbox.request('PATCH', `${DEFINITIONS}/${name}`, definition);
      else this.sandbox.request('POST', DEFINITIONS, definition);
    }
  }

  /** Lets everything happen that needs no time; then what needs `ms`. */
  async settle(ms = 0): Promise<void> {
    await this.clock.advance(0);
    if (ms > 0) await this.clock.advance(ms);
    await this.clock.advance(0);
  }

  subnet(
    name = 'ovn-default',
    spec: object = { cidrBlock: '10.16.0.0/16' },
    metadata: object = {},
  ): KubernetesObject {
    return this.create(SUBNETS, name, spec, metadata);
  }

  vip(name: string, spec: object = { subnet: 'ovn-default' }, metadata: object = {}): KubernetesObject {
    return this.create(VIPS, name, spec, metadata);
  }

  /** A Pod of namespace `default` that names these Vips. */
  pod(name: string, aaps: string, labels: object = {}, rest: PodParts = {}): KubernetesObject {
    const { annotations, spec = {}, status, ...metadata } = rest;
    const about = { labels, annotations: { [AAPS_ANNOTATION]: aaps, ...annotations } };
    const created = this.create(PODS, name, spec, { namespace: 'default', ...about, ...metadata });
    if (status) this.editStatus(PODS, `${created.metadata.namespace}/${name}`, status);
    return created;
  }

  /** A SwitchLBRule of Vip `slr-01`, if nothing else is said. */
  rule(name: string, spec: object = {}, metadata: object = {}): KubernetesObject {
    const ports = [{ name: 'web', port: 8888, targetPort: 80, protocol: 'TCP' }];
    const whole = { vip: 'slr-01', namespace: 'default', ports, selector: ['app: web'], ...spec };
    return this.create(SWITCH_LB_RULES, name, whole, metadata);
  }

  /** An IPPool of the Subnet `ovn-default`, if nothing else is said. */
  pool(name: string, ips: readonly string[], spec: object = {}): KubernetesObject {
    return this.create(IP_POOLS, name, { subnet: 'ovn-default', ips, ...spec });
  }

  /** Changes something of it, as its user would. `key`: as of an ObjectKey. */
  edit(resource: Resource, key: string, change: object): KubernetesObject {
    return this.sandbox.request('PATCH', objectPathOf(resource, refOfKey(key)), change) as KubernetesObject;
  }

  editStatus(resource: Resource, key: string, status: object): void {
    this.sandbox.request('PATCH', objectPathOf(resource, refOfKey(key), 'status'), { status });
  }

  delete(resource: Resource, key: string): void {
    this.sandbox.request('DELETE', objectPathOf(resource, refOfKey(key)));
  }

  /** Takes it away at once, finalizers or not. */
  vanish(resource: Resource, key: string): void {
    this.edit(resource, key, { metadata: { finalizers: null } });
    this.delete(resource, key);
  }

  read(resource: Resource, key: string): KubernetesObject | undefined {
    return this.at(objectPathOf(resource, refOfKey(key))) as KubernetesObject | undefined;
  }

  statusOf(resource: Resource, name: string): Record<string, unknown> {
    return { ...this.read(resource, name)?.status };
  }

  /** `Ready` and the like: status, reason and message. */
  condition(resource: Resource, name: string, type = 'Ready'): Readonly<Record<string, string>> | undefined {
    const { conditions = [] } = this.statusOf(resource, name) as { conditions?: Record<string, string>[] };
    return conditions.find((condition) => condition['type'] === type);
  }

  events(): SandboxEvent[] {
    const { items } = this.sandbox.request('GET', '/api/v1/events') as { readonly items: SandboxEvent[] };
    return items;
  }

  /** Since the last call: what changed, or tried to change, something on the server. */
  takeWrites(): string[] {
    const writes = this.requests.filter(({ method }) => method !== 'GET');
    this.requests = [];
    return writes.map(
      ({ method, path }) =>
        `${method} ${path.replace(/^.*\/(?=(vips|subnets|pods|switch-lb-rules|ippools|events)\b)/, '')}`,
    );
  }

  create(
    resource: Resource,
    name: string,
    spec: object,
    metadata: { readonly namespace?: string } = {},
  ): KubernetesObject {
    const what = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    const object = { ...what, metadata: { name, ...metadata }, spec };
    const path = collectionPathOf(resource, metadata.namespace);
    return this.sandbox.request('POST', path, object) as KubernetesObject;
  }

  private at(path: string): unknown {
    try {
      return this.sandbox.request('GET', path);
    } catch {
      return undefined;
    }
  }
}

function refOfKey(key: string): ObjectRef {
  const [name = '', namespace] = key.split('/').reverse();
  return namespace === undefined ? { name } : { namespace, name };
}
