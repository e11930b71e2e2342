// Who may know whom: an arrow only points down (infra/docs/ARCHITECTURE.md has the picture). A room that is not named
// here may import nothing, so a new one has to say what it stands on.

/** Packages that only the server, or an adapter of its own, may know. */
const SERVERS = ['@nestjs/*', 'nats', '@grpc/*', 'fastify', '@fastify/*'];

const room = (name, rooms, bannedExternalImports = SERVERS) => ({
  sourceTag: `room:${name}`,
  onlyDependOnLibsWithTags: rooms.map((other) => `room:${other}`),
  bannedExternalImports,
});

const ROOMS = [
  room('clock', []),
  room('ipam', []),
  room('audit', []),

  room('event-store', ['clock']),
  room('ovsdb', ['clock']),
  room('api', ['ipam'], ['@nestjs/*', 'nats']),
  room('history', ['ipam', 'clock']),
  room('access', ['ipam']),

  room('ledger', ['api', 'ipam', 'event-store', 'clock', 'history', 'access', 'audit']),
  room('projection', ['ipam', 'clock']),
  room('kube-api', ['ipam', 'clock']),

  room('ovn', ['ipam', 'ovsdb', 'projection', 'clock']),
  room('kube', ['ipam', 'kube-api', 'ledger', 'projection', 'clock']),
  room('pods', ['ipam', 'kube-api', 'ledger', 'projection', 'clock']),

  room('kube-ovn-import', ['ipam', 'api', 'ovsdb', 'ovn', 'kube-api', 'kube', 'pods', 'clock']),

  room(
    'cli',
    [
      'api',
      'ipam',
      'kube-api',
      'kube',
      'pods',
      'ovn',
      'ovsdb',
      'kube-ovn-import',
      'event-store',
      'access',
      'audit',
      'clock',
    ],
    ['@nestjs/*'],
  ),
  room('console', ['api']),
  { sourceTag: 'room:control-plane', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['type:lib', 'type:app', 'type:infra'] },
  { sourceTag: 'type:test', onlyDependOnLibsWithTags: ['type:lib', 'type:app', 'type:infra'] },
];

/** What a room's tests may know besides: the one ledger in memory, and the layers that it stands on. */
const FOR_TESTS = ['room:ledger', 'room:event-store', 'room:projection', 'room:kube-api', 'room:clock'];

/** Rooms below the ledger, whose tests would make a circle of it. */
const BELOW_LEDGER = [
  'clock',
  'ipam',
  'audit',
  'event-store',
  'ovsdb',
  'api',
  'history',
  'access',
  'ledger',
].map((name) => `room:${name}`);

const forTests = ROOMS.map((entry) =>
  entry.sourceTag.startsWith('room:') && !BELOW_LEDGER.includes(entry.sourceTag)
    ? { ...entry, onlyDependOnLibsWithTags: [...entry.onlyDependOnLibsWithTags, ...FOR_TESTS] }
    : entry,
);

const boundaries = (depConstraints) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { enforceBuildableLibDependency: false, allow: [], depConstraints },
  ],
});

export const roomRules = boundaries(ROOMS);
export const roomRulesOfTests = boundaries(forTests);

/**
 * The boundary rule reads Nx' graph of projects, and is skipped without one. Under Nx it is there; an editor or a
 * direct `npx eslint FILE` gets it here, in about a second, and fails if it cannot be had.
 */
export async function ensureProjectGraph() {
  if (process.env.NX_TASK_TARGET_PROJECT) return;
  process.env.NX_DAEMON ??= 'false';
  const { createProjectGraphAsync } = await import('@nx/devkit');
  await createProjectGraphAsync({ exitOnError: false });
}
