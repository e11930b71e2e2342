import { type Holder, LedgerView, parseCidr } from '@holdfast/ipam';
import { listReservations } from './reservations';
import type { LedgerReader } from '../follow/ledger-reader';

/** In no order; three subnets, one of them empty. */
const HELD: Readonly<Record<string, readonly string[]>> = {
  m: ['pod/b/web', 'pod/a/web', 'node/n1', 'octavia/p/lb'],
  z: [],
  b: ['pod/a/web@net1', 'pod/a/web'],
  k: ['node/n2'],
};

function reader(): LedgerReader {
  const view = new LedgerView();
  const apply = (subnet: string, event: Parameters<LedgerView['apply']>[0]['event']) =>
    view.apply({ subnet, event, atMs: 0, position: '1' });
  for (const [subnet, holders] of Object.entries(HELD)) {
    const definition = {
      cidrs: [parseCidr('10.0.0.0/24') as never],
      gateways: [],
      excluded: [],
      coolingMs: 0,
    };
    apply(subnet, { type: 'SubnetDefined', ...definition });
    holders.forEach((holder, at) =>
      apply(subnet, { type: 'AddressReserved', holder: holder as Holder, v4: 0x0a000002 + at, mac: at }),
    );
  }
  return { view } as LedgerReader;
}

/** All pages of a list, each entry as "subnet holder". */
function pages(
  size: number,
  filter: { subnet?: string; kind?: string; namespace?: string } = {},
): string[][] {
  const listed: string[][] = [];
  for (let after: readonly string[] | undefined; ; ) {
    const query = { type: 'ListReservations', ...filter, page: { size, ...(after && { after }) } } as const;
    const answer = listReservations(query, reader());
    if (answer.rejected) throw new Error(answer.rejected.message);
    const { found } = answer;
    listed.push(found.entries.map(({ subnet, reservation }) => `${subnet.name} ${reservation.holder}`));
    if (!found.last) return listed;
    after = found.last;
  }
}

const ALL = [
  'b pod/a/web',
  'b pod/a/web@net1',
  'k node/n2',
  'm node/n1',
  'm octavia/p/lb',
  'm pod/a/web',
  'm pod/b/web',
];

describe('listReservations', () => {
  it.each([1, 2, 3, 4, 6, 7, 8])('tells all of them once, in order, %d a page', (size) => {
    const listed = pages(size);
    expect(listed.flat()).toEqual(ALL);
    expect(listed.map(({ length }) => length)).toEqual(
      Array.from({ length: Math.ceil(ALL.length / size) }, (_, at) => Math.min(size, ALL.length - at * size)),
    );
  });

  it.each([
    [{ subnet: 'm' }, ALL.slice(3)],
    [{ subnet: 'z' }, []],
    [{ kind: 'node' }, ['k node/n2', 'm node/n1']],
    [{ namespace: 'a', kind: 'pod' }, ['b pod/a/web', 'b pod/a/web@net1', 'm pod/a/web']],
  ])('of %j only those', (filter, expected) => {
    expect(pages(1, filter).flat()).toEqual(expected);
    expect(pages(100, filter)).toEqual([expected]);
  });

  it('refuses a subnet that there is not', () => {
    const query = { type: 'ListReservations', subnet: 'x', page: { size: 1 } } as const;
    expect(listReservations(query, reader()).rejected?.code).toBe('SubnetNotFound');
  });
});
