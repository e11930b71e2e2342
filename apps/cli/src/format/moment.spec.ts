import { formatMoment, parseMoment, tellTimestamp, toTimestamp } from './moment';

const NOW = Date.UTC(2026, 0, 31, 14, 5);
const read = (text: string) => {
  const ms = parseMoment(text, NOW);
  return ms === undefined ? undefined : formatMoment(ms);
};

describe('a moment', () => {
  it.each([
    ['2026-01-31T14:05:00Z', '2026-01-31T14:05:00.000Z'],
    ['2026-01-31t14:05:00.25z', '2026-01-31T14:05:00.250Z'],
    ['2026-01-31T16:05:00+02:00', '2026-01-31T14:05:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['now', '2026-01-31T14:05:00.000Z'],
    ['-2h30m', '2026-01-31T11:35:00.000Z'],
    ['-7d', '2026-01-24T14:05:00.000Z'],
  ])('reads %s', (text, utc) => expect(read(text)).toBe(utc));

  it.each([
    '',
    'yesterday',
    '2026-01-31',
    '2026-01-31T14:05:00',
    '2026-01-31 14:05:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '1969-12-31T23:59:59Z',
    '-999999d',
    '-',
    '2h',
    '+2h',
    '1769868300',
  ])('is not %j', (text) => expect(read(text)).toBeUndefined());

  it('goes through a message unchanged', () => {
    const timestamp = toTimestamp(NOW + 7);
    expect(timestamp).toEqual({ seconds: BigInt(NOW / 1000), nanos: 7_000_000 });
    expect(tellTimestamp({ $typeName: 'google.protobuf.Timestamp', ...timestamp })).toBe(
      '2026-01-31T14:05:00.007Z',
    );
  });
});
