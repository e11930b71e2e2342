// What `holdfast recover` asks of a process: how each side was found, and that an operator has decided what holds there. Not part of
// the contract: it concerns this process, and what it has seen at its sides. What is decided stands in the ledger's own record, so
// that every process obeys it; no side is written here.
import { LedgerIdentity, SideComparisons, type SideState } from '@holdfast/ledger';
import {
  isSameMark,
  isUnmarked,
  type LedgerMark,
  MARK_FIELDS,
  RECOVERY_CHOICES,
  type RecoveryChoice,
  SIDES,
  type Side,
} from '@holdfast/ipam';
import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Logger,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';

interface ShownSides {
  /** Where the ledger of this process stands. */
  readonly ledger: LedgerMark;
  readonly sides: readonly Omit<SideState, 'kind'>[];
}

/** What somebody decided, and about what. */
interface Decision {
  readonly choice: RecoveryChoice;
  readonly because: string;
  readonly actor: string;
  readonly found: LedgerMark;
  readonly shownPosition: string | undefined;
}

const TEXT_MAX = 1_024;

@Controller('recovery')
export class RecoveryController {
  private readonly log = new Logger('recovery');

  constructor(
    private readonly identity: LedgerIdentity,
    private readonly sides: SideComparisons,
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

  /** @throws ConflictException where it is not fenced, or another mark is there by now */
  private assertStillSo(side: Side, decided: LedgerMark, shownPosition: string | undefined): void {
    const { state, found } = this.sides.states.find((one) => one.side === side) ?? {};
    if (state !== 'fenced') throw new ConflictException(`the ${side} is not fenced; there is nothing to decide`);
    if (!found)
      throw new ConflictException(`the ${side} was found to be fenced by another process; ask that one`);
    if (isSameMark(found.mark, decided) && found.shownPosition === shownPosition) return;
    throw new ConflictException(
      `something else is at the ${side} by now: another ledger's process may still write there. Stop it, and look again`,
    );
  }
}

/** @throws BadRequestException */
function readDecision(body: Uint8Array | undefined): Decision {
  const said = fieldsIn(body);
  const { choice, because, actor, found, shownPosition } = said;
  const chosen = RECOVERY_CHOICES.find((known) => known === choice);
  if (!chosen) throw new BadRequestException(`choice: say ${RECOVERY_CHOICES.join(' or ')}`);
  const mark = Object.fromEntries(
    MARK_FIELDS.map((field) => [field, optionalText(`found.${field}`, (found as Fields | undefined)?.[field])]),
  );
  if (isUnmarked(mark)) throw new BadRequestException('found: say which mark was decided about');
  return {
    choice: chosen,
    because: text('because', because),
    actor: text('actor', actor),
    found: mark,
    shownPosition: optionalText('shownPosition', shownPosition),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsIn(body: Uint8Array | undefined): Fields {
  try {
    const read: unknown = JSON.parse(Buffer.from(body ?? []).toString('utf8'));
    if (typeof read === 'object' && read !== null) return read as Fields;
  } catch {
    // Told below, as all else that is no object.
  }
  throw new BadRequestException('the body is to be a JSON object');
}

function text(field: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_MAX) return value;
  throw new BadRequestException(`${field}: is to be a text of 1 to ${TEXT_MAX} characters`);
}

const optionalText = (field: string, value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : text(field, value);
