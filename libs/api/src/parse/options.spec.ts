import { readJson, refusedField } from '../testing';

const read = (options: unknown) => readJson('RetireSubnet', { name: 'a', options }).meaning;
const refused = (options: unknown) => refusedField('RetireSubnet', { name: 'a', options });

describe('CommandOptions', () => {
  it('may be left out, whole or in parts', () => {
    const command = { type: 'RetireSubnet', subnet: 'a' };
    expect(read(undefined)).toEqual({ command });
    expect(read({})).toEqual({ command });
    expect(read({ actor: 'web team', issuedAt: '2026-01-31T14:05:00Z' })).toEqual({
      command,
      actor: 'web team',
      issuedAtMs: Date.UTC(2026, 0, 31, 14, 5),
    });
  });

  it('gives the command an id, a time in whole milliseconds and an actor', () => {
    const options = { commandId: 'c-1', issuedAt: '2026-01-31T15:05:00.123999+01:00', actor: 'ops@example' };
    expect(read(options)).toMatchObject({
      commandId: 'c-1',
      issuedAtMs: Date.UTC(2026, 0, 31, 14, 5, 0, 123),
      actor: 'ops@example',
    });
  });

  it.each(['!', '~', 'x'.repeat(128), '0b9c1d0e-5f7a-4c1e-9a57-6f2f7f0c2a11'])(
    'takes the id %j',
    (commandId) => {
      expect(read({ commandId, issuedAt: '2026-01-31T14:05:00Z' })?.commandId).toBe(commandId);
    },
  );

  it.each([
    [{ commandId: 'c-1' }, 'options.issued_at'],
    [{ commandId: 'a b', issuedAt: '2026-01-31T14:05:00Z' }, 'options.command_id'],
    [{ commandId: 'ü', issuedAt: '2026-01-31T14:05:00Z' }, 'options.command_id'],
    [{ commandId: '\u007f', issuedAt: '2026-01-31T14:05:00Z' }, 'options.command_id'],
    [{ commandId: 'x'.repeat(129), issuedAt: '2026-01-31T14:05:00Z' }, 'options.command_id'],
    [{ issuedAt: '1969-12-31T23:59:59Z' }, 'options.issued_at'],
    [{ issuedAt: 'yesterday' }, 'options.issued_at'],
    [{ issuedAt: 1769868300 }, 'options.issued_at'],
    [{ actor: ' padded ' }, 'options.actor'],
    [{ actor: 'two\nlines' }, 'options.actor'],
    [{ actor: '\u202Eevil' }, 'options.actor'],
    [{ actor: 'x'.repeat(257) }, 'options.actor'],
    [{ command: 'c-1' }, 'options.command'],
    [[], 'options'],
    ['c-1', 'options'],
  ])('refuses %j', (options, field) => {
    expect(refused(options)).toBe(`InvalidArgument ${field}`);
  });
});
