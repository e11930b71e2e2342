const preset = require('../../infra/workspace/jest.preset.cjs')(__dirname);
// The preset knows the ESM packages at the top of node_modules; @kubernetes/client-node needs one more, which npm
// nests because an older agent-base sits at the top.
preset.transformIgnorePatterns[0] = preset.transformIgnorePatterns[0].replace('(?!(', '(?!(agent-base|');
module.exports = preset;
