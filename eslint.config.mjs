// The rules that lint holds: types, who may know whom, no clock and no chance where a room is pure. Circles are found
// by infra/workspace/lint/circles.mjs, names are held to the glossary by infra/docs/names.spec.ts.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import purity from './infra/workspace/lint/purity.mjs';
import { ensureProjectGraph, roomRules, roomRulesOfTests } from './infra/workspace/lint/rooms.mjs';

await ensureProjectGraph();

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
      ...roomRules,
    },
  },
  { files: ['**/*.spec.ts', '**/testing/**/*.ts'], rules: roomRulesOfTests },
  { files: ['**/*.spec.ts'], rules: { 'max-lines-per-function': 'off' } },
  ...purity,
);
