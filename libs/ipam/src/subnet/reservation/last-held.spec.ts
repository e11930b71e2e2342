import { address, commandsTo, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release } = commandsTo(NAME);
const set = 'statefulset/default/web/0';
const holder = reserve(set).holder;

describe('a holder that comes back', () => {
  it('gets what it last had while that is free, if it says so', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      reserve(set, '10.16.0.77'),
      release(set),
      reserve('pod/default/a'),
    );
    story.after(reserve(set, '', { prefersFormer: true }));
    expect(story.state.byHolder.get(holder)?.v4).toBe(address('10.16.0.77'));
  });

  it('gets another one when that is taken', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      reserve(set, '10.16.0.77'),
      release(set),
      reserve('pod/default/a', '10.16.0.77'),
      reserve(set, '', { prefersFormer: true }),
    );
    expect(story.state.byHolder.get(holder)?.v4).toBe(address('10.16.0.2'));
  });
});
