import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from './generate';
import { parseSchema } from '../schema/schema';
import { OVN_Northbound } from '../testing/generated/northbound';
import { OvsdbLab } from '../testing/lab';
import { NORTHBOUND_SCHEMA } from '../testing/ovsdb-server';

const installed = parseSchema(JSON.parse(readFileSync(NORTHBOUND_SCHEMA, 'utf8')));
const generatedFile = join(__dirname, '../testing/generated/northbound.ts');

/** The committed file is of the Northbound of Debian 12; on another system there is nothing to compare it with. */
const otherVersion =
  installed.version === OVN_Northbound.version
    ? undefined
    : `the installed Northbound is ${installed.version}`;

function itUnless(reason: string | undefined, name: string, test: () => void): void {
  (reason ? it.skip : it)(reason ? `${name} [skipped: ${reason}]` : name, test);
}

describe('generate', () => {
  itUnless(otherVersion, 'writes the committed file from the Northbound schema', () => {
    expect(generate(installed, { importFrom: '../../index' })).toBe(readFileSync(generatedFile, 'utf8'));
  });

  it('writes the type of every kind of column', () => {
    const text = generate(
      parseSchema({
        name: 'Toy',
        version: '1.2.3',
        tables: {
          Box: {
            isRoot: true,
            maxRows: 5,
            indexes: [['name', 'size']],
            columns: {
              name: { type: { key: { type: 'string', minLength: 1, maxLength: 63 } }, mutable: false },
              size: { type: { key: { type: 'integer', enum: ['set', [1, 2]] } } },
              colours: {
                type: { key: { type: 'string', enum: ['set', ['red', "bl'ue"]] }, max: 'unlimited' },
              },
              lid: { type: { key: { type: 'uuid', refTable: 'Lid', refType: 'weak' }, min: 0 } },
              things: { type: { key: 'uuid', min: 0, max: 3 } },
              prices: { type: { key: 'integer', value: 'real', min: 0, max: 'unlimited' } },
              seen: { type: { key: 'uuid', value: 'boolean', min: 0, max: 'unlimited' }, ephemeral: true },
              notes: { type: { key: 'string', value: 'string', min: 0, max: 'unlimited' } },
            },
          },
          Lid: { columns: {} },
        },
      }),
    );
    expect(text).toContain(`
/** Kept until deleted. Unique: name + size. At most 5 rows. */
export interface Box {
  readonly _uuid: Uuid<'Box'>;
  /** At least 1. */
  readonly colours: readonly ('bl\\'ue' | 'red')[];
  /** Weak: forgets deleted rows. */
  readonly lid: Uuid<'Lid'> | undefined;
  /** 1 to 63 characters. Set on insert only. */
  readonly name: string;
  readonly notes: { readonly [key: string]: string };
  readonly prices: ReadonlyMap<number, number>;
  /** Not kept over a restart of the server. */
  readonly seen: { readonly [uuid: string]: boolean };
  readonly size: 1 | 2;
  /** 0 to 3. */
  readonly things: readonly Uuid[];
}
`);
  });

  it.each([
    [
      'a table that cannot be an interface',
      { name: 'D', tables: { string: { columns: {} } } },
      'called string',
    ],
    ['a table called as what is imported', { name: 'D', tables: { Uuid: { columns: {} } } }, 'called Uuid'],
  ])('refuses %s', (_what, schema, why) => {
    expect(() => generate(parseSchema(schema))).toThrow(
      expect.objectContaining({ code: 'invalid-schema', message: expect.stringContaining(why) as string }),
    );
  });
});

describe('parseSchema', () => {
  it.each([
    ['text', 'x', 'the schema is not an object'],
    ['a schema without a name', { tables: {} }, 'no name'],
    ['a schema without tables', { name: 'D' }, 'tables is not an object'],
    ['a table without columns', { name: 'D', tables: { T: {} } }, 'T.columns is not an object'],
    ['a column without a type', { name: 'D', tables: { T: { columns: { c: {} } } } }, 'T.c'],
    [
      'an unknown type',
      { name: 'D', tables: { T: { columns: { c: { type: { key: 'colour' } } } } } },
      '"colour"',
    ],
    ['an id that is none', { name: 'D', tables: { 'T-1': { columns: {} } } }, 'T-1'],
  ])('refuses %s and names the place', (_what, json, why) => {
    expect(() => parseSchema(json)).toThrow(
      expect.objectContaining({ code: 'invalid-schema', message: expect.stringContaining(why) as string }),
    );
  });
});

describe('generate-cli', () => {
  const program = join(__dirname, '../../dist/generate/generate-cli.js');
  const run = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [program, ...args]);

  it('prints the same from a file as from a server', async () => {
    const lab = await OvsdbLab.start();
    const [fromFile, fromServer] = await Promise.all([
      run(NORTHBOUND_SCHEMA),
      run(lab.server.unix, 'OVN_Northbound'),
    ]);
    await lab.stop();
    expect(fromFile.stdout).toBe(generate(installed));
    expect(fromServer.stdout).toBe(fromFile.stdout);
  });

  it.each([
    [[], 2, 'usage:'],
    [['--colour'], 2, 'usage:'],
    [['/nonexistent'], 1, 'ENOENT'],
    [['unix:/nonexistent', 'OVN_Northbound'], 1, 'cannot connect'],
    [['--help'], 0, ''],
  ])('%j exits with %d', async (args, code, said) => {
    const { code: exit = 0, stderr = '' } = (await run(...args).catch(
      (error: { code: number; stderr: string }) => error,
    )) as { code?: number; stderr?: string };
    expect([exit, stderr]).toEqual([code, expect.stringContaining(said)]);
  });
});
