// What is told of a reservation's use comes from real decisions of the Subnet.
import { create, toJson } from '@bufbuild/protobuf';
import {
  type Holder,
  LedgerView,
  type Reservation,
  type SubnetCommand,
  SubnetFold,
  type SubnetState,
  subnet,
} from '@holdfast/ipam';
import {
  AttachUserResponseSchema,
  DefinePoolResponseSchema,
  DetachUserResponseSchema,
  ReservationSchema,
  SubnetSchema,
} from '../contract';
import type { OperationName } from '../operations';
import { readJson } from '../testing';
import { presentEndReply, presentPoolReply, presentUserReply } from './command-reply';
import { presentReservation } from './reservation';
import { presentSubnet, presentSubnetWithPools } from './subnet';

const NAME = 'ovn-default';
const DB = { subnet: NAME, holder: 'statefulset/shop/db/0' };
const POD = { object: 'pod/shop/db-0', uid: 'u1', node: 'n1' };

/** A ledger of one subnet, in which these requests are carried out a second apart. */
function ledger() {
  const view = new LedgerView();
  let state = new SubnetFold(NAME);
  let nowMs = 0;
  const run = (name: OperationName, request: object) => {
    const { meaning, rejected } = readJson(name, request);
    if (rejected) throw new Error(rejected.message);
    nowMs += 1000;
    const { command } = meaning as { command: SubnetCommand };
    const decision = subnet.decide(command, state, { nowMs, issuedAtMs: nowMs });
    if (decision.rejected) throw new Error(decision.rejected.message);
    for (const event of decision.events) {
      state = subnet.evolve(state, event, nowMs);
      view.apply({ subnet: NAME, event, atMs: nowMs, position: '1' });
    }
    return { subnet: NAME, reply: decision.reply, commandId: 'c', position: '7' };
  };
  const shown = (): SubnetState => view.subnet(NAME) as SubnetState;
  const presented = (holder: string) => {
    const reservation = shown().byHolder.get(holder as Holder) as Reservation;
    return toJson(ReservationSchema, create(ReservationSchema, presentReservation(shown(), reservation)));
  };
  run('DefineSubnet', { name: NAME, cidrs: ['10.16.0.0/24'] });
  run('ReserveAddress', DB);
  return { run, presented, shown, view };
}

describe("a reservation's use", () => {
  it('is its users, the primary one first, and who says how long it stays', () => {
    const { run, presented } = ledger();
    expect(presented(DB.holder)).toMatchObject({ retention: 'owner', retentionBy: 'kind' });
    run('AttachUser', { ...DB, ...POD });
    run('AttachUser', { ...DB, object: 'pod/shop/db-0-target', uid: 'u2', migrates: true });
    run('ReviseSubnet', { name: NAME, retention: '48h' });
    expect(presented(DB.holder)).toMatchObject({
      users: [
        { ...POD, primary: true },
        { object: 'pod/shop/db-0-target', uid: 'u2', primary: false },
      ],
      retention: '2d',
      retentionBy: 'subnet',
    });
    run('SetRetention', { ...DB, retention: 'forever' });
    expect(presented(DB.holder)).toMatchObject({ retention: 'forever', retentionBy: 'holder' });
  });

  it('is that it is kept when nobody uses it', () => {
    const { run, presented } = ledger();
    run('AttachUser', { ...DB, ...POD });
    run('SetRetention', { ...DB, retention: '1h' });
    run('DetachUser', { ...DB, uid: 'u1', ownerState: 'exists', reason: 'evicted' });
    expect(presented(DB.holder)).toMatchObject({ retained: { since: '1970-01-01T00:00:05Z' } });
    run('EndOwner', { ...DB, reason: 'deleted' });
    expect(presented(DB.holder)).toMatchObject({
      retained: { since: '1970-01-01T00:00:06Z', until: '1970-01-01T01:00:06Z' },
    });
  });

  it('is told in replies: who was attached, and what ended with the last one', () => {
    const { run } = ledger();
    const attached = create(AttachUserResponseSchema, presentUserReply(run('AttachUser', { ...DB, ...POD })));
    expect(toJson(AttachUserResponseSchema, attached)).toEqual({ user: POD, commandId: 'c', position: '7' });
    const left = run('DetachUser', { ...DB, uid: 'u1', ownerState: 'gone' });
    const detached = create(DetachUserResponseSchema, presentEndReply(left));
    expect(toJson(DetachUserResponseSchema, detached)).toMatchObject({
      released: { ...DB, v4: '10.16.0.2' },
    });
    run('ReserveAddress', DB);
    run('AttachUser', { ...DB, ...POD, uid: 'u3' });
    expect(presentEndReply(run('DetachUser', { ...DB, uid: 'u3' }))).toEqual({
      commandId: 'c',
      position: '7',
    });
  });
});

describe('a pool', () => {
  it('is told with its subnet, and with counts where it is asked for', () => {
    const { run, shown, view } = ledger();
    const place = { subnet: NAME, name: 'mail' };
    const more = { ranges: ['10.16.0.100..10.16.0.103'], namespaces: ['mail'] };
    const defined = run('DefinePool', { ...place, ...more });
    const reply = create(DefinePoolResponseSchema, presentPoolReply(defined, { command: { name: 'mail' } }));
    expect(toJson(DefinePoolResponseSchema, reply)).toMatchObject({ pool: { ...place, ...more } });
    run('ReserveAddress', { subnet: NAME, holder: 'pod/mail/a', pool: 'mail' });
    const pools = (init: ReturnType<typeof presentSubnet>) => create(SubnetSchema, init).pools;
    expect(pools(presentSubnet(shown()))[0]?.counts).toEqual([]);
    expect(pools(presentSubnetWithPools(shown(), view))[0]?.counts).toMatchObject([
      { using: '1', available: '3' },
    ]);
  });
});
