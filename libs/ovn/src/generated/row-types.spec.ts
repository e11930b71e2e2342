import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSchema } from '@holdfast/ovsdb';
import { generate } from '@holdfast/ovsdb/generate';
import { NORTHBOUND_SCHEMA, SOUTHBOUND_SCHEMA } from '@holdfast/ovsdb/testing';
import { OVN_Northbound } from './northbound';
import { OVN_Southbound } from './southbound';

const DATABASES = [
  { file: 'northbound.ts', schemaFile: NORTHBOUND_SCHEMA, generated: OVN_Northbound.version },
  { file: 'southbound.ts', schemaFile: SOUTHBOUND_SCHEMA, generated: OVN_Southbound.version },
];

describe.each(DATABASES)('the row types of $file', ({ file, schemaFile, generated }) => {
  const schema = parseSchema(JSON.parse(readFileSync(schemaFile, 'utf8')));
  const isOther = schema.version !== generated;
  const title = 'are what the generator makes of the schema';

  (isOther ? it.skip : it)(isOther ? `${title} [skipped: this machine has ${schema.version}]` : title, () => {
    const written = readFileSync(join(__dirname, file), 'utf8');
    expect(generate(schema).trimEnd()).toBe(written.trimEnd());
  });
});
