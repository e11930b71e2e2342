import { holder } from '../../testing';
import { Users } from './users';

describe('Users', () => {
  it('go on as those of another holder, with how long it stays', () => {
    const users = new Users();
    const [from, as] = [holder('pod/default/db'), holder('vm/default/db')];
    const user = { object: 'pod/default/db', uid: 'u1' };
    const retention = { keep: 'owner' } as const;
    users.evolve({ type: 'UserAttached', holder: from, user, isPrimary: true }, 1);
    users.evolve({ type: 'RetentionSet', holder: from, retention }, 2);
    users.goOn(from, as, 3);
    expect(users.of(from)).toBeUndefined();
    expect(users.of(as)).toMatchObject({ users: [user], retention, changedAtMs: 3 });
    users.goOn(from, as, 4);
    expect(users.of(as)?.changedAtMs).toBe(3);
  });
});
