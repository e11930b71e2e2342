// Each decision beside that of the slow model (libs/ipam, testing): what landed in the log, and what was refused or
// found to be so already. A decision is judged in the very state upon which it was made, if that state becomes true.
import type { DecisionTime } from '@holdfast/event-store';
import {
  HEALTH_CHECK_SOURCE,
  type HeldAddress,
  type SubnetCommand,
  type SubnetEvent,
  formatMac,
  isUserEvent,
  formatPair,
} from '@holdfast/ipam';
import { type AddressCommand, ReferenceSubnet } from '@holdfast/ipam/testing';
import { Violation } from '../engine/violation';
import type { Landed } from './landed';

export interface Ruling {
  readonly command: SubnetCommand;
  readonly moment: DecisionTime;
  /** A rejection's code, or that it is already so. */
  readonly verdict: string;
}

/** Which state a stream is in, as the log says. */
export interface StreamStates {
  version(stream: string): number;
  fingerprint(stream: string, version: number): number;
  /** Whether a clock was wrong for it: the model knows of one clock, which is right. */
  isDisturbed(subnet: string): boolean;
  isRight(decidedAtMs: number): boolean;
}

export const ALREADY_SO = 'already so';

export class Rulings {
  private readonly slow = new Map<string, ReferenceSubnet>();
  /** By command id: what was decided, until it lands. */
  private readonly asked = new Map<string, SubnetCommand>();
  /** By writer, subnet and version: made upon a state that is not in the log yet, and may never be. */
  private readonly early = new Map<string, Map<number, (Ruling & { readonly upon: number })[]>>();

  constructor(private readonly states: StreamStates) {}

  /** Somebody decided that this is to happen. */
  accepted(commandId: string, command: SubnetCommand): void {
    this.asked.set(commandId, command);
  }

  /** Somebody decided, upon that state, that nothing has to happen. */
  declined(writer: string, subnet: string, at: { version: number; upon: number }, ruling: Ruling): void {
    const { version, upon } = at;
    const stream = `subnet-${subnet}`;
    const now = this.states.version(stream);
    if (version === now && upon === this.states.fingerprint(stream, version))
      return this.judge(subnet, ruling);
    if (version <= now) return;
    const key = `${writer} ${subnet}`;
    const early = this.early.get(key) ?? new Map<number, (Ruling & { readonly upon: number })[]>();
    this.early.set(key, early);
    early.set(version, [...(early.get(version) ?? []), { ...ruling, upon }]);
  }

  /** What was asked, so that this happened. */
  landed(subnet: string, version: number, event: SubnetEvent, landed: Landed, writer: string): SubnetCommand {
    this.judgeEarly(writer, subnet, version - 1);
    const command = this.asked.get(landed.commandId);
    if (!command) throw new Violation('once-only', `nobody decided ${event.type} ${version} of ${subnet}`);
    // What comes with labels follows, and is judged with them.
    if (event.type === 'LabelsSet' && command.type !== 'SetLabels') return command;
    if (this.states.isDisturbed(subnet)) return command;
    const moment = { nowMs: landed.atMs, issuedAtMs: landed.issuedAtMs };
    if (isModelled(command) && !isUserEvent(event)) this.compare(subnet, command, moment, event);
    else if (event.type === 'AddressReserved')
      this.compare(subnet, ofProbes(subnet), { ...moment, issuedAtMs: moment.nowMs }, event);
    else if (event.type === 'AddressReleased')
      this.model(subnet).execute(
        { ...event, type: 'ReleaseAddress', subnet },
        { ...moment, issuedAtMs: moment.nowMs },
      );
    return command;
  }

  private compare(subnet: string, command: AddressCommand, moment: DecisionTime, event: SubnetEvent): void {
    const asked =
      command.type === 'ReserveVip' && event.type === 'VipReserved'
        ? { ...command, claim: event.claim }
        : command;
    const verdict = this.model(subnet).execute(asked, moment);
    const [decided, expected] = [textOfEvent(event), verdict.rejected ?? textOf(verdict)];
    if (decided !== expected) differs(subnet, command, moment, decided, expected);
  }

