// The sandbox without a wire, as one thing: what is stored, what it is told to do wrong, and ways in. For tests in
// virtual time; with a wire it is the sandbox API server.
import type { Chance, Clock } from '@holdfast/clock';
import { activeRest, type WhileActive } from '../../election/active-rest';
import type { ConfigMaps } from '../../port/config-maps';
import type { KubernetesApi } from '../../port/kubernetes-api';
import type { Leases } from '../../port/leases';
import { RestConfigMaps } from '../../rest/rest-config-maps';
import { RestKubernetesApi } from '../../rest/rest-kubernetes-api';
import { RestLeases } from '../../rest/rest-leases';
import { SandboxCluster } from './sandbox-cluster';
import { SandboxFaults } from './sandbox-faults';
import { SandboxRest } from './sandbox-rest';

export interface SandboxConnection {
  readonly api: KubernetesApi;
  readonly leases: Leases;
  readonly configMaps: ConfigMaps;
  /** Its own way to the server, which can be cut. */
  readonly rest: SandboxRest;
}

export class Sandbox {
  readonly cluster: SandboxCluster;
  readonly faults: SandboxFaults;

  constructor(
    private readonly clock: Clock,
    private readonly chance: Chance,
  ) {
    this.cluster = new SandboxCluster(clock, chance);
    this.faults = new SandboxFaults(this.cluster, clock);
  }

  /** @param election whoever writes must be the one that works; anybody may when absent */
  connect(component = 'holdfast', election?: WhileActive): SandboxConnection {
    const rest = new SandboxRest(this.cluster, this.faults);
    const { clock, chance } = this;
    const active = election ? activeRest(rest, election) : rest;
    const api = new RestKubernetesApi({ rest: active, clock, chance, component });
    return { rest, api, leases: new RestLeases(rest, clock), configMaps: new RestConfigMaps(active) };
  }

  /** A request as it is, past every fault; throws when it is refused. */
  request(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/merge-patch+json',
  ): unknown {
    const query = new URLSearchParams();
    const answer = this.cluster.handle({
      method,
      path,
      query,
      accept: 'application/json',
      contentType,
      body,
    });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }
}
