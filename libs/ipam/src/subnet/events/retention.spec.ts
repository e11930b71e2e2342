import { holder } from '../../testing';
import { RETENTION_MAX_MS, defaultRetention, formatRetention, parseRetention } from './retention';

describe('a retention', () => {
  it.each(['release', 'owner', 'forever', '90s', '30m', '24h', '7d'])('is read and written: %s', (text) => {
    const retention = parseRetention(text);
    expect(retention && parseRetention(formatRetention(retention))).toEqual(retention);
  });

  it.each([
    ['90s', '90s'],
    ['60s', '1m'],
    ['48h', '2d'],
  ])('%s is written %s', (text, written) => {
    expect(formatRetention(parseRetention(text)!)).toBe(written);
  });

  it.each(['', 'owners', '0s', '-1h', '1.5h', '1w', '24', 'time', `${RETENTION_MAX_MS}s`])(
    'is not: %j',
    (text) => {
      expect(parseRetention(text)).toBeUndefined();
    },
  );

  it('is the owner’s for what has one, and ends with its Pod for others', () => {
    expect(defaultRetention(holder('statefulset/default/web/0')).keep).toBe('owner');
    expect(defaultRetention(holder('vm/default/db')).keep).toBe('owner');
    expect(defaultRetention(holder('pod/default/a')).keep).toBe('release');
  });
});
