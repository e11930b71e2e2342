// The Kubernetes cluster of a world: the sandbox, with Holdfast's and KubeVirt's definitions, and ways in for its users.
// It outlives every process of ours.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@holdfast/clock';
import type { SeededChance } from '@holdfast/clock/testing';
import {
  IP_POOLS,
  type KubernetesObject,
  NAMESPACES,
  type ObjectRef,
  PODS,
  type Resource,
  STATEFUL_SETS,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
  apiVersionOf,
  namespacedResource,
} from '@holdfast/kube-api';
import { MANIFESTS, parseYaml, Sandbox } from '@holdfast/kube-api/testing';
import { Picture } from './picture';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export const MACHINES = namespacedResource('kubevirt.io', 'v1', 'virtualmachines', 'VirtualMachine');
export const INSTANCES = namespacedResource(
  'kubevirt.io',
  'v1',
  'virtualmachineinstances',
  'VirtualMachineInstance',
);

export const RESOURCES: readonly Resource[] = [
  ...[SUBNETS, VIPS, IP_POOLS, SWITCH_LB_RULES],
  ...[NAMESPACES, PODS, STATEFUL_SETS, MACHINES, INSTANCES],
];

/** Read once, before any run: a run reads no files. */
const definitions = [
  ...readdirSync(MANIFESTS.holdfast)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parseYaml(readFileSync(join(MANIFESTS.holdfast, file), 'utf8')) as object),
  ...[MACHINES, INSTANCES].map(laxDefinition),
];

/** What somebody did in it, to be done again. */
export type ClusterCall =
  | { readonly create: string; readonly kind: string; readonly spec: object; readonly more: object }
  | { readonly edit: ObjectRef | string; readonly kind: string; readonly change: object }
  | { readonly editStatus: ObjectRef; readonly kind: string; readonly status: object }
  | { readonly delete: ObjectRef | string; readonly kind: string }
  | { readonly vanish: ObjectRef | string; readonly kind: string }
  | { readonly migrate: string }
  | { readonly node: string }
  | { readonly wake: true };

export class Cluster {
  readonly sandbox: Sandbox;
  readonly picture: Picture;
  /** Vips that were taken away by force, ever. */
  readonly forced = new Set<string>();
  private calls: ClusterCall[] | undefined;

  constructor(clock: Clock, chance: SeededChance) {
    this.sandbox = new Sandbox(clock, chance);
    this.picture = new Picture(this.sandbox.cluster);
    for (const definition of definitions) this.sandbox.request('POST', DEFINITIONS, definition);
  }

  list(resource: Resource): readonly KubernetesObject[] {
    return this.picture.all(resource).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  get(resource: Resource, name: string, namespace?: string): KubernetesObject | undefined {
    return this.picture.of(resource).get(namespace === undefined ? name : `${namespace}/${name}`);
  }

  create(resource: Resource, name: string, spec: object, more: Partial<ObjectRef> | object = {}) {
    const metadata = { name, ...more };
    const object = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, spec };
    const { namespace } = metadata as ObjectRef;
    return this.done({ create: name, kind: resource.plural, spec, more }, () =>
      this.try(() => this.sandbox.request('POST', pathOf(resource, { namespace }), object)),
    );
  }

  edit(resource: Resource, ref: ObjectRef | string, change: object): KubernetesObject | undefined {
    return this.done({ edit: ref, kind: resource.plural, change }, () =>
      this.try(() => this.sandbox.request('PATCH', pathOf(resource, refTo(ref)), change)),
    );
  }

  editStatus(resource: Resource, ref: ObjectRef, status: object): void {
    this.done({ editStatus: ref, kind: resource.plural, status }, () =>
      this.try(() => this.sandbox.request('PATCH', `${pathOf(resource, ref)}/status`, { status })),
    );
  }

  delete(resource: Resource, ref: ObjectRef | string): void {
    this.done({ delete: ref, kind: resource.plural }, () =>
      this.try(() => this.sandbox.request('DELETE', pathOf(resource, refTo(ref)))),
    );
  }

  /** Takes it away at once, finalizers or not. */
  vanish(resource: Resource, ref: ObjectRef | string): void {
    this.done({ vanish: ref, kind: resource.plural }, () => {
      if (resource === VIPS) this.forced.add(refTo(ref).name);
      this.edit(resource, ref, { metadata: { finalizers: null } });
      this.delete(resource, ref);
    });
  }

  /** What users do while `act` runs; not what follows from it by itself. */
  callsOf(act: () => void): readonly ClusterCall[] {
    const calls: ClusterCall[] = (this.calls = []);
    act();
    this.calls = undefined;
    return calls;
  }

  /** Does it; whatever is done for it is part of it. */
  done<Result>(call: ClusterCall, act: () => Result): Result {
    const { calls } = this;
    calls?.push(structuredClone(call));
    this.calls = undefined;
    const result = act();
    this.calls = calls;
    return result;
  }

  /** A user is told of a refusal and leaves it at that. */
  private try(request: () => unknown): KubernetesObject | undefined {
    try {
      return request() as KubernetesObject;
    } catch {
      return undefined;
    }
  }
}

const refTo = (ref: ObjectRef | string): ObjectRef => (typeof ref === 'string' ? { name: ref } : ref);
const nameOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function pathOf({ group, version, plural }: Resource, { namespace, name }: Partial<ObjectRef>): string {
  const groupPath = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${groupPath}${scope}/${plural}${name === undefined ? '' : `/${name}`}`;
}

/** As lax as a cluster's may be. */
function laxDefinition({ group, plural, kind }: Resource): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema };
  const names = { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names, versions: [version] },
  };
}

export { IP_POOLS, NAMESPACES, PODS, STATEFUL_SETS, SUBNETS, SWITCH_LB_RULES, VIPS };
