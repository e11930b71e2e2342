// The Kubernetes cluster of a world: the sandbox, with Holdfast's definitions, and ways in for its users. It outlives
// every process of ours.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@holdfast/clock';
import type { SeededChance } from '@holdfast/clock/testing';
import { type KubernetesObject, type Resource, SUBNETS, VIPS, apiVersionOf } from '@holdfast/kube';
import { MANIFESTS, Sandbox } from '@holdfast/kube/testing';
import { parseYaml } from '../../product';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Read once, before any run: a run reads no files. */
const definitions = readdirSync(MANIFESTS.holdfast)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => parseYaml(readFileSync(join(MANIFESTS.holdfast, file), 'utf8')) as object);

export class Cluster {
  readonly sandbox: Sandbox;
  /** Vips that were taken away by force, ever. */
  readonly forced = new Set<string>();

  constructor(clock: Clock, chance: SeededChance) {
    this.sandbox = new Sandbox(clock, chance);
    for (const definition of definitions) this.sandbox.request('POST', DEFINITIONS, definition);
  }

  list(resource: Resource): readonly KubernetesObject[] {
    return (this.sandbox.request('GET', pathOf(resource)) as { readonly items: KubernetesObject[] }).items;
  }

  get(resource: Resource, name: string): KubernetesObject | undefined {
    return this.try(() => this.sandbox.request('GET', pathOf(resource, name)));
  }

  create(resource: Resource, name: string, spec: object): KubernetesObject | undefined {
    const object = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { name }, spec };
    return this.try(() => this.sandbox.request('POST', pathOf(resource), object));
  }

  edit(resource: Resource, name: string, change: object): void {
    this.try(() => this.sandbox.request('PATCH', pathOf(resource, name), change));
  }

  delete(resource: Resource, name: string): void {
    this.try(() => this.sandbox.request('DELETE', pathOf(resource, name)));
  }

  /** Takes it away at once, finalizers or not. */
  vanish(resource: Resource, name: string): void {
    if (resource === VIPS) this.forced.add(name);
    this.edit(resource, name, { metadata: { finalizers: null } });
    this.delete(resource, name);
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

function pathOf({ group, version, plural }: Resource, name?: string): string {
  return `/apis/${group}/${version}/${plural}${name === undefined ? '' : `/${name}`}`;
}

export { SUBNETS, VIPS };
