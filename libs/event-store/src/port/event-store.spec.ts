import { comparePositions } from './event-store';

describe('comparePositions', () => {
  const ascending = ['0', '9', '10', '99', '100', '9007199254740993', '18446744073709551615'];
  const pairs = [
    '9/9',
    '10/9',
    '10/10',
    '9007199254740993/1',
    '9007199254740993/2',
    '18446744073709551615/0',
  ];

  it.each([[ascending], [pairs]])('orders %j', (positions) => {
    for (const [a, left] of positions.entries())
      for (const [b, right] of positions.entries())
        expect(Math.sign(comparePositions(left, right))).toBe(Math.sign(a - b));
  });
});
