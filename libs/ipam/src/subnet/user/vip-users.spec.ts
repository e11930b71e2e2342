import { address, commandsTo, podUser, scenario, usersIn } from '../../testing';
import { type SubnetState, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, reserveVip, releaseVip } = commandsTo(NAME);
const { attach, detach, movePrimary, endOwner } = usersIn(NAME);
const set = 'statefulset/default/web/0';
const holder = reserve(set).holder;
const users = (story: { readonly state: SubnetState }, of = holder) =>
  story.state.users.usersOf(of).map(({ uid }) => uid);

describe('a Vip', () => {
  const web = reserveVip('web');
  const ofSet = podUser('default/web-0 u1 statefulset/default/web/0');
  const vip = 'vip/web';

  it('is used by one Pod at a time, and stays reserved when that goes', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      web,
      attach(vip, podUser('default/a u1')),
      detach(vip, 'u1', 'none'),
    );
    expect(story.state.byAddress.has(address('10.16.0.2'))).toBe(true);
    story.after(attach(vip, podUser('default/b u2')));
    story.when(releaseVip('web')).thenRefused('VipInUse', { vip: 'web', user: 'pod/default/b' });
  });

  it('is shared while the machine that has it migrates', () => {
    const [source, target] = ['a u1', 'b u2'].map((text) => podUser(`default/${text} vm/default/db`));
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      web,
      attach(vip, source!),
      attach(vip, target!, true),
    );
    expect(users(story, attach(vip, source!).holder)).toEqual(['u1', 'u2']);
    story.after(movePrimary(vip, 'u2'), detach(vip, 'u1', 'exists'));
    expect(users(story, attach(vip, source!).holder)).toEqual(['u2']);
  });

  it('is kept for the successor of its StatefulSet’s Pod, and then for nobody', () => {
    const story = scenario(subnet, NAME).after(define('10.16.0.0/24'), web, attach(vip, ofSet));
    story.after(detach(vip, 'u1', 'exists'));
    story.when(attach(vip, podUser('default/b u2'))).thenRefused('ReservationInUse', {}, 'is kept for');
    story.when(releaseVip('web')).thenRefused('VipInUse', { user: 'statefulset/default/web/0' });
    const of = attach(vip, ofSet).holder;
    story.when(endOwner(vip)).then({ type: 'RetentionEnded', holder: of, reason: 'StatefulSet deleted' });
    story.after(attach(vip, podUser('default/b u2')));
  });
});
