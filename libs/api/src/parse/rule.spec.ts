import { parseAddress } from '@holdfast/ipam';
import { readJson, refusedField } from '../testing';

const rule = { name: 'http', vip: 'web', ports: [{ port: 80 }] };
const definition = {
  vip: 'web',
  ports: [{ port: 80, targetPort: 80, protocol: 'tcp' }],
  selector: [],
  endpoints: [],
  affinity: 'none',
  healthCheck: false,
  rejectWhenEmpty: false,
};

describe('DefineRule', () => {
  it('needs a name, a Vip and a port, and leaves its place to be looked up', () => {
    expect(readJson('DefineRule', rule).meaning).toEqual({
      command: { type: 'DefineRule', rule: 'http', ...definition },
    });
  });

  it('takes all that a rule may say', () => {
    const request = {
      ...rule,
      ports: [{ name: 'dns', port: 53, targetPort: 5353, protocol: 'udp' }, { port: 80 }],
      namespace: 'default',
      selector: ['app: a', 'tier in (b)'],
      affinity: 'client-ip',
      healthCheck: true,
      rejectWhenEmpty: true,
      note: 'of team web',
    };
    expect(readJson('DefineRule', request).meaning?.command).toEqual({
      type: 'DefineRule',
      rule: 'http',
      ...definition,
      ports: [{ name: 'dns', port: 53, targetPort: 5353, protocol: 'udp' }, ...definition.ports],
      namespace: 'default',
      selector: ['app: a', 'tier in (b)'],
      affinity: 'client-ip',
      healthCheck: true,
      rejectWhenEmpty: true,
      note: 'of team web',
    });
    const endpoints = ['10.0.0.5', 'FD00::5'];
    expect(readJson('DefineRule', { ...rule, endpoints }).meaning?.command).toMatchObject({
      endpoints: endpoints.map(parseAddress),
    });
  });

  const ports = (...of: object[]) => ({ ports: of });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'a_b' }, 'name'],
    [{ vip: '' }, 'vip'],
    [{ vip: 'vip/web' }, 'vip'],
    [ports(), 'ports'],
    [ports({}), 'ports[0].port'],
    [ports({ port: 80 }, { port: 65536 }), 'ports[1].port'],
    [ports({ port: 80, targetPort: -1 }), 'ports[0].target_port'],
    [ports({ port: 80, protocol: 'TCP' }), 'ports[0].protocol'],
    [ports({ port: 80, name: 'Not A Name' }), 'ports[0].name'],
    [ports({ port: '80x' }), 'ports[0]'],
    [ports(...Array.from({ length: 65 }, (_, at) => ({ port: at + 1 }))), 'ports'],
    [{ namespace: 'Not.Rfc1123' }, 'namespace'],
    [{ namespace: 'default', selector: ['app app'] }, 'selector[0]'],
    [{ endpoints: ['10.0.0.5', 'web-0'] }, 'endpoints[1]'],
    [{ endpoints: Array<string>(1025).fill('10.0.0.5') }, 'endpoints'],
    [{ affinity: 'cookie' }, 'affinity'],
    [{ healthCheck: 'yes' }, 'health_check'],
    [{ note: 'bell\u0007' }, 'note'],
    [{ subnet: 'ovn-default' }, 'subnet'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('DefineRule', { ...rule, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('ReviseRule', () => {
  const place = { subnet: 'ovn-default', name: 'http' };

  it('sets the whole of it', () => {
    expect(readJson('ReviseRule', { ...place, ...rule }).meaning?.command).toEqual({
      type: 'ReviseRule',
      subnet: 'ovn-default',
      rule: 'http',
      ...definition,
    });
  });

  it.each([
    [{ subnet: '' }, 'subnet'],
    [{ vip: '' }, 'vip'],
    [{ ports: [] }, 'ports'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('ReviseRule', { ...place, ...rule, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('RetireRule and SetRuleBackends', () => {
  const place = { subnet: 'ovn-default', name: 'http' };
  const named = { subnet: 'ovn-default', rule: 'http' };

  it('name the rule by its place', () => {
    expect(readJson('RetireRule', { ...place, reason: 'done' }).meaning?.command).toEqual({
      type: 'RetireRule',
      ...named,
      reason: 'done',
    });
    expect(readJson('SetRuleBackends', { ...place, backends: ['10.0.0.5'] }).meaning?.command).toEqual({
      type: 'SetRuleBackends',
      ...named,
      backends: [parseAddress('10.0.0.5')],
    });
    expect(readJson('SetRuleBackends', place).meaning?.command).toMatchObject({ backends: [] });
  });

  it.each([
    ['RetireRule', { subnet: '' }, 'subnet'],
    ['RetireRule', { reason: '\u0000' }, 'reason'],
    ['SetRuleBackends', { name: '' }, 'name'],
    ['SetRuleBackends', { backends: ['10.0.0.0/24'] }, 'backends[0]'],
    ['SetRuleBackends', { backends: Array<string>(1025).fill('10.0.0.5') }, 'backends'],
  ] as const)('%s refuses %j', (name, patch, field) => {
    expect(refusedField(name, { ...place, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});
