// Every project's tests in one run.
const path = require('node:path');

module.exports = {
  rootDir: path.join(__dirname, '../..'),
  projects: ['<rootDir>/libs/*', '<rootDir>/apps/*', '<rootDir>/infra', '<rootDir>/test'],
  reporters: ['default', path.join(__dirname, 'skip-reporter.cjs')],
  maxWorkers: 2,
};
