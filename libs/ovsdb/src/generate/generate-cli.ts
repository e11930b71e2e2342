// Prints the TypeScript of a schema:
//   node generate-cli.js SCHEMA.ovsschema > northbound.ts
//   node generate-cli.js unix:/run/ovn/ovnnb_db.sock OVN_Northbound > northbound.ts
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '@holdfast/clock';
import { fetchSchema } from './fetch-schema';
import { generate } from './generate';
import { type AnySchema, parseSchema } from '../schema/schema';

const USAGE = `usage: generate-cli.js [--import-from=MODULE] SCHEMA-FILE
       generate-cli.js [--import-from=MODULE] [--private-key=FILE --certificate=FILE --ca-cert=FILE] REMOTE DATABASE

REMOTE is unix:/path, tcp:host:port or ssl:host:port.`;

const OPTIONS = {
  'import-from': { type: 'string' },
  'private-key': { type: 'string' },
  certificate: { type: 'string' },
  'ca-cert': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Resolves with the exit code: 0, 1 if the schema cannot be had, 2 if the arguments make no sense. */
async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [source, database] = positionals;
  if (values.help) return print(USAGE);
  if (source === undefined || positionals.length > 2) {
    console.error(USAGE);
    return 2;
  }
  try {
    const schema =
      database === undefined ? await readSchema(source) : await fetchFrom(source, database, values);
    const importFrom = values['import-from'];
    return print(generate(schema, importFrom === undefined ? {} : { importFrom }).trimEnd());
  } catch (error) {
    console.error(`generate-cli: ${(error as Error).message}`);
    return 1;
  }
}

async function readSchema(path: string): Promise<AnySchema> {
  return parseSchema(JSON.parse(await readFile(path, 'utf8')));
}

function fetchFrom(
  remote: string,
  database: string,
  values: { 'private-key'?: string; certificate?: string; 'ca-cert'?: string },
): Promise<AnySchema> {
  const { 'private-key': privateKey, certificate, 'ca-cert': caCertificate } = values;
  const tls =
    privateKey && certificate && caCertificate ? { privateKey, certificate, caCertificate } : undefined;
  return fetchSchema({ remote, database, clock: systemClock, ...(tls ? { tls } : {}) });
}

function print(text: string): number {
  console.log(text);
  return 0;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
