// Records a plan through the server, and nothing else: each holder's steps in their order, several holders at once. What
// is refused meanwhile is a conflict like those found before; what is not decided ends it.
import { importActor } from '@holdfast/kube';
import type { Clock } from '@holdfast/clock';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ImportConflict } from '../cluster/conflict';
import { refusedByLedger } from '../plan/ledger-conflict';
import type { ImportStep } from '../plan/import-step';
import type { LedgerCallRefusal, LedgerClient } from './ledger-client';
import { later } from './position';
import { type Asking, askingOf, commandIdOf } from './requests';

/** The server commits what comes together in one go; more would only wait there. */
const AT_ONCE_MAX = 16;

export interface Recorded {
  readonly done: ReadonlySet<ImportStep>;
  readonly conflicts: readonly ImportConflict[];
  /** The furthest that any reply told of; '' when nothing was asked. */
  readonly position: string;
  /** Why it ended early. */
  readonly fault?: LedgerCallRefusal;
}

export class Recording {
  private readonly done = new Set<ImportStep>();
  private readonly conflicts: ImportConflict[] = [];
  private position = '';
  private fault: LedgerCallRefusal | undefined;

  constructor(
    private readonly ledger: LedgerClient,
    private readonly clock: Clock,
    /** Who runs import. */
    private readonly by: string,
    /** Where the ledger stood when the plan was made. */
    private readonly basis: string,
  ) {}

  /** @param steps in the order in which they can be done */
  async record(steps: readonly ImportStep[]): Promise<Recorded> {
    const needed = steps.filter(({ isSo }) => !isSo);
    const isSpace = ({ command }: ImportStep): boolean =>
      command.type === 'DefineSubnet' || command.type === 'DefinePool';
    await this.inSequence(needed.filter(isSpace));
    const chains = Map.groupBy(
      needed.filter((step) => !isSpace(step)),
      ({ command, who }) => `${command.subnet} ${who}`,
    );
    const waiting = chains.values();
    const work = async (): Promise<void> => {
      for (const chain of waiting) await this.inSequence(chain, true);
    };
    await Promise.all(Array.from({ length: AT_ONCE_MAX }, work));
    const { done, conflicts, position, fault } = this;
    return { done, conflicts, position, ...(fault && { fault }) };
  }

  /** @param isChain whether each needs the one before */
  private async inSequence(steps: readonly ImportStep[], isChain = false): Promise<void> {
    for (const step of steps) {
      if (this.fault) return;
      const isDone = await this.ask(step);
      if (!isDone && isChain) return;
    }
  }

  private async ask(step: ImportStep): Promise<boolean> {
    const { command, sources } = step;
    const asking = askingOf(command);
    const [reason = { uid: 'unknown', resourceVersion: 'unknown' }] = sources;
    const options = {
      actor: importActor(reason, this.by),
      commandId: commandIdOf(asking, this.basis),
      issuedAt: timestampFromMs(Math.floor(this.clock.now())),
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
    else if (refusal)
      this.conflicts.push(refusedByLedger(command, holderText(command), sources, [], refusal));
    return false;
  }

  private async send({ name, request }: Asking): Promise<{
    readonly reply?: { readonly position: string };
    readonly refusal?: LedgerCallRefusal;
  }> {
    return this.ledger.call(name, request as never);
  }
}

/** Who or what a step is about. */
export function holderText(command: ImportStep['command']): string {
  switch (command.type) {
    case 'DefineSubnet':
      return `subnet/${command.subnet}`;
    case 'DefinePool':
      return `pool/${command.subnet}/${command.name}`;
    case 'ReserveVip':
      return `vip/${command.name}`;
    case 'ReserveAddress':
    case 'AttachUser':
    case 'DetachUser':
    case 'ReleaseAddress':
    case 'SetRetention':
      return command.holder;
  }
}
