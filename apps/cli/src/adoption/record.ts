// Records a plan through the server, and nothing else: each holder's steps in their order, several holders at once. What
// is refused meanwhile is a conflict like those found before; what is not decided ends it.
import { type AdoptionStep, type Conflict, importActor, refusedByLedger } from '@holdfast/kube';
import type { Clock } from '@holdfast/clock';
import type { RemoteLedger } from '../ledger';
import { toTimestamp } from '../format/moment';
import type { CallRefusal } from '../outcome';
import { type Asking, askingOf, commandIdOf } from './requests';

/** The server commits what comes together in one go; more would only wait there. */
const AT_ONCE_MAX = 16;

export interface Recorded {
  readonly done: ReadonlySet<AdoptionStep>;
  readonly conflicts: readonly Conflict[];
  /** The furthest that any reply told of; '' when nothing was asked. */
  readonly position: string;
  /** Why it ended early. */
  readonly fault?: CallRefusal;
}

export class Recording {
  private readonly done = new Set<AdoptionStep>();
  private readonly conflicts: Conflict[] = [];
  private position = '';
  private fault: CallRefusal | undefined;

  constructor(
    private readonly ledger: RemoteLedger,
    private readonly clock: Clock,
    /** Who runs import. */
    private readonly by: string,
    /** Where the ledger stood when the plan was made. */
    private readonly basis: string,
  ) {}

  /** @param steps in the order in which they can be done */
  async record(steps: readonly AdoptionStep[]): Promise<Recorded> {
    const needed = steps.filter(({ isSo }) => !isSo);
    const isSpace = ({ order }: AdoptionStep): boolean =>
      order.type === 'DefineSubnet' || order.type === 'DefinePool';
    await this.inTurn(needed.filter(isSpace));
    const chains = Map.groupBy(
      needed.filter((step) => !isSpace(step)),
      ({ order, who }) => `${order.subnet} ${who}`,
    );
    const waiting = chains.values();
    const work = async (): Promise<void> => {
      for (const chain of waiting) await this.inTurn(chain, true);
    };
    await Promise.all(Array.from({ length: AT_ONCE_MAX }, work));
    const { done, conflicts, position, fault } = this;
    return { done, conflicts, position, ...(fault && { fault }) };
  }

  /** @param isChain whether each needs the one before */
  private async inTurn(steps: readonly AdoptionStep[], isChain = false): Promise<void> {
    for (const step of steps) {
      if (this.fault) return;
      const isDone = await this.ask(step);
      if (!isDone && isChain) return;
    }
  }

  private async ask(step: AdoptionStep): Promise<boolean> {
    const { order, sources } = step;
    const asking = askingOf(order);
    const [reason = { uid: 'unknown', resourceVersion: 'unknown' }] = sources;
    const options = {
      actor: importActor(reason, this.by),
      commandId: commandIdOf(asking, this.basis),
      issuedAt: toTimestamp(Math.floor(this.clock.now())),
    };
    const { reply, refusal } = await this.send({
      ...asking,
      request: { ...asking.request, options },
    } as Asking);
    if (reply) {
      this.done.add(step);
      this.position = later(this.position, reply.position);
      return true;
    }
    if (refusal?.isFault) this.fault = refusal;
    else if (refusal) this.conflicts.push(refusedByLedger(order, holderText(order), sources, [], refusal));
    return false;
  }

  private async send({ name, request }: Asking): Promise<{
    readonly reply?: { readonly position: string };
    readonly refusal?: CallRefusal;
  }> {
    return this.ledger.call(name, request as never);
  }
}

/** Who or what a step is about. */
export function holderText(order: AdoptionStep['order']): string {
  switch (order.type) {
    case 'DefineSubnet':
      return `subnet/${order.subnet}`;
    case 'DefinePool':
      return `pool/${order.subnet}/${order.name}`;
    case 'ReserveVip':
      return `vip/${order.name}`;
    case 'ReserveAddress':
    case 'AttachUser':
    case 'DetachUser':
    case 'ReleaseAddress':
    case 'SetRetention':
      return order.holder;
  }
}

/** Of two positions (libs/api): numbers with slashes between them. */
export function later(a: string, b: string): string {
  const [left, right] = [a, b].map((text) => text.split('/').map((part) => BigInt(part || 0)));
  for (const [at, part] of (left ?? []).entries()) {
    const other = right?.[at] ?? 0n;
    if (part !== other) return part > other ? a : b;
  }
  return b;
}
