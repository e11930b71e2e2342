// Every project's tests in one run.
const path = require('node:path');
const root = path.join(__dirname, '../..');
module.exports = {
  rootDir: root,
  projects: ['<rootDir>/libs/*', '<rootDir>/apps/*', '<rootDir>/infra', '<rootDir>/test'],
};
