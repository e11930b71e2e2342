import * as fc from 'fast-check';
import { fillPath, matchPath, pathFields, route } from './route';

const plain = route('GET /v1/subnets/{name}');
const rest = route('DELETE /v1/subnets/{subnet}/reservations/{holder=**}');

describe('routes', () => {
  it('names the fields of its path', () => {
    expect(pathFields(rest)).toEqual(['subnet', 'holder']);
  });

  it.each([
    [plain, '/v1/subnets/ovn-default', { name: 'ovn-default' }],
    [plain, '/v1/subnets/ovn%2Ddefault', { name: 'ovn-default' }],
    [
      rest,
      '/v1/subnets/a/reservations/pod/default/web-0@net1',
      { subnet: 'a', holder: 'pod/default/web-0@net1' },
    ],
    [
      rest,
      '/v1/subnets/a/reservations/pod%2Fdefault%2Fweb-0%40net1',
      { subnet: 'a', holder: 'pod/default/web-0@net1' },
    ],
  ])('matches %#', (it, path, fields) => {
    expect(matchPath(it, path)).toEqual(fields);
  });

  it.each([
    [plain, '/v1/subnets'],
    [plain, '/v1/subnets/'],
    [plain, '/v1/subnets/a/b'],
    [plain, '/v1/subnets/a/'],
    [plain, '/v2/subnets/a'],
    [plain, '/v1/subnets/%zz'],
    [plain, ''],
    [rest, '/v1/subnets/a/reservations'],
    [rest, '/v1/subnets/a/reservations/'],
    [rest, '/v1/subnets/a/reservations/pod/%'],
  ])('does not match %#', (it, path) => {
    expect(matchPath(it, path)).toBeUndefined();
  });

  it('reads what it writes, and what any URL parser makes of it', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((it) => it.isWellFormed());
    fc.assert(
      fc.property(
        text.filter((it) => it !== '.' && it !== '..'),
        text,
        (subnet, end) => {
          const fields = { subnet, holder: `pod/${end}` };
          const path = fillPath(rest, fields);
          expect(matchPath(rest, path)).toEqual(fields);
          expect(new URL(path, 'http://holdfast').search).toBe('');
        },
      ),
    );
  });
});
