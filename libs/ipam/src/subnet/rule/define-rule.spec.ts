import { address, commandsTo, eventsOf, scenario, usesOf } from '../../testing';
import { HEALTH_CHECK_SOURCE, ruleDefinitionOf, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserveVip, releaseVip } = commandsTo(NAME);
const { reserved, released, held } = eventsOf(NAME);
const { defineRule, reviseRule, retireRule } = usesOf(NAME);
const given = () =>
  scenario(subnet, NAME).after(
    define('10.16.0.0/24 fd00::/64'),
    reserveVip('lb', '10.16.0.200 fd00::c8', { vipType: 'switch_lb_vip' }),
  );
type Story = ReturnType<typeof given>;
const backends = (story: Story, rule = 'web') => story.state.uses.rule(rule)?.backends;

describe('DefineRule', () => {
  it('gives a rule the fronts of its ports, and the endpoints as backends, each once', () => {
    const story = given();
    const command = defineRule('web', 'lb', '80:8080/tcp 53:53/udp', {
      endpoints: 'fd00::5 10.16.0.7 10.16.0.5 10.16.0.7',
    });
    story.when(command).then({ type: 'RuleDefined', rule: 'web', ...ruleDefinitionOf(command) });
    expect(backends(story)).toEqual(['10.16.0.5', '10.16.0.7', 'fd00::5'].map(address));
    expect(story.state.uses.ruleWithFront('lb', 80, 'tcp')).toBe('web');
    expect(story.state.uses.ruleWithFront('lb', 80, 'udp')).toBeUndefined();
  });

  it('that says the same again changes nothing', () => {
    given()
      .after(defineRule('web', 'lb', '80:8080/tcp'))
      .when(defineRule('web', 'lb', '80:8080/tcp'))
      .thenAlready();
  });

  it('is the same whatever order the fields of its ports come in', () => {
    const asked = defineRule('web', 'lb', '80:8080/tcp');
    const turned = { protocol: 'tcp', targetPort: 8080, port: 80 } as const;
    given()
      .after(asked)
      .when({ ...asked, ports: [turned] })
      .thenAlready();
  });

  it('issued for a former Vip of that name is late for its successor', () => {
    const story = given().wait(5);
    const issuedAtMs = story.nowMs - 2;
    const again = reserveVip('lb', '', { vipType: 'switch_lb_vip', claim: 1 });
    story
      .after(releaseVip('lb'), again)
      .when(defineRule('web', 'lb', '80:80/tcp'), issuedAtMs)
      .thenRefused('CommandExpired', { subnet: NAME, rule: 'web' }, 'was reserved');
  });

  it('lets several rules use one Vip, each with fronts of its own', () => {
    const story = given().after(
      defineRule('web', 'lb', '80:8080/tcp'),
      defineRule('dns', 'lb', '53:53/udp 53:53/tcp'),
      retireRule('web'),
      defineRule('other', 'lb', '80:9090/tcp'),
    );
    expect([...story.state.uses.rulesOf('lb')].sort()).toEqual(['dns', 'other']);
  });

  it('reserves the address that health checks are sent from, and the last such rule gives it back', () => {
    const source = '10.16.0.2';
    const web = defineRule('web', 'lb', '80:80/tcp', { healthCheck: true });
    const api = reviseRule('api', 'lb', '81:81/tcp');
    const story = given();
    story.when(web).then(reserved(HEALTH_CHECK_SOURCE, source), {
      type: 'RuleDefined',
      rule: 'web',
      ...ruleDefinitionOf(web),
    });
    story.after(defineRule('api', 'lb', '81:81/tcp', { healthCheck: true }));
    story.when(retireRule('web')).then({ type: 'RuleRetired', rule: 'web', vip: 'lb', reason: 'done with' });
    story.when(api).then(released(HEALTH_CHECK_SOURCE, held(source), 'no rule with health checks is left'), {
      type: 'RuleRevised',
      rule: 'api',
      ...ruleDefinitionOf(api),
    });
  });

  it('is refused whole where no address is left to check health from', () => {
    const full = scenario(subnet, NAME).after(
      define('10.16.0.0/30'),
      reserveVip('lb', '', { vipType: 'switch_lb_vip' }),
    );
    full.when(defineRule('web', 'lb', '80:80/tcp', { healthCheck: true })).thenRefused('SubnetExhausted');
    expect(full.state.uses.rule('web')).toBeUndefined();
  });
});
