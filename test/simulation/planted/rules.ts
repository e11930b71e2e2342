// Bugs in the ledger's rules: each stands around a decider and lets through what it refuses, or turns what it says.
import type { DecisionTime } from '@holdfast/event-store';
import {
  type Holder,
  type ReserveAddress,
  type SubnetCommand,
  type SubnetEvent,
  type SubnetReply,
  type SubnetState,
  hasNoLabels,
  reject,
  subnet,
  vipName,
} from '@holdfast/ipam';
import type { Deciders, SubnetDecider, VipNameDecider } from '../world/ledger-role';
import type { Planted } from '../world/surroundings';
import { type PlantedBug, bug } from './planted-bug';

type Decision = ReturnType<SubnetDecider['decide']>;
type Decide = (
  decision: Decision,
  command: SubnetCommand,
  state: SubnetState,
  moment: DecisionTime,
) => Decision;

const inSubnet = (change: Partial<SubnetDecider>): Planted => ({
  deciders: (deciders: Deciders) => ({ ...deciders, subnet: { ...deciders.subnet, ...change } }),
});

const inVipName = (decide: VipNameDecider['decide']): Planted => ({
  deciders: (deciders: Deciders) => ({ ...deciders, vipName: { ...deciders.vipName, decide } }),
});

/** Turns decisions. */
export const deciding = (decide: Decide): Planted =>
  inSubnet({
    decide: (command, state, moment) => decide(subnet.decide(command, state, moment), command, state, moment),
  });

/** What it is refused for does not count. */
export const despite = (
  code: string,
  event: (command: SubnetCommand, state: SubnetState) => SubnetEvent | undefined,
): Planted =>
  deciding((decision, command, state) => {
    const instead = decision.rejected?.code === code ? event(command, state) : undefined;
    return instead ? accepted(instead) : decision;
  });

export const accepted = (event: SubnetEvent): Decision => ({ events: [event], reply: subnet.replyTo(event) });

/** Turns the events of accepted decisions. */
const telling = (
  alter: (event: SubnetEvent, command: SubnetCommand, state: SubnetState) => SubnetEvent,
): Planted =>
  deciding((decision, command, state) => {
    if (decision.rejected) return decision;
    const events = decision.events.map((event) => alter(event, command, state));
    const last = events.at(-1);
    return last ? { events, reply: subnet.replyTo(last) } : decision;
  });

function asked(command: SubnetCommand, state: SubnetState): SubnetEvent | undefined {
  if (command.type !== 'ReserveAddress' || command.v4 === undefined) return undefined;
  const { holder, v4 } = command;
  return { type: 'AddressReserved', holder, v4, mac: command.mac ?? state.derivedMac(v4) };
}

const isSpared = (holder: Holder): boolean => holder.endsWith('0');

