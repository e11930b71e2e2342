// Each rule catches what it is for: what is planted here is found, and what is harmless beside it is not.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const LINT = join(ROOT, 'infra/workspace/lint');

/** Files of a made-up workspace, by path, checked by one of the scripts of this folder. */
function check(script: string, files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const argument = script === 'names.mjs' ? root : 'libs';
    const { status, stderr } = spawnSync(process.execPath, [join(LINT, script), argument], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, stderr };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const SNIPPETS = {
  'a clock in ipam': ['libs/ipam/src/holder.ts', 'export const nowMs = Date.now();'],
  'a date of today in ipam': ['libs/ipam/src/holder.ts', 'export const today = new Date();'],
  'a date from a number in ipam': ['libs/ipam/src/holder.ts', 'export const then = new Date(0);'],
  'a timer in event-store': ['libs/event-store/src/decider.ts', 'setTimeout(() => undefined, 1);'],
  'chance in ovn': ['libs/ovn/src/index.ts', 'export const chance = Math.random();'],
  'a random id in kube': [
    'libs/kube/src/index.ts',
    "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID();",
  ],
  'a digest in kube': [
    'libs/kube/src/index.ts',
    "import { createHash } from 'node:crypto';\nexport const sha = createHash('sha256');",
  ],
  'a digest in ipam': [
    'libs/ipam/src/holder.ts',
    "import { createHash } from 'node:crypto';\nexport const sha = createHash('sha256');",
  ],
  'a file in api': [
    'libs/api/src/index.ts',
    "import { readFileSync } from 'node:fs';\nexport const text = readFileSync('x');",
  ],
  'the process in ovn': ['libs/ovn/src/index.ts', 'export const home = process.env;'],
  'a clock in ovsdb, which is not pure': [
    'libs/ovsdb/src/index.ts',
    'export const nowMs = performance.now();',
  ],
  'a spec with a clock': ['libs/ipam/src/holder.spec.ts', 'export const nowMs = Date.now();'],
  'an import from below': ['libs/ovn/src/index.ts', "export { SubnetView } from '@holdfast/ipam';"],
  'an import from above': ['libs/ipam/src/holder.ts', "export { NorthboundMap } from '@holdfast/ovn';"],
  'an import from beside': [
    'libs/event-store/src/decider.ts',
    "export { SubnetView } from '@holdfast/ipam';",
  ],
  'an import past the entry': ['libs/ovn/src/index.ts', "export * from '../../ipam/src/holder';"],
  'a server in a lib': ['libs/kube/src/index.ts', "export { Module } from '@nestjs/common';"],
} as const;

describe('ESLint', () => {
  const names = Object.keys(SNIPPETS) as (keyof typeof SNIPPETS)[];
  let broken: string[][];

  beforeAll(() => {
    const input = JSON.stringify(names.map((name) => ({ file: SNIPPETS[name][0], text: SNIPPETS[name][1] })));
    const { stdout, stderr } = spawnSync(process.execPath, [join(LINT, 'lint-snippets.mjs')], {
      cwd: ROOT,
      input,
      encoding: 'utf8',
    });
    if (!stdout) throw new Error(stderr);
    broken = JSON.parse(stdout) as string[][];
  });

  it.each<[keyof typeof SNIPPETS, string[]]>([
    ['a clock in ipam', ['no-restricted-syntax']],
    ['a date of today in ipam', ['no-restricted-syntax']],
    ['a date from a number in ipam', []],
    ['a timer in event-store', ['no-restricted-globals']],
    ['chance in ovn', ['no-restricted-syntax']],
    ['a random id in kube', ['no-restricted-imports']],
    ['a digest in kube', []],
    ['a digest in ipam', ['no-restricted-imports']],
    ['a file in api', ['no-restricted-imports']],
    ['the process in ovn', ['no-restricted-globals']],
    ['a clock in ovsdb, which is not pure', ['no-restricted-globals']],
    ['a spec with a clock', []],
    ['an import from below', []],
    ['an import from above', ['@nx/enforce-module-boundaries']],
    ['an import from beside', ['@nx/enforce-module-boundaries']],
    ['an import past the entry', ['@nx/enforce-module-boundaries']],
    ['a server in a lib', ['@nx/enforce-module-boundaries']],
  ])('judges %s: %j', (name, rules) => {
    expect(broken[names.indexOf(name)]).toEqual(rules);
  });
});

describe('circles', () => {
  it('are found between two files that know each other by type only', () => {
    const { status, stderr } = check('circles.mjs', {
      'libs/x/src/a.ts': "import type { B } from './b';\nexport interface A { readonly b: B }\n",
      'libs/x/src/b.ts': "import type { A } from './a';\nexport interface B { readonly a: A }\n",
    });
    expect(status).toBe(1);
    expect(stderr).toContain('circle in libs/x/src: a.ts -> b.ts -> a.ts');
    expect(stderr).toContain('libs/x/src/b.ts imports libs/x/src/a.ts');
  });

  it('are found between two folders, though no two files know each other', () => {
    const { status, stderr } = check('circles.mjs', {
      'libs/x/src/one/a.ts': "export { b } from '../two/b';\n",
      'libs/x/src/one/c.ts': 'export const c = 1;\n',
      'libs/x/src/two/b.ts': 'export const b = 1;\n',
      'libs/x/src/two/d.ts': "export { c } from '../one/c';\n",
    });
    expect(status).toBe(1);
    expect(stderr).toContain('circle in libs/x/src: one -> two -> one');
  });

  it('are none where a folder uses a file beside it, an index gathers both, and a spec uses its own index', () => {
    const { status, stderr } = check('circles.mjs', {
      'libs/x/src/index.ts': "export * from './holder';\nexport * from './subnet/state';\n",
      'libs/x/src/holder.ts': 'export const holder = 1;\n',
      'libs/x/src/subnet/state.ts': "export { holder as held } from '../holder';\n",
      'libs/x/src/subnet/state.spec.ts': "import '../index';\n",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('names', () => {
  const GLOSSARY =
    '| means | our word | never |\n| --- | --- | --- |\n| a fact | **Event** | message, `told` |\n';

  it('that are exported have one home', () => {
    const { status, stderr } = check('names.mjs', {
      'infra/docs/GLOSSARY.md': GLOSSARY,
      'libs/x/src/a.ts': 'export interface Answer { readonly a: string }\n',
      'libs/y/src/b.ts': 'type Answer = string;\nexport { type Answer };\n',
    });
    expect(status).toBe(1);
    expect(stderr).toBe('Answer has 2 homes: libs/x/src/a.ts, libs/y/src/b.ts\n');
  });

  it('have no word that the glossary rules out, in files and folders neither', () => {
    const { status, stderr } = check('names.mjs', {
      'infra/docs/GLOSSARY.md': GLOSSARY,
      'apps/x/src/told-row.ts': 'export const a = 1;\n',
      'libs/x/src/a.spec.ts': 'const wasToldMs = 1;\nexport const NOT_TOLD = () => wasToldMs;\n',
    });
    expect(status).toBe(1);
    expect(stderr.split('\n').map((line) => line.split(": '")[0])).toEqual([
      'apps/x/src/told-row.ts',
      'libs/x/src/a.spec.ts:1: wasToldMs',
      'libs/x/src/a.spec.ts:2: NOT_TOLD',
      '',
    ]);
  });

  it('may be exported again, and may have the letters of such a word in another', () => {
    const { status, stderr } = check('names.mjs', {
      'infra/docs/GLOSSARY.md': GLOSSARY,
      'libs/x/src/a.ts': 'export type Answer = 1;\nexport const Answer = 1;\nexport const stoldoor = 1;\n',
      'libs/x/src/index.ts':
        "import { Answer } from './a';\nexport { stoldoor } from './a';\nexport { Answer };\n",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('this workspace', () => {
  it('holds its names to the glossary', () => {
    const { stderr } = spawnSync(process.execPath, [join(LINT, 'names.mjs')], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr.split('\n')).toEqual(['']);
  });

  it('is linted for all of it by npm run lint', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: { lint: string };
    };
    const nx = JSON.parse(readFileSync(join(ROOT, 'nx.json'), 'utf8')) as {
      targetDefaults: { lint: { options: { commands: string[] } } };
    };
    expect(scripts.lint).toContain('nx run-many -t lint');
    expect(scripts.lint).toContain('node infra/workspace/lint/names.mjs');
    expect(nx.targetDefaults.lint.options.commands).toEqual([
      'eslint --max-warnings 0 {projectRoot}',
      'node infra/workspace/lint/circles.mjs {projectRoot}',
    ]);
  });
});
