// Of the same cases over all three transports, those about labels: what is set, shown and selected by, and what is refused.
import type { JsonObject } from '@bufbuild/protobuf';
import type { OperationName } from '@holdfast/api';

/** `NET` and `VIP` become names of the transport's own. */
export type Case = readonly [what: string, operation: OperationName, request: JsonObject];

const LABELLED = { subnet: 'NET', holder: 'pod/default/labelled' };
const SUBJECT = `subnets/NET/reservations/${LABELLED.holder}`;
const POOL = { subnet: 'NET', name: 'lab', ranges: ['10.0.0.13'], namespaces: ['mail'] };

/** The subnet is there, and the Vip `VIP-mail`. */
export const LABEL_CASES: readonly Case[] = [
  ['labels of the subnet', 'SetLabels', { subject: 'subnets/NET', labels: { team: 'net', env: 'prod' } }],
  ['labels of nothing', 'SetLabels', { subject: 'NET', labels: {} }],
  ['labels of an unknown subnet', 'SetLabels', { subject: 'subnets/NET-x', labels: { team: 'net' } }],
  ['labels with a bad key', 'SetLabels', { subject: 'subnets/NET', labels: { 'no key': '' } }],
  ['labels with a bad value', 'SetLabels', { subject: 'subnets/NET', labels: { team: 'no value' } }],
  ['a pool with labels', 'DefinePool', { ...POOL, labels: { team: 'net' } }],
  ['labels of the pool', 'SetLabels', { subject: 'subnets/NET/pools/lab', labels: { team: 'web' } }],
  ['labels of no pool', 'SetLabels', { subject: 'subnets/NET/pools/none', labels: { team: 'web' } }],
  ['pools by label', 'ListPools', { subnet: 'NET', labelSelector: 'team in (web, net)' }],
  ['pools by a bad selector', 'ListPools', { labelSelector: 'a b' }],
  ['the pool of labels retired', 'RetirePool', { subnet: 'NET', name: 'lab' }],
  ['an address with labels', 'ReserveAddress', { ...LABELLED, labels: { team: 'net' } }],
  ['the same again', 'ReserveAddress', { ...LABELLED, labels: { team: 'net' } }],
  ['the same without', 'ReserveAddress', LABELLED],
  ['the same with others', 'ReserveAddress', { ...LABELLED, labels: { team: 'web' } }],
  ['its labels', 'SetLabels', { subject: SUBJECT, labels: { tier: '1' } }],
  ['the same again', 'SetLabels', { subject: SUBJECT, labels: { tier: '1' } }],
  [
    'labels of a Vip as a reservation',
    'SetLabels',
    { subject: 'subnets/NET/reservations/vip/VIP', labels: {} },
  ],
  ['reservations by label', 'ListReservations', { subnet: 'NET', labelSelector: 'tier=1,!team' }],
  ['what has labels', 'GetReservation', LABELLED],
  ['labels of the Vip', 'SetLabels', { subject: 'vips/VIP-mail', labels: { team: 'mail' } }],
  ['labels of an unknown Vip', 'SetLabels', { subject: 'vips/VIP-x', labels: { team: 'mail' } }],
  ['Vips by label', 'ListVips', { subnet: 'NET', labelSelector: 'team=mail' }],
  ['subnets by label', 'ListSubnets', { labelSelector: 'team=none' }],
  ['the subnet with labels', 'GetSubnet', { name: 'NET' }],
  ['a history of labels', 'GetHistory', { holder: LABELLED.holder, subnet: 'NET' }],
  ['what has labels released', 'ReleaseAddress', LABELLED],
];
