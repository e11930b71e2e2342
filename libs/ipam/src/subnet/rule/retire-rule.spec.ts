import { commandsTo, scenario, usesOf } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserveVip, releaseVip } = commandsTo(NAME);
const { defineRule, retireRule } = usesOf(NAME);
const given = () =>
  scenario(subnet, NAME).after(
    define('10.16.0.0/24 fd00::/64'),
    reserveVip('lb', '10.16.0.200 fd00::c8', { vipType: 'switch_lb_vip' }),
  );

describe('RetireRule', () => {
  it('frees its fronts, and with the last rule the Vip', () => {
    const story = given().after(defineRule('web', 'lb', '80:80/tcp'));
    story.when(releaseVip('lb')).thenRefused('VipInUse', { vip: 'lb', rules: 'web' });
    story.after(retireRule('web'), releaseVip('lb'));
    expect(story.state.uses.ruleWithFront('lb', 80, 'tcp')).toBeUndefined();
  });
});