  private judgeEarly(writer: string, subnet: string, version: number): void {
    const early = this.early.get(`${writer} ${subnet}`);
    const rulings = early?.get(version);
    if (!early || !rulings) return;
    early.delete(version);
    const fingerprint = this.states.fingerprint(`subnet-${subnet}`, version);
    for (const { upon, ...ruling } of rulings) if (upon === fingerprint) this.judge(subnet, ruling);
  }

  private judge(subnet: string, { command, moment, verdict }: Ruling): void {
    if (this.states.isDisturbed(subnet) || !this.states.isRight(moment.nowMs)) return;
    if (!isModelled(command) || isUnderNoClaim(command, verdict) || BEYOND.has(verdict)) return;
    if ('user' in command && command.user && verdict === 'CommandExpired') return;
    const said = this.model(subnet).execute(command, moment);
    const expected = said.rejected ?? (said.changed ? 'accepted' : ALREADY_SO);
    if (verdict !== expected) differs(subnet, command, moment, verdict, expected);
  }

  private model(subnet: string): ReferenceSubnet {
    let model = this.slow.get(subnet);
    if (!model) this.slow.set(subnet, (model = new ReferenceSubnet(subnet)));
    return model;
  }
}

/** What a rule with health checks reserves beside itself: where they come from. */
const ofProbes = (subnet: string): AddressCommand => ({
  type: 'ReserveAddress',
  subnet,
  holder: HEALTH_CHECK_SOURCE,
  families: [4],
});

/** The slow model knows who holds what, not what it is used for. */
const MODELLED: {
  readonly [Type in SubnetCommand['type']]: Type extends AddressCommand['type'] ? true : false;
} = {
  DefineSubnet: true,
  ReviseSubnet: true,
  RetireSubnet: true,
  DefinePool: true,
  RetirePool: true,
  ReserveAddress: true,
  MoveAddress: true,
  ReleaseAddress: true,
  ReserveVip: true,
  ReviseVip: true,
  ReleaseVip: true,
  YieldVipName: true,
  AttachUser: false,
  DetachUser: false,
  MovePrimary: false,
  EndOwner: false,
  ReleaseExpired: false,
  SetRetention: false,
  GrantParent: false,
  WithdrawParent: false,
  DefineRule: false,
  ReviseRule: false,
  RetireRule: false,
  SetRuleBackends: false,
  WithholdAddresses: false,
  SettleAddress: false,
  SetLabels: true,
};

const isModelled = (command: SubnetCommand): command is AddressCommand => MODELLED[command.type];

/** What the model does not know of: who uses it. */
const BEYOND: ReadonlySet<string> = new Set(['VipInUse', 'ReservationInUse']);

/** A trial without a claim, which the model would take for one that was never sworn off. */
const isUnderNoClaim = (command: AddressCommand, verdict: string): boolean =>
  command.type === 'ReserveVip' && command.claim < 0 && verdict === 'VipNameTaken';

function differs(
  subnet: string,
  command: SubnetCommand,
  moment: DecisionTime,
  decided: string,
  expected: string,
): never {
  const asked = JSON.stringify(command, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  throw new Violation(
    'slow-model',
    `${subnet}: ${asked} at ${JSON.stringify(moment)}: ${decided}, but the model says ${expected}`,
  );
}

function textOfEvent(event: SubnetEvent): string {
  return textOf('mac' in event ? { changed: true, held: event } : { changed: true });
}

function textOf({ changed, held }: { readonly changed: boolean; readonly held?: HeldAddress }): string {
  if (!changed) return ALREADY_SO;
  return held ? `${formatPair({ v4: held.v4, v6: held.v6 })} ${formatMac(held.mac)}` : 'changed';
}
