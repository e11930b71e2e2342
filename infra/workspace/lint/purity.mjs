// Time and chance come in with the command: libs/clock is their only door, and what is pure does not reach the machine
// at all. A failing test of years ago runs again because of these rules.
import { builtinModules } from 'node:module';

/** Folders that are pure: no clock, no chance, no process, no network, and of `node:` only what computes. */
const PURE = [
  'libs/ipam/src/**',
  'libs/access/src/**',
  'libs/api/src/**',
  'libs/audit/src/**',
  'libs/event-store/src/**',
  'libs/ledger/src/**',
  'libs/projection/src/**',
  'libs/ovn/src/**',
  'libs/kube/src/**',
  'libs/kube-api/src/**',
  'libs/pods/src/**',
  'libs/kube-ovn-import/src/**',
];

/** Adapters among them, which reach the machine because that is what they are for. */
const ADAPTERS = [
  'libs/event-store/src/sqlite*',
  'libs/event-store/src/sqlite/**',
  'libs/event-store/src/eventstoredb*',
  'libs/event-store/src/eventstoredb/**',
  'libs/api/src/http-client/**',
  'libs/kube-api/src/client-node/**',
];

/** They start real servers, wait for them, and read files. The simulation guards its clocks while it runs. */
const TESTS = ['**/*.spec.ts', '**/testing/**'];

/** What of Node computes and nothing else, by module. libs/ipam and libs/access need none of it. */
const COMPUTES = {
  'node:crypto': ['createHash', 'hash'],
  'node:util': ['isDeepStrictEqual'],
  'node:zlib': ['crc32'],
};

const CLOCK = 'comes from the Clock of @holdfast/clock, which tests and the simulation wind themselves';
const CHANCE = 'comes from the Chance of @holdfast/clock, whose seed a test chooses';
const MACHINE = 'reaches the machine: hand it in, or do it in an adapter';

const named = (names, message) => names.map((name) => ({ name, message: `${name} ${message}.` }));

const TIMERS = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
];

const clockGlobals = [
  ...named([...TIMERS, 'performance'], CLOCK),
  ...named(['crypto'], CHANCE),
  ...named(['Intl'], 'depends on where and when it runs; format by hand'),
];
const machineGlobals = named(
  ['process', 'fetch', 'WebSocket', 'navigator', 'require', '__dirname', '__filename'],
  MACHINE,
);

const syntax = [
  ["NewExpression[callee.name='Date'][arguments.length=0]", `The time of day ${CLOCK}.`],
  ["CallExpression[callee.name='Date']", `The time of day ${CLOCK}.`],
  ["MemberExpression[object.name='Date'][property.name='now']", `Date.now ${CLOCK}.`],
  ["MemberExpression[object.name='Math'][property.name='random']", `Math.random ${CHANCE}.`],
  ['CallExpression[callee.property.name=/^toLocale/]', 'It depends on where it runs; format by hand.'],
].map(([selector, message]) => ({ selector, message }));

const machineSyntax = [
  { selector: 'ImportExpression', message: `An import at run time ${MACHINE}.` },
  { selector: "MemberExpression[object.name='globalThis']", message: `A global by another name ${MACHINE}.` },
];

const machineModules = builtinModules.filter((name) => !name.startsWith('node:'));

const nodeImports = (computes) => ({
  paths: machineModules.map((name) => ({ name, message: `${name} ${MACHINE}.` })),
  patterns: [
    { group: ['node:*', ...Object.keys(computes).map((name) => `!${name}`)], message: `node: ${MACHINE}.` },
    ...Object.entries(computes).map(([name, allowImportNames]) => ({
      group: [name],
      allowImportNames,
      message: `Of ${name} only what computes is for a pure room.`,
    })),
  ],
});

const CLOCK_MODULES = {
  paths: [
    'timers',
    'timers/promises',
    'node:timers',
    'node:timers/promises',
    'node:perf_hooks',
    'perf_hooks',
  ].map((name) => ({ name, message: `${name}: time ${CLOCK}.` })),
  patterns: [
    {
      group: ['node:crypto', 'crypto'],
      importNamePattern: '^random',
      message: `Randomness ${CHANCE}.`,
    },
  ],
};

const rules = (globals, syntaxes, imports) => ({
  'no-restricted-globals': ['error', ...globals],
  'no-restricted-syntax': ['error', ...syntaxes],
  'no-restricted-imports': ['error', imports],
});

export default [
  // Every lib: no clock and no chance but libs/clock's.
  {
    files: ['libs/*/src/**/*.ts'],
    ignores: ['libs/clock/**', 'libs/event-store/src/sqlite/**', ...TESTS],
    rules: rules(clockGlobals, syntax, CLOCK_MODULES),
  },
  {
    files: PURE.map((folder) => `${folder}/*.ts`),
    ignores: [...ADAPTERS, ...TESTS],
    rules: rules([...clockGlobals, ...machineGlobals], [...syntax, ...machineSyntax], nodeImports(COMPUTES)),
  },
  {
    files: ['libs/ipam/src/**/*.ts', 'libs/access/src/**/*.ts'],
    ignores: TESTS,
    rules: { 'no-restricted-imports': ['error', nodeImports({})] },
  },
];
