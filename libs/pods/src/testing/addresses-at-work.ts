// A PodAddresses on a server of the suite, with a ledger in memory that outlives it.
import { systemChance, systemClock } from '@holdfast/clock';
import { formatAddress, type Holder, parseCidr } from '@holdfast/ipam';
import {
  collectionPathOf,
  type KubernetesApi,
  type KubernetesObject,
  objectPathOf,
  PODS,
  type Resource,
  SUBNETS,
} from '@holdfast/kube-api';
import { MemoryLedger } from '@holdfast/ledger/testing';
import { untilItPasses, type SuiteWorld } from '@holdfast/kube-api/testing';
import { PodAddressProjector } from '../projector/pod-address-projector';

export const NAMESPACE = 'default';
const MERGE = 'application/merge-patch+json';
/** No node agent is there to say that a Pod has ended. */
const AT_ONCE = { gracePeriodSeconds: 0 };

export class AddressesAtWork {
  readonly ledger = new MemoryLedger({ clock: systemClock });
  private api: KubernetesApi | undefined;
  projector: PodAddressProjector | undefined;

  constructor(
    private readonly world: SuiteWorld,
    readonly subnet: string,
  ) {}

  async start(): Promise<void> {
    const { ledger } = this;
    const cidrs = [parseCidr('10.16.0.0/16')].filter((cidr) => cidr !== undefined);
    if (!ledger.view.subnet(this.subnet))
      await ledger.execute({ type: 'DefineSubnet', subnet: this.subnet, cidrs }, 'test');
    if (!(await this.world.read(SUBNETS, this.subnet)))
      await this.world.create(SUBNETS, this.subnet, { spec: { cidrBlock: '10.16.0.0/16', default: true } });
    this.api = this.world.connect();
    const time = { clock: systemClock, chance: systemChance };
    this.projector = new PodAddressProjector({ api: this.api, ledger, graceMs: 500, ...time });
    expect(await this.projector.start()).toBe(true);
  }

  async kill(): Promise<void> {
    await Promise.all([this.projector?.stop(), this.api?.close()]);
    this.ledger.restart();
  }

  /** Takes every object of these kinds away, and the projector. */
  async finish(resources: readonly Resource[]): Promise<void> {
    try {
      for (const resource of resources) await this.removeAll(resource);
      await untilItPasses(() => expect(this.holders()).toEqual([]));
    } finally {
      await this.kill();
      await this.world.delete(SUBNETS, this.subnet);
    }
  }

  async pod(name: string, metadata: object = {}): Promise<KubernetesObject> {
    const body = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata } },
      spec: { containers: [{ name: 'main', image: 'example.com/none' }] },
    };
    return this.post(PODS, body);
  }

  async object(resource: Resource, name: string, spec: object): Promise<KubernetesObject> {
    const apiVersion = resource.group ? `${resource.group}/${resource.version}` : resource.version;
    return this.post(resource, { apiVersion, kind: resource.kind, metadata: { name }, spec });
  }

  async edit(resource: Resource, name: string, change: object, subresource?: string): Promise<void> {
    const path = objectPathOf(resource, { namespace: NAMESPACE, name }, subresource);
    const { status, body } = await this.world.server.request('PATCH', path, change, MERGE);
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  async remove(resource: Resource, name: string): Promise<void> {
    await this.world.server.request(
      'DELETE',
      objectPathOf(resource, { namespace: NAMESPACE, name }),
      AT_ONCE,
    );
  }

  async read(resource: Resource, name: string): Promise<KubernetesObject | undefined> {
    const path = objectPathOf(resource, { namespace: NAMESPACE, name });
    const { status, body } = await this.world.server.request('GET', path);
    return status === 200 ? (body as KubernetesObject) : undefined;
  }

  /** Waits until the Pod is told an address; returns it. */
  async shown(name: string): Promise<string> {
    return untilItPasses(async () => {
      const annotations = (await this.read(PODS, name))?.metadata.annotations ?? {};
      expect(annotations['ovn.kubernetes.io/allocated']).toBe('true');
      return annotations['ovn.kubernetes.io/ip_address'] as string;
    });
  }

  holders(): string[] {
    return [...(this.ledger.view.subnet(this.subnet)?.byHolder.keys() ?? [])].sort();
  }

  heldBy(holder: string): string | undefined {
    const held = this.ledger.view.subnet(this.subnet)?.byHolder.get(holder as Holder);
    return held && formatAddress(held.v4 as number);
  }

  usersOf(holder: string): string[] {
    const users = this.ledger.view.subnet(this.subnet)?.users.usersOf(holder as Holder) ?? [];
    return users.map(({ uid }) => uid);
  }

  private async post(resource: Resource, body: object): Promise<KubernetesObject> {
    const answer = await this.world.server.request('POST', collectionPathOf(resource, NAMESPACE), body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body as KubernetesObject;
  }

  private async removeAll(resource: Resource): Promise<void> {
    const { body } = await this.world.server.request('GET', collectionPathOf(resource, NAMESPACE));
    const { items = [] } = body as { readonly items?: readonly KubernetesObject[] };
    for (const { metadata } of items) await this.remove(resource, metadata.name);
  }
}
