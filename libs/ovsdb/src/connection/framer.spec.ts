import fc from 'fast-check';
import { JsonFramer } from './framer';

const LIMIT = 1 << 20;

function frame(chunks: readonly Buffer[], limit = LIMIT): unknown[] {
  const messages: unknown[] = [];
  const framer = new JsonFramer(limit, (message) => messages.push(message));
  for (const chunk of chunks) framer.push(chunk);
  return messages;
}

/** `bytes` cut at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [
    0,
    ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return sorted.slice(1).map((end, at) => bytes.subarray(sorted[at], end));
}

describe('JsonFramer', () => {
  const message = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));
  const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);

  it('yields the same messages however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(message, space)),
        fc.array(fc.nat(10_000), { maxLength: 30 }),
        (sent, places) => {
          const texts = sent.map(([json, gap]) => JSON.stringify(json) + gap);
          const expected = sent.map(([json]) => JSON.parse(JSON.stringify(json)) as unknown);
          expect(frame(cut(Buffer.from(texts.join('')), places))).toEqual(expected);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });

  it('yields them also byte by byte, with brackets, quotes, escapes and long characters in strings', () => {
    const messages = [
      { '}"{': '\\"]\\\\' },
      {},
      { a: ['é', '€', '😀', '\u2028', '\ud83d'] },
      { nested: [[{ x: [] }]] },
    ];
    const bytes = Buffer.from(messages.map((each) => JSON.stringify(each)).join(''));
    expect(frame(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(messages);
  });

  it('delivers what was whole before a fault', () => {
    const messages: unknown[] = [];
    const framer = new JsonFramer(LIMIT, (each) => messages.push(each));
    expect(() => framer.push(Buffer.from('{"id":1}{"id":2}!'))).toThrow(
      expect.objectContaining({ code: 'malformed-message' }),
    );
    expect(messages).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each([
    ['text between messages', '{} x{}'],
    ['an array', '[1]'],
    ['a number', '17'],
    ['a closing bracket', '}'],
    ['brackets that do not match', '{"a":[}]'],
    ['a missing comma', '{"a":1 "b":2}'],
    ['an unknown escape', '{"a":"\\x"}'],
    ['a raw control character in a string', '{"a":"\u0001"}'],
    ['brackets nested too deep', '{"a":' + '['.repeat(2000)],
  ])('refuses %s', (_what, text) => {
    expect(() => frame([Buffer.from(text)])).toThrow(expect.objectContaining({ code: 'malformed-message' }));
  });

  it('refuses what is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]);
    expect(() => frame([bytes])).toThrow(expect.objectContaining({ code: 'malformed-message' }));
  });

  it('takes a message of the largest size and refuses one above it before it is whole', () => {
    const largest = Buffer.from(`{"a":"${'x'.repeat(92)}"}`);
    expect(frame([largest.subarray(0, 60), largest.subarray(60)], 100)).toHaveLength(1);
    const endless = [Buffer.from('{"a":"'), Buffer.from('x'.repeat(95))];
    expect(() => frame(endless, 100)).toThrow(expect.objectContaining({ code: 'message-too-large' }));
  });
});
