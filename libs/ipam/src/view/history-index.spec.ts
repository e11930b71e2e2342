import { parseAddress } from '../address';
import { parseHolder } from '../holder';
import { HistoryIndex } from './history-index';

const address = (text: string) => parseAddress(text) as number;
const holder = (text: string) => parseHolder(text) as NonNullable<ReturnType<typeof parseHolder>>;

describe('HistoryIndex', () => {
  const index = new HistoryIndex();
  const [a, b] = [address('10.0.0.2'), address('10.0.0.3')];
  const [ann, bob] = [holder('pod/default/ann'), holder('pod/default/bob')];
  index.add({ type: 'AddressReserved', holder: ann, v4: a, mac: 1 }, 1);
  index.add({ type: 'AddressMoved', holder: ann, v4: b, mac: 1, from: { v4: a, mac: 1 } }, 2);
  index.add({ type: 'VipReserved', name: 'web', claim: 0, vipType: '', selector: [], v4: a, mac: 2 }, 3);
  index.add({ type: 'AddressReleased', holder: ann, v4: b, mac: 1, reason: 'done' }, 4);

  const user = { object: 'pod/default/web-0', uid: 'u1' };
  index.add(
    { type: 'UserAttached', holder: holder('vip/web'), user, isPrimary: true, isAnew: false } as never,
    5,
    { v4: a },
  );

  it.each([
    ['an address, across its holders, and of its use', a, [5, 3, 2, 1]],
    ['the address that a move led to', b, [4, 2]],
    ['a holder', ann, [4, 2, 1]],
    ['a Vip', holder('vip/web'), [5, 3]],
    ['somebody who never held anything', bob, []],
  ])('lists the events of %s, newest first', (_, key, versions) => {
    expect([...index.versionsOf(key)]).toEqual(versions);
  });

  it('tells who held an address from how it was used', () => {
    expect([...index.holdingsOf(a)]).toEqual([3, 2, 1]);
  });

  it('keeps every posting when it grows', () => {
    const long = new HistoryIndex();
    for (let version = 0; version < 5000; version += 1) {
      long.add({ type: 'AddressReserved', holder: ann, v4: version, mac: version }, version);
    }
    expect([...long.versionsOf(ann)]).toHaveLength(5000);
    expect([...long.versionsOf(1234)]).toEqual([1234]);
  });
});
