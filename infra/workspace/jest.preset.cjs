// The one Jest configuration; a project's jest.config.cjs calls it with its own folder.
// Own code and every ESM-only package are turned into CommonJS by swc, because Jest has a require of its own.
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '../..');

/** ESM packages that npm nests, because an older one of the name stands at the top. */
const NESTED = ['agent-base'];

function esmPackages(modules) {
  const names = fs
    .readdirSync(modules)
    .flatMap((name) =>
      name.startsWith('@') ? fs.readdirSync(path.join(modules, name)).map((sub) => `${name}/${sub}`) : [name],
    );
  return names.filter((name) => {
    const manifest = path.join(modules, name, 'package.json');
    return fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
  });
}

const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
  swcrc: false,
};

module.exports = (projectDir) => ({
  rootDir: projectDir,
  displayName: path.relative(root, projectDir),
  testEnvironment: 'node',
  setupFilesAfterEnv: [path.join(__dirname, 'jest.setup.cjs')],
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/*/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  cacheDirectory: path.join(root, '.nx/jest-cache'),
  transform: { '^.+\\.[mc]?[tj]s$': ['@swc/jest', swc] },
  transformIgnorePatterns: [
    `/node_modules/(?!(${[...esmPackages(path.join(root, 'node_modules')), ...NESTED].join('|')})/)`,
    '/(apps|libs|infra|test)/([^/]+/)?dist/',
  ],
});
