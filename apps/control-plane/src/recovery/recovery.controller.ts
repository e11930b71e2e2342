// What `holdfast recover` asks of a process: how each side was found, and that an operator has decided what holds there. Not part of
// the contract: it concerns this process, and what it has seen at its sides. What is decided stands in the ledger's own record, so
// that every process obeys it; no side is written here.
import {
  type Asked,
  CONTENT_TYPES,
  encodeReply,
  isCommand,
  type Operation,
  operations,
  readRequest,
} from '@holdfast/api';
import {
  type LedgerCommand,
  LedgerCommands,
  LedgerIdentity,
  SideComparisons,
  type SideState,
} from '@holdfast/ledger';
import { isSameMark, type LedgerMark, SIDES, type Side } from '@holdfast/ipam';
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Header,
  HttpCode,
  Logger,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';
import { RejectionException } from '../gateway/http/rejection.filter';
import { readDecision, readSettle, readWithhold } from './recovery-body';

interface ShownSides {
  /** Where the ledger of this process stands. */
  readonly ledger: LedgerMark;
  readonly sides: readonly Omit<SideState, 'kind'>[];
}

/** What records that somebody has what a side shows: no more. */
const RECOVERING: ReadonlySet<string> = new Set([
  'DefineSubnet',
  'DefinePool',
  'ReserveAddress',
  'MoveAddress',
  'ReserveVip',
  'ReviseVip',
  'AttachUser',
  'GrantVipParent',
]);

@Controller('recovery')
export class RecoveryController {
  private readonly log = new Logger('recovery');

  constructor(
    private readonly identity: LedgerIdentity,
    private readonly sides: SideComparisons,
    private readonly commands: LedgerCommands,
  ) {}

  @Get()
  show(): ShownSides {
    const sides = this.sides.states.map(({ side, state, why, message, sinceMs, found }) => {
      return { side, state, why, message, sinceMs, found };
    });
    return { ledger: this.identity.mark(), sides };
  }

  /** Goes on at a side that is fenced, if it is still as it was when it was decided. */
  @Post('sides/:side')
  @HttpCode(200)
  async recover(@Param('side') name: string, @Body() body?: Uint8Array): Promise<{ position: string }> {
    const side = SIDES.find((known) => known === name);
    if (!side) throw new NotFoundException(`there is no side ${name}; there are ${SIDES.join(', ')}`);
    const { choice, because, actor, found, shownPosition } = readDecision(body);
    this.assertStillSo(side, found, shownPosition);
    const decision = { side, choice, because, replaced: found, shownPosition };
    const position = await this.identity.recover(decision, actor);
    this.log.warn({ msg: 'an operator decided what holds', side, choice, because, actor });
    return { position: position ?? '' };
  }

  /** A command of the contract, in its own JSON, that may give out the addresses that it names while a side is fenced. */
  @Post('commands/:name')
  @HttpCode(200)
  @Header('content-type', CONTENT_TYPES.json)
  async command(@Param('name') name: string, @Body() body?: Uint8Array): Promise<Buffer> {
    const operation = (operations as Readonly<Record<string, Operation>>)[name];
    if (!operation || !isCommand(operation) || !RECOVERING.has(name))
      throw new NotFoundException(`a recovery has no command ${name}; it has ${[...RECOVERING].join(', ')}`);
    const { meaning, rejected } = readRequest(operation, body ?? new Uint8Array(), 'json');
    if (rejected) throw new RejectionException(rejected);
    const { command, commandId, issuedAtMs, actor = 'unknown' } = meaning as Asked<LedgerCommand>;
    const envelope = { command, commandId, issuedAtMs, actor: { name: actor, through: 'recover' } };
    const outcome = await this.commands.execute(envelope, { isRecovery: true });
    if (outcome.rejected) throw new RejectionException(outcome.rejected);
    return Buffer.from(encodeReply(operation, operation.present(outcome, meaning) as never, 'json'));
  }

  @Post('withheld-addresses')
  @HttpCode(200)
  withhold(@Body() body?: Uint8Array): Promise<{ position: string }> {
    return this.execute(readWithhold(body));
  }

  @Post('settled-addresses')
  @HttpCode(200)
  settle(@Body() body?: Uint8Array): Promise<{ position: string }> {
    return this.execute(readSettle(body));
  }

  private async execute({
    command,
    actor,
  }: {
    readonly command: LedgerCommand;
    readonly actor: string;
  }): Promise<{ position: string }> {
    const outcome = await this.commands.execute({ command, actor: { name: actor, through: 'recover' } });
    if (outcome.rejected) throw new RejectionException(outcome.rejected);
    return { position: outcome.position ?? '' };
  }

  /** @throws ConflictException where it is not fenced, or another mark is there by now */
  private assertStillSo(side: Side, decided: LedgerMark, shownPosition: string | undefined): void {
    const { state, found } = this.sides.states.find((one) => one.side === side) ?? {};
    if (state !== 'fenced')
      throw new ConflictException(`the ${side} is not fenced; there is nothing to decide`);
    if (!found)
      throw new ConflictException(`the ${side} was found to be fenced by another process; ask that one`);
    if (isSameMark(found.mark, decided) && found.shownPosition === shownPosition) return;
    throw new ConflictException(
      `something else is at the ${side} by now: another ledger's process may still write there. Stop it, and look again`,
    );
  }
}
