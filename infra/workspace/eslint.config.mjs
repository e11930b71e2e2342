// Types, and who may know whom: an arrow only points down (the layers of the README's picture).
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const only = (sourceTag, onlyDependOnLibsWithTags, bannedExternalImports = []) => ({
  sourceTag,
  onlyDependOnLibsWithTags,
  bannedExternalImports,
});

const servers = ['@nestjs/*', 'nats', '@grpc/*', 'fastify', '@fastify/*'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/*.cjs', '**/*.mjs'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [
            only('room:clock', [], servers),
            only('room:ipam', [], servers),
            only('room:event-store', ['room:clock'], servers),
            only('room:ovsdb', ['room:clock'], servers),
            only('room:api', ['room:ipam'], ['@nestjs/*', 'nats']),
            only('room:ledger', ['room:api', 'room:ipam', 'room:event-store', 'room:clock'], servers),
            only('room:ovn', ['room:ledger', 'room:ipam', 'room:ovsdb', 'room:clock'], servers),
            only('room:kube', ['room:ipam', 'room:clock'], servers),
            only('room:control-plane', ['type:lib']),
            only(
              'room:cli',
              ['room:api', 'room:ipam', 'room:kube', 'room:ovn', 'room:ovsdb', 'room:clock'],
              ['@nestjs/*'],
            ),
            only('room:console', ['room:api'], servers),
            only('type:infra', ['type:lib', 'type:app', 'type:infra']),
            only('type:test', ['type:lib', 'type:app', 'type:infra']),
          ],
        },
      ],
    },
  },
  { files: ['**/*.spec.ts'], rules: { 'max-lines-per-function': 'off' } },
);
