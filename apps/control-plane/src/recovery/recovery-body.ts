// The bodies of what `holdfast recover` sends: JSON objects, read by hand, since they are none of the contract's messages.
import {
  type Address,
  type Holder,
  isUnmarked,
  type LedgerMark,
  type Mac,
  MARK_FIELDS,
  parseAddress,
  parseHolder,
  parseMac,
  RECOVERY_CHOICES,
  type RecoveryChoice,
  type WithheldParty,
  type WithholdAddresses,
  type SettleAddress,
} from '@holdfast/ipam';
import { BadRequestException } from '@nestjs/common';

/** What somebody decided, and about what. */
export interface RecoveryDecision {
  readonly choice: RecoveryChoice;
  readonly because: string;
  readonly actor: string;
  readonly found: LedgerMark;
  readonly shownPosition: string | undefined;
}

const TEXT_MAX = 1_024;

/** @throws BadRequestException */
export function readDecision(body: Uint8Array | undefined): RecoveryDecision {
  const said = fieldsIn(body);
  const { choice, because, actor, found, shownPosition } = said;
  const chosen = RECOVERY_CHOICES.find((known) => known === choice);
  if (!chosen) throw new BadRequestException(`choice: say ${RECOVERY_CHOICES.join(' or ')}`);
  const mark = Object.fromEntries(
    MARK_FIELDS.map((field) => [
      field,
      optionalText(`found.${field}`, (found as Fields | undefined)?.[field]),
    ]),
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

/** @throws BadRequestException */
export function readWithhold(body: Uint8Array | undefined): {
  readonly command: WithholdAddresses;
  readonly actor: string;
} {
  const { subnet, because, actor, addresses } = fieldsIn(body);
  const command: WithholdAddresses = {
    type: 'WithholdAddresses',
    subnet: text('subnet', subnet),
    because: text('because', because),
    addresses: list('addresses', addresses).map(({ address, parties }) => ({
      address: readAddress('addresses.address', address),
      parties: list('addresses.parties', parties).map(readParty),
    })),
  };
  return { command, actor: text('actor', actor) };
}

/** @throws BadRequestException */
export function readSettle(body: Uint8Array | undefined): {
  readonly command: SettleAddress;
  readonly actor: string;
} {
  const { subnet, because, actor, address, holder } = fieldsIn(body);
  const command: SettleAddress = {
    type: 'SettleAddress',
    subnet: text('subnet', subnet),
    address: readAddress('address', address),
    ...(holder !== undefined && { holder: readHolder('holder', holder) }),
    because: text('because', because),
  };
  return { command, actor: text('actor', actor) };
}

function readParty({ holder, saidBy, v4, v6, mac, port, portSecurity }: Fields): WithheldParty {
  return {
    holder: readHolder('parties.holder', holder),
    saidBy: Array.isArray(saidBy) ? saidBy.map((by) => text('parties.saidBy', by)) : [],
    ...(v4 !== undefined && { v4: readAddress('parties.v4', v4) as number }),
    ...(v6 !== undefined && { v6: readAddress('parties.v6', v6) as bigint }),
    ...(mac !== undefined && { mac: readMac('parties.mac', mac) }),
    ...(port !== undefined && { port: text('parties.port', port), portSecurity: portSecurity === true }),
  };
}

const readAddress = (field: string, value: unknown): Address => sure(field, parseAddress(text(field, value)));
const readHolder = (field: string, value: unknown): Holder => sure(field, parseHolder(text(field, value)));
const readMac = (field: string, value: unknown): Mac => sure(field, parseMac(text(field, value)));

function sure<Value>(field: string, value: Value | undefined): Value {
  if (value === undefined) throw new BadRequestException(`${field}: cannot be read`);
  return value;
}

function list(field: string, value: unknown): readonly Fields[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null))
    return value as Fields[];
  throw new BadRequestException(`${field}: is to be a list of objects`);
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