export const RULE_BUGS: readonly PlantedBug[] = [
  bug(
    'taken-address-given',
    'whereabouts #393, netbox #2519',
    'double-reservation',
    despite('AddressTaken', asked),
  ),
  bug(
    'taken-mac-given',
    'D31',
    'double-reservation',
    despite('MacTaken', (command, state) => {
      const { mac, ...rest } = command as ReserveAddress;
      const decision = subnet.decide(rest, state, { nowMs: 2 ** 45, issuedAtMs: 2 ** 45 });
      const [event] = decision.rejected ? [] : decision.events;
      return event?.type === 'AddressReserved' && mac !== undefined ? { ...event, mac } : undefined;
    }),
  ),
  bug(
    'retired-under-its-holders',
    'D12',
    'double-reservation',
    despite('SubnetInUse', ({ type }) => (type === 'RetireSubnet' ? { type: 'SubnetRetired' } : undefined)),
  ),
  bug('cooling-ignored', 'peers B, 36', 'slow-model', despite('AddressCooling', asked)),
  bug('gateway-handed-out', 'D31', 'slow-model', despite('AddressNotUsable', asked)),
  bug('outside-the-block', 'D28', 'slow-model', despite('AddressOutOfRange', asked)),
  bug(
    'block-shrunk-under-its-holders',
    'cilium #41458',
    'slow-model',
    despite('SubnetInUse', (command, state) =>
      command.type === 'ReviseSubnet' && state.definition
        ? { type: 'SubnetRevised', ...state.definition, cidrs: command.cidrs ?? [] }
        : undefined,
    ),
  ),
  bug(
    'late-duplicate-accepted',
    'spiderpool #2526',
    'slow-model',
    inSubnet({
      decide: (command, state, { nowMs }) => subnet.decide(command, state, { nowMs, issuedAtMs: nowMs }),
    }),
  ),
  bug(
    'old-released-before-new-is-granted',
    'D15',
    'slow-model',
    deciding((decision, command, state) => {
      const held = command.type === 'MoveAddress' ? state.byHolder.get(command.holder) : undefined;
      if (!decision.rejected || !held) return decision;
      const { holder, v4, v6 } = held;
      return accepted({
        type: 'AddressReleased',
        holder,
        v4,
        v6,
        mac: state.macOf(held),
        reason: 'to be moved',
      });
    }),
  ),
  bug(
    'second-family-lost-in-a-move',
    'D5',
    'slow-model',
    telling((event) =>
      event.type === 'AddressMoved' && event.v4 !== undefined ? { ...event, v6: undefined } : event,
    ),
  ),
  bug(
    'wrong-family-released',
    'D5',
    'slow-model',
    telling((event) =>
      event.type === 'AddressReleased' && event.v4 !== undefined && event.v6 !== undefined
        ? { ...event, v4: undefined }
        : event,
    ),
  ),
  bug(
    'holder-known-by-its-bare-name',
    'D3',
    'slow-model',
    deciding((decision, command, state, moment) => {
      if (command.type !== 'ReleaseAddress' || !decision.rejected) return decision;
      const name = command.holder.slice(-1);
      const other = [...state.byHolder.keys()].find(
        (holder) => !holder.startsWith('vip/') && holder.endsWith(name),
      );
      return other ? subnet.decide({ ...command, holder: other }, state, moment) : decision;
    }),
  ),
  bug(
    'full-before-it-is',
    'kube-ovn #3190',
    'slow-model',
    deciding((decision, command, state) => {
      const isNew = command.type === 'ReserveAddress' && !decision.rejected && decision.events.length > 0;
      const facts = { subnet: state.name, family: 'IPv4' } as const;
      return isNew && state.byHolder.size >= 5
        ? reject('SubnetExhausted', 'half of it is enough', facts)
        : decision;
    }),
  ),
  bug(
    'claim-not-minded',
    'whereabouts #409',
    'vip-name',
    deciding((decision, command, state, moment) =>
      command.type === 'ReserveVip' && command.claim >= 0 && decision.rejected?.code === 'VipNameTaken'
        ? subnet.decide({ ...command, claim: 2 ** 30 }, state, moment)
        : decision,
    ),
  ),
  bug(
    'name-yielded-under-its-vip',
    'D1b',
    'slow-model',
    deciding((decision, command) =>
      command.type === 'YieldVipName' && !decision.rejected && decision.reply.vipHeld
        ? accepted({ type: 'VipNameYielded', name: command.name, claim: command.claim })
        : decision,
    ),
  ),
  bug(
    'release-forgotten-by-the-state',
    'D15b',
    'slow-model',
    inSubnet({
      evolve: (state, event, atMs) =>
        event.type === 'AddressReleased' && isSpared(event.holder)
          ? state
          : subnet.evolve(state, event, atMs),
    }),
  ),
  bug(
    'labels-survive-a-release',
    'the classics',
    'slow-model',
    inSubnet({
      evolve: (state, event, atMs) => {
        const holder = event.type === 'AddressReleased' ? event.holder : undefined;
        const labels = holder && state.labels.of({ holder });
        subnet.evolve(state, event, atMs);
        return holder && labels && !hasNoLabels(labels)
          ? subnet.evolve(state, { type: 'LabelsSet', holder, labels }, atMs)
          : state;
      },
    }),
  ),
  bug(
    'release-evolved-twice',
    'moby #31694',
    'slow-model',
    inSubnet({
      evolve: (state, event, atMs) => {
        subnet.evolve(state, event, atMs);
        if (event.type === 'AddressReleased' && event.v4 !== undefined)
          state.space(4)?.release(event.v4, atMs - 60_000);
        return state;
      },
    }),
  ),
  bug(
    'reply-told-from-memory',
    'netbox #10282',
    'first-reply',
    inSubnet({
      replyTo: (event): SubnetReply => (event.type === 'AddressReserved' ? {} : subnet.replyTo(event)),
    }),
  ),
  bug(
    'history-refused-by-evolve',
    'the classics',
    'no-bug-thrown',
    inSubnet({
      evolve: (state, event, atMs) => {
        if (event.type === 'AddressMoved') throw new TypeError('a move cannot be');
        return subnet.evolve(state, event, atMs);
      },
    }),
  ),
  bug(
    'name-claimed-by-two',
    'kube-vip #1418',
    'vip-name',
    inVipName((command, state) =>
      command.type === 'ClaimVipName' && state.isClaimed && state.subnet !== command.subnet
        ? {
            events: [{ type: 'VipNameClaimed', subnet: command.subnet, claim: state.claim + 1 }],
            reply: { claim: state.claim + 1 },
          }
        : vipName.decide(command, state),
    ),
  ),
];
