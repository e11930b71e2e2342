// One run against one server: asks it what a command was told to ask, and tells what came of it.
import type { MessageShape } from '@bufbuild/protobuf';
import type { OperationName, Operations } from '@holdfast/api';
import { EXIT, type ExitCode } from './exit-code';
import type { AskingFlags, ChangingFlags, GlobalFlags } from './flags';
import type { Io } from './io';
import type { Ledger, ListName, Reply, Request } from './ledger';
import { toTimestamp } from './moment';
import type { Outcome, Refusal } from './outcome';
import { tellRefusal } from './refusal';
import { UsageFault } from './usage-fault';

export type CommandName = {
  [Name in OperationName]: 'options' extends keyof MessageShape<Operations[Name]['request']> ? Name : never;
}[OperationName];
type QueryName = Exclude<OperationName, CommandName>;

/** A reply as a text for people, one or more whole lines. */
type View<Name extends OperationName> = (reply: Reply<Name>, isWide: boolean) => string;

export class Session {
  constructor(
    private readonly io: Io,
    private readonly flags: GlobalFlags & ChangingFlags & AskingFlags,
  ) {}

  /** Has a change made, under an id that makes every delivery one command. */
  async change<Name extends CommandName>(name: Name, request: Request<Name>, view: View<Name>): Promise<ExitCode> {
    const { actor = this.io.userName() } = this.flags;
    const { commandId, issuedAtMs } = this.identity();
    const options = { actor, commandId, issuedAt: toTimestamp(issuedAtMs) };
    const ledger = await this.ledger();
    const outcome = await ledger.call(name, { ...request, options } as Request<Name>);
    if (!outcome.refusal?.isFault) return this.tell(name, outcome, view);
    const { refusal } = outcome;
    const issuedAt = new Date(issuedAtMs).toISOString();
    const facts = { ...refusal.facts, commandId, issuedAt };
    const again = `the same command with --command-id ${commandId} --issued-at ${issuedAt}`;
    this.refuse({ ...refusal, facts });
    this.io.err(`holdfast: it may have been done; to make sure, give ${again}\n`);
    return EXIT.failed;
  }

  async ask<Name extends QueryName>(name: Name, request: Request<Name>, view: View<Name>): Promise<ExitCode> {
    return this.tell(name, await this.find(name, request), view);
  }

  async askAll<Name extends ListName>(name: Name, request: Request<Name>, view: View<Name>): Promise<ExitCode> {
    const ledger = await this.ledger();
    return this.tell(name, await ledger.callForAll(name, this.waiting(request)), view);
  }

  /** For a command that needs to know something first. */
  async find<Name extends QueryName>(name: Name, request: Request<Name>): Promise<Outcome<Reply<Name>>> {
    const ledger = await this.ledger();
    return ledger.call(name, name === 'GetStatus' ? request : this.waiting(request));
  }

  async tell<Name extends OperationName>(
    name: Name,
    outcome: Outcome<Reply<Name>>,
    view: View<Name>,
  ): Promise<ExitCode> {
    if (outcome.refusal) return this.refuse(outcome.refusal);
    const { output } = this.flags;
    if (output === 'json') this.io.out(`${(await this.ledger()).json(name, outcome.reply)}\n`);
    else this.io.out(view(outcome.reply, output === 'wide'));
    return EXIT.done;
  }

  /** To people, beside the answer: that there is nothing. Programs see the empty list. */
  note(text: string): string {
    if (this.flags.output !== 'json') this.io.err(`${text}\n`);
    return '';
  }

  private refuse(refusal: Refusal): ExitCode {
    const { code, message, facts, retryable, isFault } = refusal;
    if (this.flags.output === 'json') {
      this.io.out(`${JSON.stringify({ code, message, facts, retryable }, null, 2)}\n`);
    }
    this.io.err(`holdfast: ${tellRefusal(refusal)}\n`);
    if (isFault) return EXIT.failed;
    return code === 'InvalidArgument' ? EXIT.usage : EXIT.refused;
  }

  private identity(): { readonly commandId: string; readonly issuedAtMs: number } {
    const { commandId, issuedAt } = this.flags;
    if (commandId !== undefined && issuedAt !== undefined) return { commandId, issuedAtMs: issuedAt };
    if (commandId === undefined && issuedAt === undefined) {
      return { commandId: this.io.chance.uuid(), issuedAtMs: Math.floor(this.io.clock.now()) };
    }
    throw new UsageFault('--command-id and --issued-at go together: the same two in every delivery');
  }

  private waiting<Name extends OperationName>(request: Request<Name>): Request<Name> {
    return { ...request, atLeastPosition: this.flags.atLeastPosition ?? '' };
  }

  private opened: Promise<Ledger> | undefined;

  private ledger(): Promise<Ledger> {
    const { server, timeout } = this.flags;
    this.opened ??= import('./ledger').then((module) => new module.Ledger(server, this.io, timeout));
    return this.opened;
  }
}
