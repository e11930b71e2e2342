// One run against one server: asks it what a command was told to ask, and tells what came of it.
import type { MessageShape } from '@bufbuild/protobuf';
import type { OperationName, Operations } from '@holdfast/api';
import { EXIT, type ExitCode } from '../exit-code';
import {
  type AskingFlags,
  type ChangingFlags,
  type GlobalFlags,
  TIMEOUT_DEFAULT_MS,
  serverUrl,
} from '../flags';
import type { Io } from '../io';
import type { RemoteLedger, ListName, ReplyTo, Request } from '../ledger';
import { toTimestamp } from '../format/moment';
import type { CliOutcome, CallRefusal } from '../outcome';
import { tellRefusal } from '../refusal';
import { UsageFault } from '../usage-fault';

export type ChangingOperation = {
  [Name in OperationName]: 'options' extends keyof MessageShape<Operations[Name]['request']> ? Name : never;
}[OperationName];
type QueryName = Exclude<OperationName, ChangingOperation>;

/** A reply as a text for people, one or more whole lines; or that there is nothing, which is told beside it. */
type View<Name extends OperationName> = (
  reply: ReplyTo<Name>,
  isWide: boolean,
) => string | { readonly nothing: string };

/** A reply in the contract's own JSON. */
type ToJson = <Name extends OperationName>(name: Name, reply: ReplyTo<Name>) => object;

export class CliSession {
  /** What changed after that, whoever was asked in between, was not known to who issued the command. */
  private readonly startedAtMs: number;

  constructor(
    private readonly io: Io,
    private readonly flags: GlobalFlags & ChangingFlags & AskingFlags,
  ) {
    this.startedAtMs = Math.floor(io.clock.now());
  }

  /** Has a change made, under an id that makes every delivery one command. */
  async change<Name extends ChangingOperation>(
    name: Name,
    request: Request<Name>,
    view: View<Name>,
  ): Promise<ExitCode> {
    const { actor = this.io.userName() } = this.flags;
    const { commandId, issuedAtMs } = this.identity();
    const options = { actor, commandId, issuedAt: toTimestamp(issuedAtMs) };
    const outcome = await this.ledger.call(name, { ...request, options } as Request<Name>);
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

  async askAll<Name extends ListName>(
    name: Name,
    request: Request<Name>,
    view: View<Name>,
  ): Promise<ExitCode> {
    return this.tell(name, await this.ledger.callForAll(name, this.waiting(request)), view);
  }

  /** For a command that needs to know something first. */
  find<Name extends QueryName>(name: Name, request: Request<Name>): Promise<CliOutcome<ReplyTo<Name>>> {
    return this.ledger.call(name, name === 'GetStatus' ? request : this.waiting(request));
  }

  /** To their end, for a command that puts several answers together. */
  findAll<Name extends ListName>(name: Name, request: Request<Name>): Promise<CliOutcome<ReplyTo<Name>>> {
    return this.ledger.callForAll(name, this.waiting(request));
  }

  /** What was put together from several answers: for programs, or for people. */
  tellWhole(json: (toJson: ToJson) => object, text: (isWide: boolean) => string): ExitCode {
    const toJson: ToJson = (name, reply) => JSON.parse(this.ledger.json(name, reply)) as object;
    const { output } = this.flags;
    const isJson = output === 'json';
    this.io.out(isJson ? `${JSON.stringify(json(toJson), null, 2)}\n` : text(output === 'wide'));
    return EXIT.done;
  }

  tell<Name extends OperationName>(
    name: Name,
    outcome: CliOutcome<ReplyTo<Name>>,
    view: View<Name>,
  ): ExitCode {
    if (outcome.refusal) return this.refuse(outcome.refusal);
    const { output } = this.flags;
    if (output === 'json') {
      this.io.out(`${this.ledger.json(name, outcome.reply)}\n`);
      return EXIT.done;
    }
    const shown = view(outcome.reply, output === 'wide');
    if (typeof shown === 'string') this.io.out(shown);
    else this.io.err(`${shown.nothing}\n`);
    return EXIT.done;
  }

  private refuse(refusal: CallRefusal): ExitCode {
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
      return { commandId: this.io.chance.uuid(), issuedAtMs: this.startedAtMs };
    }
    throw new UsageFault('--command-id and --issued-at go together: the same two in every delivery');
  }

  private waiting<Name extends OperationName>(request: Request<Name>): Request<Name> {
    const { atLeastPosition } = this.flags;
    const isSaid = atLeastPosition === undefined || 'atLeastPosition' in request;
    return isSaid ? request : { ...request, atLeastPosition };
  }

  private opened: RemoteLedger | undefined;

  private get ledger(): RemoteLedger {
    const { timeout = TIMEOUT_DEFAULT_MS } = this.flags;
    return (this.opened ??= openLedger(serverUrl(this.flags, this.io), this.io, timeout));
  }
}

/** Loaded by the first who needs it: the contract takes as long to load as all the rest. */
function openLedger(...args: ConstructorParameters<typeof RemoteLedger>): RemoteLedger {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const module = require('../ledger') as typeof import('../ledger');
  return new module.RemoteLedger(...args);
}
