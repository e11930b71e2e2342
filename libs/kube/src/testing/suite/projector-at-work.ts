// A projector on a server of the suite, with a ledger in memory that outlives it, and a count of what it writes.
import { sleep, systemChance, systemClock } from '@holdfast/clock';
import { KubeConfig } from '@kubernetes/client-node';
import { ClientNodeRest } from '@holdfast/kube-api/client-node';
import { ObjectProjector } from '../../projector/object-projector';
import {
  apiVersionOf,
  collectionPathOf,
  IP_POOLS,
  type KubernetesApi,
  type KubernetesObject,
  type Resource,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from '@holdfast/kube-api';
import { MemoryLedger } from '@holdfast/ledger/testing';
import { untilItPasses, type SuiteWorld } from '@holdfast/kube-api/testing';

export interface ServerEvent {
  readonly type: string;
  readonly reason: string;
  readonly count: number;
}

export class ProjectorAtWork {
  readonly ledger = new MemoryLedger({ clock: systemClock });
  readonly writes = { objects: 0, subnets: 0, events: 0 };
  private api: KubernetesApi | undefined;
  private projector: ObjectProjector | undefined;

  constructor(private readonly world: SuiteWorld) {}

  async start(): Promise<void> {
    const { ledger } = this;
    this.api = this.world.connect();
    const api = this.counting(this.api);
    this.projector = new ObjectProjector({ api, ledger, clock: systemClock, chance: systemChance });
    expect(await this.projector.start()).toBe(true);
  }

  /** Resolves when the projector is no more; the ledger then is as a new process would find it. */
  async kill(): Promise<void> {
    await Promise.all([this.projector?.stop(), this.api?.close()]);
    this.ledger.restart();
  }

  /** Takes away every rule, pool, Vip and Subnet, in the way that their users would, and then the projector, whatever happened. */
  async finish(): Promise<void> {
    try {
      for (const resource of [SWITCH_LB_RULES, IP_POOLS, VIPS, SUBNETS])
        await this.world.server.request('DELETE', collectionPathOf(resource));
      await untilItPasses(() =>
        expect(this.projector?.status).toMatchObject({ rules: 0, pools: 0, vips: 0, subnets: 0, due: 0 }),
      );
    } finally {
      await this.kill();
    }
    for (const resource of [SWITCH_LB_RULES, IP_POOLS, VIPS, SUBNETS])
      expect(await this.all(resource)).toEqual([]);
  }

  subnet(name = 'ovn-default', spec: object = { cidrBlock: '10.16.0.0/16' }): Promise<KubernetesObject> {
    return this.world.create(SUBNETS, name, { spec });
  }

  vip(name: string, spec: object = {}): Promise<KubernetesObject> {
    return this.world.create(VIPS, name, { spec: { subnet: 'ovn-default', ...spec } });
  }

  /** As many as that, over a few connections that are kept. */
  async vips(names: readonly string[]): Promise<void> {
    const config = new KubeConfig();
    config.loadFromString(this.world.server.kubeconfig);
    const client = { userAgent: 'suite', fieldManager: 'suite' };
    const rest = new ClientNodeRest(config, systemClock, client);
    const what = { apiVersion: apiVersionOf(VIPS), kind: VIPS.kind, spec: { subnet: 'ovn-default' } };
    const create = async (name: string): Promise<void> => {
      const body = { ...what, metadata: { name } };
      expect(await rest.call({ method: 'POST', path: collectionPathOf(VIPS), body })).toMatchObject({
        status: 201,
      });
    };
    for (let from = 0; from < names.length; from += TOGETHER)
      await Promise.all(names.slice(from, from + TOGETHER).map(create));
    await rest.close();
  }

  /** Waits until the Vip's status says all of that; returns the object. */
  async shows(name: string, status: object): Promise<KubernetesObject> {
    return untilItPasses(async () => {
      const object = await this.world.read(VIPS, name);
      expect(object?.status).toMatchObject(status);
      return object as KubernetesObject;
    });
  }

  async refused(name: string, reason: string): Promise<KubernetesObject> {
    const condition = (type: string): object =>
      expect.objectContaining({ type, status: 'False', reason, message: expect.stringMatching(/./) });
    return this.shows(name, {
      conditions: expect.arrayContaining([condition('Ready'), condition('Reserved')]),
    });
  }

  async gone(resource: Resource, name: string): Promise<void> {
    await untilItPasses(async () => expect(await this.world.read(resource, name)).toBeUndefined());
  }

  async all(resource: Resource): Promise<KubernetesObject[]> {
    const { body } = await this.world.server.request('GET', collectionPathOf(resource));
    return (body as { readonly items: KubernetesObject[] }).items;
  }

  async eventsOf({ metadata }: KubernetesObject): Promise<ServerEvent[]> {
    const query = `fieldSelector=involvedObject.uid%3D${metadata.uid}`;
    const { body } = await this.world.server.request('GET', `/api/v1/events?${query}`);
    return (body as { readonly items: ServerEvent[] }).items;
  }

  /** Waits until the Subnet counts so many, and nothing is left to do. */
  async counts(v4usingIPs: number, name = 'ovn-default'): Promise<KubernetesObject> {
    const object = await untilItPasses(async () => {
      const there = await this.world.read(SUBNETS, name);
      expect(there?.status).toMatchObject({ v4usingIPs });
      return there as KubernetesObject;
    });
    await this.rest();
    return object;
  }

  /** Waits until the projector has nothing to do, and has had nothing to do for a while. */
  private async rest(): Promise<void> {
    const state = (): string => JSON.stringify([this.projector?.status, this.writes]);
    for (let before = ''; before !== state(); ) {
      await untilItPasses(() => expect(this.projector?.status.due).toBe(0));
      before = state();
      await sleep(systemClock, QUIET_MS);
    }
  }

  private counting(api: KubernetesApi): KubernetesApi {
    const count = (resource: Resource): void => {
      this.writes[resource === SUBNETS ? 'subnets' : 'objects'] += 1;
    };
    return {
      follow: (resource, watcher) => api.follow(resource, watcher),
      close: () => api.close(),
      patch: (resource, ref, change, expected) => {
        count(resource);
        return api.patch(resource, ref, change, expected);
      },
      patchStatus: (resource, ref, status, expected) => {
        count(resource);
        return api.patchStatus(resource, ref, status, expected);
      },
      recordEvent: (event) => {
        this.writes.events += 1;
        return api.recordEvent(event);
      },
    };
  }
}

/** For so long nothing may follow, where a test counts what was written. */
const QUIET_MS = 250;
/** Requests of a test that are under way at once. */
const TOGETHER = 25;
