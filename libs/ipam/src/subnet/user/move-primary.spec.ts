import { commandsTo, podUser, scenario, usersIn } from '../../testing';
import { type SubnetState, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve } = commandsTo(NAME);
const { attach, detach, movePrimary } = usersIn(NAME);
const set = 'statefulset/default/web/0';
const holder = reserve(set).holder;
const users = (story: { readonly state: SubnetState }, of = holder) =>
  story.state.users.usersOf(of).map(({ uid }) => uid);

describe('a live migration', () => {
  const vm = 'vm/default/db';
  const source = podUser('default/virt-launcher-a u1', 'n1');
  const target = podUser('default/virt-launcher-b u2', 'n2');
  const migrating = () =>
    scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      reserve(vm),
      attach(vm, source),
      attach(vm, target, true),
    );
  const of = reserve(vm).holder;

  it('shares the reservation between source and target, and packets go to the source', () => {
    expect(users(migrating(), of)).toEqual(['u1', 'u2']);
  });

  it('ends with the target alone, for a reason and with evidence', () => {
    const because = {
      reason: 'its live migration was completed',
      evidence: { object: 'virtualmachineinstance/default/db', uid: 'i1', resourceVersion: '7' },
    };
    const story = migrating();
    story
      .when({ ...movePrimary(vm, 'u2'), ...because })
      .then({ type: 'UserAttached', holder: of, user: target, isPrimary: true, ...because });
    expect(users(story, of)).toEqual(['u2', 'u1']);
    story.after(detach(vm, 'u1', 'exists'));
    expect(users(story, of)).toEqual(['u2']);
  });

  it('that fails leaves the source alone', () => {
    const story = migrating().after(detach(vm, 'u2', 'exists'));
    expect(users(story, of)).toEqual(['u1']);
  });
});
