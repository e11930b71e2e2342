import { parseRemotes } from './remote';

describe('parseRemotes', () => {
  it('reads what OVN writes', () => {
    expect(parseRemotes('unix:/run/ovn/ovnnb_db.sock')).toMatchObject([
      { kind: 'unix', path: '/run/ovn/ovnnb_db.sock' },
    ]);
    expect(parseRemotes('tcp:10.0.0.1:6641,ssl:[fd00::1]:6642, tcp:nb.example')).toMatchObject([
      { kind: 'tcp', host: '10.0.0.1', port: 6641 },
      { kind: 'ssl', host: 'fd00::1', port: 6642 },
      { kind: 'tcp', host: 'nb.example', port: 6640 },
    ]);
  });

  it.each([
    ['', 'it must be'],
    ['tcp:10.0.0.1:6641,', '""'],
    ['10.0.0.1:6641', '"10.0.0.1:6641"'],
    ['ptcp:6641', 'ptcp:6641'],
    ['unix:', 'no path'],
    ['tcp:', 'tcp:host:port'],
    ['tcp:fd00::1:6641', 'brackets'],
    ['tcp:[fd00::1', 'brackets'],
    ['tcp:host:0', 'between 1 and 65535'],
    ['ssl:host:65536', 'between 1 and 65535'],
    ['tcp:host:http', 'tcp:host:port'],
  ])('refuses %p and says why', (text, why) => {
    expect(() => parseRemotes(text)).toThrow(
      expect.objectContaining({ code: 'invalid-remote', message: expect.stringContaining(why) as string }),
    );
  });
});
