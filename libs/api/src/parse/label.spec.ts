import type { JsonObject } from '@bufbuild/protobuf';
import type { OperationName } from '../operations';
import { readJson, refusedField } from '../testing';

const labels = { team: 'net', 'example.com/env': '' };
const holder = 'pod/default/web-0@net1';

describe('SetLabels', () => {
  it.each([
    ['subnets/ovn-default', { subnet: 'ovn-default' }],
    ['subnets/ovn-default/pools/mail', { subnet: 'ovn-default', pool: 'mail' }],
    [`subnets/ovn-default/reservations/${holder}`, { subnet: 'ovn-default', holder }],
    ['vips/web.shop', { holder: 'vip/web.shop' }],
  ])('of %s', (subject, of) => {
    const { meaning } = readJson('SetLabels', { subject, labels });
    expect(meaning?.command).toEqual({ type: 'SetLabels', ...of, labels });
    expect(readJson('SetLabels', { subject }).meaning?.command).toMatchObject({ labels: {} });
  });

  it.each([
    [''],
    ['ovn-default'],
    ['subnets'],
    ['subnets/'],
    ['subnets/Not A Name'],
    ['subnets/a/pools'],
    ['subnets/a/pools/'],
    ['subnets/a/pools/b/c'],
    ['subnets/a/rules/b'],
    ['subnets/a/reservations/nobody'],
    ['subnets/a/reservations/vip/web'],
    ['vips/'],
    ['vips/a/b'],
    ['pools/a'],
  ])('is of nothing that is called "%s"', (subject) => {
    expect(refusedField('SetLabels', { subject, labels })).toBe('InvalidArgument subject');
  });
});

const CREATIONS: Readonly<Partial<Record<OperationName, JsonObject>>> = {
  SetLabels: { subject: 'vips/web' },
  DefineSubnet: { name: 'a', cidrs: ['10.0.0.0/24'] },
  DefinePool: { subnet: 'a', name: 'mail', ranges: ['10.0.0.9'] },
  ReserveAddress: { subnet: 'a', holder },
  ReserveVip: { subnet: 'a', name: 'web' },
};

describe.each(Object.entries(CREATIONS) as [OperationName, JsonObject][])('labels in %s', (name, rest) => {
  const read = (given: JsonObject) =>
    readJson(name, { ...rest, labels: given }).meaning as { command: object };

  it('are taken', () => {
    expect(read(labels).command).toMatchObject({ labels });
    expect('labels' in read({}).command).toBe(name === 'SetLabels');
  });

  it.each([
    [{ 'no key': 'a' }, 'labels'],
    [{ ['a'.repeat(64)]: '' }, 'labels'],
    [{ [`${'a'.repeat(254)}/b`]: '' }, 'labels'],
    [{ team: 'no value' }, 'labels[team]'],
    [{ team: 'a'.repeat(64) }, 'labels[team]'],
    [Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, ''])), 'labels'],
    [{ team: 5 }, 'labels'],
    [{ team: null }, 'labels'],
    ['team=net', 'labels'],
    [['team'], 'labels'],
  ])('are refused: %j', (given, field) => {
    expect(refusedField(name, { ...rest, labels: given })).toBe(`InvalidArgument ${field}`);
  });
});

describe.each(['ListSubnets', 'ListPools', 'ListReservations', 'ListVips'] as const)('%s', (name) => {
  it('takes a label selector', () => {
    const { meaning } = readJson(name, { labelSelector: 'team!=net,env in (prod, test),!old' });
    expect(meaning?.labels).toEqual([
      { key: 'team', operator: 'notin', values: ['net'] },
      { key: 'env', operator: 'in', values: ['prod', 'test'] },
      { key: 'old', operator: 'absent', values: [] },
    ]);
    expect(readJson(name, {}).meaning).not.toHaveProperty('labels');
  });

  it.each(['a b', 'team=', 'team in ()', 'a'.repeat(1025)])('refuses the selector %s', (labelSelector) => {
    const isEmptyValue = labelSelector === 'team=';
    expect(readJson(name, { labelSelector }).rejected?.facts).toEqual(
      isEmptyValue ? undefined : { field: 'label_selector' },
    );
  });
});
