import { formatSpan, parseSpan, tellDuration, toDuration } from './span';

describe('a span of time', () => {
  it.each([
    ['0s', 0],
    ['5m', 300_000],
    ['300s', 300_000],
    ['1h30m', 5_400_000],
    ['2d3h4m5s6ms', 183_845_006],
    ['250ms', 250],
  ])('reads %s as %d ms', (text, ms) => expect(parseSpan(text)).toBe(ms));

  it.each(['', '5', 'm', '5 m', '5m1h', '1.5h', '-5m', '5M', '1h5', '9999999d', '5min'])(
    'is not %j',
    (text) => expect(parseSpan(text)).toBeUndefined(),
  );

  it.each([
    [0, '0s'],
    [300_000, '5m'],
    [90_061_001, '1d1h1m1s1ms'],
    [1_500, '1s500ms'],
  ])('tells %d ms as %s, which reads back', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
    expect(parseSpan(text)).toBe(ms);
  });

  it('goes through a message unchanged', () => {
    expect(toDuration(1_500)).toEqual({ seconds: 1n, nanos: 500_000_000 });
    expect(tellDuration({ $typeName: 'google.protobuf.Duration', ...toDuration(5_400_250) })).toBe(
      '1h30m250ms',
    );
  });
});
