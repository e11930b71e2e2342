import { commandsTo, eventsOf, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, reserveVip } = commandsTo(NAME);
const { held } = eventsOf(NAME);
const given = () =>
  scenario(subnet, NAME).after(
    define('10.16.0.0/24 fd00::/64'),
    reserveVip('lb', '10.16.0.200 fd00::c8', { vipType: 'switch_lb_vip' }),
  );

describe("the gateway's MAC", () => {
  it('is nobody else’s: two ports of a switch with one MAC take each other’s frames', () => {
    const story = given();
    const mac = story.state.routerMac();
    const text = '02:88:0a:10:00:01';
    expect(mac).toBe(held('10.16.0.1').mac);
    story.when(reserve('pod/default/a', '', { mac: text })).thenRefused('MacTaken', { mac: text }, 'gateway');
  });
});
