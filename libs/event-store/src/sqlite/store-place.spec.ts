import { absoluteStore, defaultStore, fileOfStore } from './store-place';

const user = { isRoot: false, home: '/home/ann', env: {} };

describe('the place of a ledger', () => {
  it.each([
    [{ ...user, isRoot: true }, 'sqlite:/var/lib/holdfast/holdfast.db'],
    [{ ...user, isRoot: true, env: { XDG_STATE_HOME: '/s' } }, 'sqlite:/var/lib/holdfast/holdfast.db'],
    [user, 'sqlite:/home/ann/.local/state/holdfast/holdfast.db'],
    [{ ...user, env: { XDG_STATE_HOME: '/s' } }, 'sqlite:/s/holdfast/holdfast.db'],
    [{ ...user, env: { XDG_STATE_HOME: 'relative' } }, 'sqlite:/home/ann/.local/state/holdfast/holdfast.db'],
    [{ ...user, env: { XDG_STATE_HOME: '' } }, 'sqlite:/home/ann/.local/state/holdfast/holdfast.db'],
  ])('of %j is %s', (starter, store) => expect(defaultStore(starter)).toBe(store));

  it('that is relative is that of the folder in which the process was started, in full', () => {
    expect(absoluteStore('sqlite:ledger.db', '/srv/a')).toBe('sqlite:/srv/a/ledger.db');
    expect(absoluteStore('sqlite:../b/./ledger.db', '/srv/a')).toBe('sqlite:/srv/b/ledger.db');
    expect(absoluteStore('sqlite:/x/ledger.db', '/srv/a')).toBe('sqlite:/x/ledger.db');
    expect(fileOfStore('sqlite:ledger.db', '/srv/a')).toBe('/srv/a/ledger.db');
  });

  it('that is no file stays as it is', () => {
    for (const store of ['memory:', 'eventstoredb:esdb://h:2113', 'sqlite:', 'file']) {
      expect(absoluteStore(store, '/srv/a')).toBe(store);
      expect(fileOfStore(store, '/srv/a')).toBeUndefined();
    }
  });
});
