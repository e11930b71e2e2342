import { readFileSync } from 'node:fs';
import { STORED_LEDGER_RECORD_EVENTS, STORED_SUBNET_EVENTS, STORED_VIP_NAME_EVENTS } from '@holdfast/ipam';
import { EVENTS_FILE, eventsDocument } from './events-document';

describe('EVENTS.md', () => {
  it('is what the code says (else: node infra/dist/docs/events-document.js)', () => {
    expect(readFileSync(EVENTS_FILE, 'utf8')).toBe(eventsDocument());
  });

  it.each([...STORED_SUBNET_EVENTS, ...STORED_VIP_NAME_EVENTS, ...STORED_LEDGER_RECORD_EVENTS])(
    'tells %s',
    (form) => {
      expect(eventsDocument()).toContain(`Stored as \`${form}\``);
    },
  );
});
