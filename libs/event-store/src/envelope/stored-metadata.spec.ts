import fc from 'fast-check';
import { NO_PREDECESSOR, writeMetadata } from './event-envelope';
import type { EventMetadata } from './event-metadata';
import { StoredMetadata } from './stored-metadata';

const FIELDS = [
  'commandId',
  'commandDigest',
  'issuedAtMs',
  'atMs',
  'clockAtMs',
  'actor',
  'through',
  'previous',
] as const;

const fieldsOf = (metadata: EventMetadata): unknown[] => FIELDS.map((field) => metadata[field]);

/** Texts that look like what stands around them. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }).map((any) => any.toWellFormed()),
  fc.constantFrom(
    ',"atMs":1',
    ',"clockAtMs":1,',
    '","atMs":1,',
    'atMs',
    '{"commandId":"',
    ',"commandDigest":"',
    '\\"',
    '\\',
    ',',
  ),
);
const time = fc.integer({ min: 0, max: 253_402_300_799_999 });

describe('StoredMetadata', () => {
  it('has what was written, field by field', () => {
    const metadata = fc.record(
      {
        commandId: text,
        commandDigest: fc.constantFrom('0', 'a1b2c3d4'),
        issuedAtMs: time,
        atMs: time,
        clockAtMs: time,
        actor: text,
        through: fc.oneof(fc.constantFrom('grpc', 'kubernetes'), fc.string()),
      },
      { requiredKeys: ['commandId', 'issuedAtMs', 'atMs', 'actor', 'through'] },
    );
    fc.assert(
      fc.property(metadata, (written) => {
        const stored = writeMetadata(written, NO_PREDECESSOR);
        expect(fieldsOf(new StoredMetadata(stored))).toEqual(fieldsOf(JSON.parse(stored) as EventMetadata));
        expect(fieldsOf(new StoredMetadata(stored))).toEqual(
          fieldsOf({ ...written, previous: NO_PREDECESSOR }),
        );
      }),
    );
  });

  it.each([
    '{ "commandId" : "c" , "commandDigest" : "d" , "issuedAtMs" : 1 , "atMs" : 2 , "actor" : "a" , "through" : "nats" , "previous" : "p" }',
    '{"previous":"p","through":"nats","actor":"a","clockAtMs":3e0,"atMs":2e0,"issuedAtMs":1.0,"commandDigest":"d","commandId":"c"}',
  ])('reads what others wrote: %s', (stored) => {
    const clockAtMs = stored.includes('clockAtMs') ? 3 : undefined;
    expect(fieldsOf(new StoredMetadata(stored))).toEqual(['c', 'd', 1, 2, clockAtMs, 'a', 'nats', 'p']);
  });

  it('throws at what is no JSON', () => {
    expect(() => new StoredMetadata('no JSON').atMs).toThrow(SyntaxError);
  });
});
