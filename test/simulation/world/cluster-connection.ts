// One process' connection to the cluster: requests that take time, fail, or are carried out without anybody's being
// told; and watches that tell late.
import { KubernetesFault, type WhileActive } from '@holdfast/kube-api';
import type { SandboxConnection, SandboxRest } from '@holdfast/kube-api/testing';
import { checkOwnSide, clusterMark } from '../check/mark-book';
import { checkOneWorks } from '../check/one-works';
import type { Life } from './life';
import type { Surroundings } from './surroundings';

const GOING_MS = 3;
const COMING_MS = 2;
const WATCH_LAG_MS = 5;
const CUT_MAX_MS = 3_000;
/** Where another can take over, long enough for that. */
const CUT_FROM_LEASE_MAX_MS = 20_000;

export class ClusterConnection {
  readonly sandbox: SandboxConnection;

  constructor(
    private readonly world: Surroundings,
    private readonly life: Life,
    election?: WhileActive,
  ) {
    this.sandbox = world.cluster.sandbox.connect('holdfast', election);
    const { rest } = this.sandbox;
    rest.call = this.calling(rest.call.bind(rest));
    rest.watch = this.watching(rest.watch.bind(rest));
  }

  /** The network is cut, for a while. */
  cut(): void {
    const { rest } = this.sandbox;
    const { draws, outside, hasLease } = this.world;
    rest.cut();
    const lasts = draws.number(`${this.life.name} is cut`, () => outside.random());
    const maxMs = hasLease ? CUT_FROM_LEASE_MAX_MS : CUT_MAX_MS;
    this.life.clock.after(Math.ceil(lasts * maxMs), () => rest.mend());
  }

  /** The process died: its sockets are closed. */
  died(): void {
    // Not under its hands: it may be in the middle of something, and is to know nothing of its death.
    this.world.scheduler.after(0, () => void this.sandbox.api.close());
  }

  private calling(call: SandboxRest['call']): SandboxRest['call'] {
    return (request) => {
      const { cluster, hasLease } = this.world;
      if (hasLease) this.world.checked(() => checkOneWorks(cluster, this.life.name, request));
      const faults = this.world.faults.of(`${this.life.name} ${request.method} ${request.path}`);
      const going = faults.delayMs(GOING_MS, 'kubernetes-slow');
      const send = async () => {
        if (faults.strikes('kubernetes-error')) throw unavailable('the request did not get there');
        const { markBook, cluster } = this.world;
        const mark = markBook && request.method !== 'GET' ? clusterMark(cluster) : undefined;
        const answer = await call(request);
        if (request.method !== 'GET') {
          if (answer.status < 300) {
            this.world.wrote('kubernetes');
            if (markBook && mark)
              this.world.checked(() => checkOwnSide(markBook, this.life.name, 'kubernetes', mark));
            if (request.method === 'PATCH') this.world.annotationsWritten(request, answer.body);
          }
          this.world.note(`${this.life.name} ${request.method} ${request.path} ${answer.status}`);
        }
        if (faults.strikes('kubernetes-lost-reply')) throw unavailable('the reply was lost');
        return answer;
      };
      return this.life.call(going, send, faults.delayMs(COMING_MS, 'kubernetes-slow'));
    };
  }

  /** Events keep their order, and what is on its way when the stream ends never comes. */
  private watching(watch: SandboxRest['watch']): SandboxRest['watch'] {
    const { scheduler } = this.world;
    return (path, query, onEvent, signal, onOpen) => {
      const faults = this.world.faults.of(`${this.life.name} watch ${path}`);
      let deliveredMs = 0;
      let isOver = false;
      const late: typeof onEvent = (event) => {
        deliveredMs = Math.max(
          deliveredMs,
          scheduler.nowMs + faults.delayMs(WATCH_LAG_MS, 'kubernetes-slow'),
        );
        this.life.clock.after(deliveredMs - scheduler.nowMs, () =>
          signal.aborted || isOver ? undefined : onEvent(event),
        );
      };
      return watch(path, query, late, signal, onOpen).finally(() => (isOver = true));
    };
  }
}

function unavailable(what: string): KubernetesFault {
  return new KubernetesFault('kubernetes-unreachable', `${what}, says the simulation`, true);
}
