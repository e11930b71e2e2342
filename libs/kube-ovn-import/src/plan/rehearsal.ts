// Tries on copies of the ledger's states what import would ask of it, by the very functions that decide there. So each
// step is known to be needed, already so, or refused and why, before anything is asked.
import {
  type Address,
  formatMac,
  formatPair,
  type Holder,
  isVipHolder,
  type Rejection,
  reject,
  type ReserveVip,
  subnet,
  type SubnetCommand,
  SubnetFold,
  type SubnetState,
} from '@holdfast/ipam';
import { addressesIn, type ClaimedAddress } from '../cluster/claim';
import { isKeeper } from './keeper';
import type { ImportCommand } from './import-step';
import type { SubnetStep } from './ledger-contents';

export type Tried =
  | { readonly is: 'needed'; readonly rejected?: undefined }
  | { readonly is: 'so'; readonly rejected?: undefined }
  | { readonly is: 'refused'; readonly rejected: Rejection };

/** After all that the ledger told, which is at 0, and after whatever cools: nothing here is late, or early. */
const MOMENT = { nowMs: 8_640_000_000_000_000, issuedAtMs: 8_640_000_000_000_000 };
/** When what was tried happened, so that the next is after it. */
const TRIED_AT_MS = 1;

export class Rehearsal {
  /** What would happen, in order. */
  readonly steps: SubnetStep[] = [];
  private readonly subnetOfVip = new Map<Holder, string>();

  constructor(private readonly states: Map<string, SubnetFold>) {
    for (const { name, byHolder } of states.values())
      for (const holder of byHolder.keys()) if (isVipHolder(holder)) this.subnetOfVip.set(holder, name);
  }

  has(name: string): boolean {
    return this.states.get(name)?.definition !== undefined;
  }

  /** Who has the address; undefined: nobody. */
  holderOf(subnetName: string, address: Address): Holder | undefined {
    return this.states.get(subnetName)?.byAddress.get(address)?.holder;
  }

  /** Of all Subnets. */
  *holders(): Iterable<{ readonly subnet: string; readonly holder: Holder }> {
    for (const { name, byHolder } of this.states.values())
      for (const holder of byHolder.keys()) yield { subnet: name, holder };
  }

  try(command: ImportCommand): Tried {
    const state = this.states.get(command.subnet) ?? new SubnetFold(command.subnet);
    this.states.set(command.subnet, state);
    const refusal = this.rejectionBefore(command, state);
    if (refusal) return { is: 'refused', rejected: refusal };
    if (command.type === 'DefineSubnet' && state.definition) return definedAlready(command, state);
    if (command.type === 'AttachUser' && isKeptAlready(command, state)) return { is: 'so' };
    const decision = subnet.decide(commandOf(command, state), state, MOMENT);
    if (decision.rejected) return { is: 'refused', rejected: decision.rejected };
    if (decision.events.length === 0) return { is: 'so' };
    for (const event of decision.events) {
      state.evolve(event, TRIED_AT_MS);
      this.steps.push({ subnet: command.subnet, event });
    }
    if (command.type === 'ReserveVip') this.subnetOfVip.set(`vip/${command.name}` as Holder, command.subnet);
    return { is: 'needed' };
  }

  private rejectionBefore(command: ImportCommand, state: SubnetState): Rejection | undefined {
    if (command.type === 'ReserveVip') return this.elsewhere(command) ?? more(command, vipOf(command), state);
    return command.type === 'ReserveAddress' ? more(command, command.holder, state) : undefined;
  }

  private elsewhere({ name, subnet: desiredSubnet }: Omit<ReserveVip, 'claim'>): Rejection | undefined {
    const there = this.subnetOfVip.get(`vip/${name}` as Holder);
    if (there === undefined || there === desiredSubnet) return undefined;
    const message = `Vip ${name} is in subnet ${there} in the ledger; have it released there first.`;
    return reject('VipNameTaken', message, { vip: name, subnet: there }).rejected;
  }
}

const vipOf = ({ name }: Pick<ReserveVip, 'name'>): Holder => `vip/${name}` as Holder;

/** A holder with one more address than it should have is answered as if it had what it asks for. */
function more(command: ClaimedAddress & { readonly subnet: string }, holder: Holder, state: SubnetState) {
  const held = state.byHolder.get(holder);
  if (!held || addressesIn(held).length <= addressesIn(command).length) return undefined;
  const has = `${formatPair(held)} MAC ${formatMac(state.macOf(held))}`;
  const message = `${holder} holds ${has} in subnet ${state.name}, which is more than ${formatPair(command)}; release or move what it holds.`;
  return reject('HolderHasDifferentAddress', message, { subnet: state.name, holder, held: formatPair(held) })
    .rejected;
}

/**
 * What is kept for an owner whose Pod is gone is recorded as if the IP resource used it and stopped to: that is no step any
 * more once it is kept, or used by a Pod of the owner's, and none where the Subnet keeps nothing.
 */
function isKeptAlready(
  { holder, user }: Extract<ImportCommand, { readonly type: 'AttachUser' }>,
  state: SubnetState,
) {
  if (!isKeeper(user)) return false;
  const { users = [], retained } = state.users.of(holder) ?? {};
  const isOwners = users.some(({ owner, uid }) => owner === user.owner && uid !== user.uid);
  return isOwners || retained?.owner === user.owner || state.definition?.retention?.keep === 'release';
}

/** Pools are defined beside, and a retention that the cluster does not say is the ledger's own. */
function definedAlready(
  command: Extract<ImportCommand, { readonly type: 'DefineSubnet' }>,
  { name, definition }: SubnetState,
): Tried {
  const bare = new SubnetFold(name);
  if (definition) {
    const retention = command.retention && definition.retention;
    bare.evolve({ type: 'SubnetDefined', ...definition, retention, pools: [] }, 0);
  }
  const decision = subnet.decide(command, bare, MOMENT);
  return decision.rejected ? { is: 'refused', rejected: decision.rejected } : { is: 'so' };
}

function commandOf(command: ImportCommand, state: SubnetState): SubnetCommand {
  if (command.type !== 'ReserveVip') return command;
  const held = state.byHolder.get(vipOf(command));
  return { ...command, claim: (held?.claim ?? 0) + 1 };
}
