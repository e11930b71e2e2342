import { address, commandsTo, scenario, usesOf } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserveVip } = commandsTo(NAME);
const { defineRule, reviseRule, setBackends } = usesOf(NAME);
const pods = { namespace: 'default', selector: ['app: web'] };
const given = () =>
  scenario(subnet, NAME).after(
    define('10.16.0.0/24 fd00::/64'),
    reserveVip('lb', '10.16.0.200 fd00::c8', { vipType: 'switch_lb_vip' }),
  );
type Story = ReturnType<typeof given>;
const backends = (story: Story, rule = 'web') => story.state.uses.rule(rule)?.backends;

describe('SetRuleBackends', () => {
  it('says which Pods the selector has; their order is nothing', () => {
    const story = given().after(defineRule('web', 'lb', '80:80/tcp', pods));
    story.when(setBackends('web', '10.16.0.7 10.16.0.5')).then({
      type: 'RuleBackendsChanged',
      rule: 'web',
      vip: 'lb',
      backends: ['10.16.0.5', '10.16.0.7'].map(address),
    });
    story.when(setBackends('web', '10.16.0.5 10.16.0.7')).thenAlready();
  });

  it('stay through a revision that keeps a selector, and go with it', () => {
    const story = given().after(
      defineRule('web', 'lb', '80:80/tcp', pods),
      setBackends('web', '10.16.0.5'),
      reviseRule('web', 'lb', '81:80/tcp', pods),
    );
    expect(backends(story)).toEqual([address('10.16.0.5')]);
    story.after(reviseRule('web', 'lb', '81:80/tcp'));
    expect(backends(story)).toEqual([]);
  });
});
