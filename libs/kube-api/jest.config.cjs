module.exports = require('../../infra/workspace/jest.preset.cjs')(__dirname);
