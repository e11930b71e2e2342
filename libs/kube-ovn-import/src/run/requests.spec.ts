// Every order of import as a request that the contract takes, and what its id is made of.
import { create } from '@bufbuild/protobuf';
import { type Operation, operations } from '@holdfast/api';
import { parseAddress, parseCidr, parseHolder, parseMac, parseRange } from '@holdfast/ipam';
import type { ImportCommand } from '../plan/import-step';
import { askingOf, commandIdOf, requestJson } from './requests';

const sure = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('it can be read');
  return value;
};
const v4 = sure(parseAddress('10.16.0.5')) as number;
const v6 = sure(parseAddress('fd00::5')) as bigint;
const mac = sure(parseMac('00:00:00:0a:00:05'));
const holder = sure(parseHolder('statefulset/default/db/0'));
const owned = {
  object: 'pod/default/db-0',
  uid: 'u1',
  resourceVersion: '7',
  node: 'n1',
  port: 'db-0.default',
};

const COMMANDS: readonly (readonly [ImportCommand, object])[] = [
  [
    {
      ...{ type: 'DefineSubnet', subnet: 'a', cidrs: [sure(parseCidr('10.16.0.0/16'))] },
      ...{
        gateways: [],
        excluded: [sure(parseRange('10.16.0.1..10.16.0.9'))],
        coolingMs: 90_000,
        router: 'r',
      },
      retention: { keep: 'time', forMs: 3_600_000 },
    },
    {
      ...{ name: 'a', cidrs: ['10.16.0.0/16'], noGateway: true, excluded: ['10.16.0.1..10.16.0.9'] },
      ...{ cooling: '90s', router: 'r', retention: '1h' },
    },
  ],
  [
    {
      type: 'DefinePool',
      subnet: 'a',
      name: 'p',
      ranges: [sure(parseRange('10.16.1.0/30'))],
      namespaces: ['x'],
    },
    { subnet: 'a', name: 'p', ranges: ['10.16.1.0..10.16.1.3'], namespaces: ['x'] },
  ],
  [
    {
      type: 'ReserveAddress',
      subnet: 'a',
      holder,
      v4,
      mac,
      families: [4],
      port: 'db-0.default',
      portSecurity: true,
    },
    {
      ...{ subnet: 'a', holder, v4: '10.16.0.5', mac: '00:00:00:0a:00:05', families: ['IPV4'] },
      ...{ port: 'db-0.default', portSecurity: true },
    },
  ],
  [
    {
      ...{ type: 'ReserveVip', subnet: 'a', name: 'web', v6, mac, families: [6] },
      ...{ vipType: 'switch_lb_vip', namespace: 'x', selector: ['app: web'] },
    },
    {
      ...{ subnet: 'a', name: 'web', v6: 'fd00::5', mac: '00:00:00:0a:00:05', families: ['IPV6'] },
      ...{ type: 'switch_lb_vip', namespace: 'x', selector: ['app: web'] },
    },
  ],
  [
    {
      type: 'AttachUser',
      subnet: 'a',
      holder: sure(parseHolder('vip/web')),
      user: { ...owned, owner: holder },
      migrates: true,
    },
    { subnet: 'a', holder: 'vip/web', ...owned, owner: holder, migrates: true },
  ],
  [
    { type: 'SetRetention', subnet: 'a', holder, retention: { keep: 'forever' } },
    { subnet: 'a', holder, retention: 'forever' },
  ],
];

describe('askingOf', () => {
  it.each(COMMANDS.map(([command, json]) => [command.type, command, json] as const))(
    '%s',
    (_, command, json) => {
      const asking = askingOf(command);
      expect(requestJson(asking)).toEqual(json);
      const operation: Operation = operations[asking.name];
      expect(operation.parse(create(operation.request, asking.request as never)).invalid).toBeUndefined();
    },
  );
});

describe('commandIdOf', () => {
  const [reserve, vip] = [askingOf(sure(COMMANDS[2])[0]), askingOf(sure(COMMANDS[3])[0])];

  it('is the same for the same, asked of a ledger that has not changed', () => {
    expect(commandIdOf(reserve, '7')).toBe(commandIdOf(askingOf(sure(COMMANDS[2])[0]), '7'));
    expect(commandIdOf(reserve, '7')).toMatch(/^import-[0-9a-f]{40}$/);
  });

  it('is another one for anything else', () => {
    const ids = [commandIdOf(reserve, '7'), commandIdOf(vip, '7'), commandIdOf(reserve, '8')];
    expect(new Set(ids).size).toBe(3);
  });
});
