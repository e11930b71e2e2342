// Every project's tests in one run. `npx jest libs/clock` runs one project's, `npx jest holder` those of a name.
const path = require('node:path');

module.exports = {
  projects: ['libs/*', 'apps/*', 'infra', 'test'].map((folder) => `<rootDir>/${folder}/jest.config.cjs`),
  reporters: ['default', path.join(__dirname, 'infra/workspace/skip-reporter.cjs')],
  // Tests start real servers of their own; more workers than this only make them wait for each other.
  maxWorkers: 2,
};
