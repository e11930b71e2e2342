// What is presented comes from real decisions of the Subnet, folded by the real view.
import { create, fromJsonString, toJson } from '@bufbuild/protobuf';
import {
  LedgerView,
  type Reservation,
  type SubnetCommand,
  SubnetFold,
  type SubnetState,
  type VipEntry,
  formatMac,
  parseAddress,
  subnet,
} from '@holdfast/ipam';
import { ReserveAddressResponseSchema, ReservationSchema, SubnetSchema, VipSchema } from '../contract';
import { operations } from '../operations';
import { readJson } from '../testing';
import {
  presentReceipt,
  presentReservationReply,
  presentSubnetReply,
  presentVipReply,
} from './command-reply';
import { encodeReply } from './encode';
import { presentReservation, presentVip } from './reservation';
import { presentSubnet } from './subnet';

/** A command that came without labels. */
const PLAIN = { command: {} };
const AT_MS = Date.UTC(2026, 0, 31, 14, 5);
const moment = { nowMs: AT_MS, issuedAtMs: AT_MS };

function ledger() {
  const view = new LedgerView();
  let state = new SubnetFold('ovn-default');
  let place = 0;
  return {
    view,
    run(command: SubnetCommand) {
      const decision = subnet.decide(command, state, moment);
      if (decision.rejected) throw new Error(decision.rejected.message);
      for (const event of decision.events) {
        state = subnet.evolve(state, event, AT_MS);
        view.apply({ subnet: 'ovn-default', event, atMs: AT_MS, position: String(++place) });
      }
      return { subnet: 'ovn-default', reply: decision.reply, commandId: 'c-1', position: String(place) };
    },
  };
}

function commandOf(name: Parameters<typeof readJson>[0], request: object): SubnetCommand {
  const { meaning, rejected } = readJson(name, request);
  if (rejected) throw new Error(rejected.message);
  return (meaning as { command: SubnetCommand }).command;
}

const define = {
  name: 'ovn-default',
  cidrs: ['10.16.0.0/29', 'fd00::/64'],
  excluded: ['10.16.0.2'],
  cooling: '2s',
};
const place = { subnet: 'ovn-default', holder: 'pod/default/web-0' };

describe('what is presented', () => {
  const { view, run } = ledger();
  const defined = run(commandOf('DefineSubnet', define));
  const reserved = run(commandOf('ReserveAddress', place));
  const vip = {
    name: 'web',
    subnet: 'ovn-default',
    namespace: 'default',
    selector: ['app: a'],
    families: ['IPV6'],
  };
  const vipReserved = run({ ...commandOf('ReserveVip', vip), claim: 0 } as SubnetCommand);

  it('is a subnet, in a reply without counts and in a view with them', () => {
    const expected = {
      name: 'ovn-default',
      cidrs: ['10.16.0.0/29', 'fd00::/64'],
      gateways: ['10.16.0.1', 'fd00::1'],
      excluded: ['10.16.0.2'],
      cooling: '2s',
    };
    const reply = create(operations.DefineSubnet.response, presentSubnetReply(defined, PLAIN));
    expect(toJson(operations.DefineSubnet.response, reply)).toEqual({
      subnet: expected,
      commandId: 'c-1',
      position: '1',
    });
    const state = view.subnet('ovn-default') as SubnetState;
    expect(toJson(SubnetSchema, create(SubnetSchema, presentSubnet(state)))).toEqual({
      ...expected,
      counts: [
        { family: 'IPV4', using: '1', available: '3' },
        { family: 'IPV6', using: '2', available: '18446744073709551611' },
      ],
    });
  });

  it('is a reservation, in a reply without a time and in a view with it', () => {
    const state = view.subnet('ovn-default') as SubnetState;
    const held = state.byAddress.get(parseAddress('10.16.0.3') as number) as Reservation;
    const expected = { ...place, v4: '10.16.0.3', v6: 'fd00::2', mac: formatMac(state.macOf(held)) };
    const reply = create(ReserveAddressResponseSchema, presentReservationReply(reserved, PLAIN));
    expect(toJson(ReserveAddressResponseSchema, reply)).toEqual({
      reservation: expected,
      commandId: 'c-1',
      position: '2',
    });
    expect(toJson(ReservationSchema, create(ReservationSchema, presentReservation(state, held)))).toEqual({
      ...expected,
      since: '2026-01-31T14:05:00Z',
      retention: 'release',
      retentionBy: 'kind',
    });
  });

  it('is a Vip, in a reply without a time and in a view with it', () => {
    const [entry] = [...view.vips()] as [VipEntry];
    const reply = create(operations.ReserveVip.response, presentVipReply(vipReserved, PLAIN));
    const json = toJson(operations.ReserveVip.response, reply) as { vip: object };
    expect(json.vip).toEqual({
      name: 'web',
      subnet: 'ovn-default',
      v6: 'fd00::3',
      mac: expect.stringMatching(/^0[26ae]:/),
      namespace: 'default',
      selector: ['app: a'],
    });
    expect(toJson(VipSchema, create(VipSchema, presentVip(entry)))).toEqual({
      ...json.vip,
      since: '2026-01-31T14:05:00Z',
    });
  });

  it('is what a released Vip held, and nothing of what it was for', () => {
    const released = run({ type: 'ReleaseVip', subnet: 'ovn-default', name: 'web', reason: '' });
    const reply = create(operations.ReleaseVip.response, presentVipReply(released, PLAIN));
    expect(reply.vip).toMatchObject({ name: 'web', v6: 'fd00::3', selector: [] });
    expect(reply.vip?.namespace).toBeUndefined();
  });

  it('refuses to show a subnet that is none', () => {
    expect(() => presentSubnet(new SubnetFold('nothing'))).toThrow(RangeError);
  });

  it('says in JSON what is empty, and leaves out what is absent', () => {
    const json = new TextDecoder().decode(
      encodeReply(operations.ReserveVip, presentVipReply(vipReserved, PLAIN), 'json'),
    );
    expect(JSON.parse(json)).toMatchObject({ vip: { type: '', note: '' } });
    expect(JSON.parse(json).vip).not.toHaveProperty('v4');
    expect(fromJsonString(operations.ReserveVip.response, json)).toEqual(
      create(operations.ReserveVip.response, presentVipReply(vipReserved, PLAIN)),
    );
  });

  it('says an empty position while the log is empty', () => {
    const decided = { subnet: 'a', reply: {}, commandId: 'c', position: undefined };
    expect(presentReceipt(decided)).toEqual({ commandId: 'c', position: '' });
  });
});
