// The planes of a drill: which of them works, which stand by, and their end by kill -9.
import { until } from '@holdfast/infra/demo/until';
import { Plane } from '../e2e/disks/plane';
import type { DrillWorld } from './world';

/** A start on a loaded machine, and a Lease that runs out before it. */
const WITHIN_MS = 120_000;

interface Readiness {
  readonly status?: string;
  readonly activity?: { readonly kubernetes?: { readonly state?: string; readonly holder?: string } };
}

export class Planes {
  private constructor(
    private readonly world: DrillWorld,
    private readonly running: (Plane | undefined)[],
  ) {}

  static async start(world: DrillWorld, count: number): Promise<Planes> {
    const planes = new Planes(world, []);
    // One after the other: the first makes the ledger.
    for (let at = 0; at < count; at += 1) {
      await planes.startOne(at);
      if (at === 0) await planes.running[0]?.serves();
    }
    return planes;
  }

  /** Base URLs of those that run. */
  get urls(): readonly string[] {
    return this.running.flatMap((plane) => (plane && !plane.hasEnded ? [plane.http] : []));
  }

  /** Once one works on the cluster and all others stand by, each as its store lets it. @returns which works */
  active(): Promise<number> {
    return until(
      'one works and the others stand by',
      async () => {
        const states = await Promise.all(this.running.map((plane) => this.stateOf(plane)));
        const isSettled = states.every((state) => state === 'active' || state === 'standby');
        const isOne = states.filter((state) => state === 'active').length === 1;
        return isSettled && isOne ? states.indexOf('active') : undefined;
      },
      WITHIN_MS,
    );
  }

  async kill(at: number): Promise<number> {
    const plane = this.running[at] as Plane;
    await plane.kill();
    return plane.pid;
  }

  async startOne(at: number): Promise<void> {
    const { store, northbound, cluster } = this.world;
    this.running[at] = await Plane.start(
      store,
      `--northbound=${northbound.server.unix}`,
      `--kubeconfig=${cluster.kubeconfigFile}`,
    );
  }

  /** In order. @returns their exit codes */
  async stop(): Promise<readonly (number | null)[]> {
    const codes: (number | null)[] = [];
    // Who stands by would take over, and end on what the other left.
    for (const plane of this.running.splice(0)) if (plane) codes.push(await plane.stop());
    return codes;
  }

  async endAll(): Promise<void> {
    await Promise.all(this.running.splice(0).map((plane) => plane?.kill()));
  }

  private async stateOf(plane: Plane | undefined): Promise<string | undefined> {
    if (!plane || plane.hasEnded) return undefined;
    const body = await plane.ask('GET', '/readyz').then(
      (answer) => answer.body as Readiness,
      () => undefined,
    );
    // On SQLite it waits for the file, and is no further than that.
    if (body?.status === 'starting') return plane.line('standing by') ? 'standby' : undefined;
    const { state, holder } = body?.activity?.kubernetes ?? {};
    return holder ? state : undefined;
  }
}
