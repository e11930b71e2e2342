// What is told of a Vip's use comes from real decisions of the Subnet.
import { create, toJson } from '@bufbuild/protobuf';
import { LedgerView, type SubnetCommand, SubnetFold, type VipEntry, subnet } from '@holdfast/ipam';
import {
  DefineRuleResponseSchema,
  GetVipResponseSchema,
  GrantVipParentResponseSchema,
  SetRuleBackendsResponseSchema,
} from '../contract';
import type { OperationName } from '../operations';
import { readJson } from '../testing';
import { presentBackendsReply, presentParentReply, presentRuleReply } from './command-reply';
import { type VipFindings, presentVipUses } from './vip-uses';

const moment = { nowMs: 1000, issuedAtMs: 1000 };
const NAME = 'ovn-default';

/** A ledger of one subnet, in which these requests were carried out. */
function ledger() {
  const view = new LedgerView();
  let state = new SubnetFold(NAME);
  const run = (name: OperationName, request: object, more: object = {}) => {
    const { meaning, rejected } = readJson(name, request);
    if (rejected) throw new Error(rejected.message);
    const command = { subnet: NAME, ...(meaning as { command: object }).command, ...more } as SubnetCommand;
    const decision = subnet.decide(command, state, moment);
    if (decision.rejected) throw new Error(decision.rejected.message);
    for (const event of decision.events) {
      state = subnet.evolve(state, event, moment.nowMs);
      view.apply({ subnet: NAME, event, atMs: moment.nowMs, position: '1' });
    }
    return { subnet: NAME, reply: decision.reply, commandId: 'c', position: '7' };
  };
  const presented = (vip: string, findings?: VipFindings) =>
    toJson(
      GetVipResponseSchema,
      create(GetVipResponseSchema, presentVipUses(view.vip(vip) as VipEntry, findings)),
    ) as {
      parents?: object[];
      rules?: string[];
      conditions: { type: string; status: string; reason: string }[];
    };
  const isSo = (vip: string, findings?: VipFindings) =>
    presented(vip, findings).conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  run('DefineSubnet', { name: NAME, cidrs: ['10.16.0.0/24'] });
  run('ReserveVip', { name: 'web', subnet: NAME }, { claim: 0 });
  run('ReserveVip', { name: 'lb', subnet: NAME, type: 'switch_lb_vip' }, { claim: 0 });
  return { run, presented, isSo };
}

const rule = {
  name: 'http',
  vip: 'lb',
  ports: [{ port: 80, targetPort: 8080 }],
  namespace: 'default',
  selector: ['app: a'],
};

