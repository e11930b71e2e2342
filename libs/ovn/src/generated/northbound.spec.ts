import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSchema } from '@holdfast/ovsdb';
import { generate } from '@holdfast/ovsdb/generate';
import { NORTHBOUND_SCHEMA } from '@holdfast/ovsdb/testing';
import { OVN_Northbound } from './northbound';

const schema = parseSchema(JSON.parse(readFileSync(NORTHBOUND_SCHEMA, 'utf8')));
const isOther = schema.version !== OVN_Northbound.version;
const title = 'are what the generator makes of the schema';

describe('the row types', () => {
  (isOther ? it.skip : it)(isOther ? `${title} [skipped: this machine has ${schema.version}]` : title, () => {
    const written = readFileSync(join(__dirname, 'northbound.ts'), 'utf8');
    expect(generate(schema).trimEnd()).toBe(written.trimEnd());
  });
});