describe("a Vip's use", () => {
  it('is none at first, and what nobody here knows is said to be unknown', () => {
    const { presented, isSo } = ledger();
    expect(presented('web')).toEqual({
      retention: 'release',
      retentionBy: 'kind',
      conditions: expect.anything() as unknown,
    });
    expect(isSo('web')).toEqual([
      'Reserved True Reserved',
      'Projected Unknown NotKnown',
      'InUse False Unused',
    ]);
  });

  it('is its parents, each with those who granted it, in order', () => {
    const { run, presented, isSo } = ledger();
    run('GrantVipParent', { name: 'web', port: 'b' });
    run('GrantVipParent', { name: 'web', port: 'a' });
    run('GrantVipParent', { name: 'web', port: 'a' }, { grantor: 'selector' });
    expect(presented('web').parents).toEqual([
      { port: 'a', grantors: ['selector', 'explicit'] },
      { port: 'b', grantors: ['explicit'] },
    ]);
    const projection = { projected: false, reason: 'NoSwitch', message: 'There is no switch.' };
    expect(isSo('web', { projection })).toEqual([
      'Reserved True Reserved',
      'Projected False NoSwitch',
      'InUse True Parents',
    ]);
  });

  it('is the parent that answers for it, where that is known', () => {
    const { presented } = ledger();
    const boundOf = (bound: VipFindings['bound']) => presented('web', { bound }).conditions.slice(3);
    expect(boundOf(undefined)).toEqual([]);
    expect(boundOf({})).toMatchObject([{ type: 'Bound', status: 'False', reason: 'Unbound' }]);
    expect(boundOf({ by: { port: 'a', chassis: 'n1' } })).toEqual([
      { type: 'Bound', status: 'True', reason: 'Bound', message: 'Port a on chassis n1 answers for it.' },
    ]);
  });

  it('is the Pod that has its addresses', () => {
    const { run, presented, isSo } = ledger();
    const place = { subnet: NAME, holder: 'vip/web' };
    run('AttachUser', { ...place, object: 'pod/shop/db-0', uid: 'u1', owner: 'statefulset/shop/db/0' });
    expect(presented('web')).toMatchObject({
      users: [{ object: 'pod/shop/db-0', primary: true }],
      retention: 'owner',
      retentionBy: 'kind',
    });
    expect(isSo('web')[2]).toBe('InUse True Pods');
    run('DetachUser', { ...place, uid: 'u1', ownerState: 'exists' });
    expect(presented('web')).toMatchObject({ retained: { owner: 'statefulset/shop/db/0' } });
  });

  it('is told with its rows in the Northbound, by who writes there', () => {
    const { presented } = ledger();
    const rows = [{ table: 'Logical_Switch_Port', name: 'web', columns: { type: 'virtual' } }];
    expect(presented('web', { rows })).toMatchObject({ rows });
  });

  it('names some of many', () => {
    const { run, presented } = ledger();
    for (const port of ['a', 'b', 'c', 'd', 'e']) run('GrantVipParent', { name: 'web', port });
    expect(presented('web').conditions[2]).toMatchObject({
      message: 'It may be answered for by ports a, b, c and 2 more.',
    });
  });

  it('is the rules that have its fronts', () => {
    const { run, presented, isSo } = ledger();
    run('DefineRule', rule);
    run('DefineRule', { ...rule, name: 'alt', ports: [{ port: 81 }] });
    expect(presented('lb').rules).toEqual(['alt', 'http']);
    expect(
      isSo('lb', { projection: { projected: true, reason: 'Projected', message: '' }, bound: {} }),
    ).toEqual(['Reserved True Reserved', 'Projected True Projected', 'InUse True Rules']);
  });
});

describe('replies', () => {
  it('of a grant say what holds, also when it held before', () => {
    const { run } = ledger();
    const say = () =>
      toJson(
        GrantVipParentResponseSchema,
        create(
          GrantVipParentResponseSchema,
          presentParentReply(run('GrantVipParent', { name: 'web', port: 'a' })),
        ),
      );
    const first = say();
    expect(first).toMatchObject({ grant: { subnet: NAME, vip: 'web', port: 'a', grantor: 'explicit' } });
    expect(say()).toEqual(first);
  });

  it('of a rule have the whole of it, also when it was so before', () => {
    const { run } = ledger();
    const say = () =>
      toJson(
        DefineRuleResponseSchema,
        create(DefineRuleResponseSchema, presentRuleReply(run('DefineRule', rule))),
      );
    const first = say();
    expect(first).toMatchObject({
      rule: {
        name: 'http',
        subnet: NAME,
        vip: 'lb',
        ports: [{ port: 80, targetPort: 8080, protocol: 'tcp' }],
        namespace: 'default',
        selector: ['app: a'],
        affinity: 'none',
      },
      position: '7',
    });
    expect(say()).toEqual(first);
  });

  it('of backends have all of them, in order', () => {
    const { run } = ledger();
    run('DefineRule', rule);
    const place = { subnet: NAME, name: 'http' };
    const say = () =>
      toJson(
        SetRuleBackendsResponseSchema,
        create(
          SetRuleBackendsResponseSchema,
          presentBackendsReply(
            run('SetRuleBackends', { ...place, backends: ['10.16.0.9', '10.16.0.5', '10.16.0.9'] }),
          ),
        ),
      );
    expect(say()).toMatchObject({ backends: ['10.16.0.5', '10.16.0.9'] });
    expect(say()).toMatchObject({ backends: ['10.16.0.5', '10.16.0.9'] });
  });
});
