// The root's, under the path that the test script names.
module.exports = {
  ...require('../../jest.config.cjs'),
  rootDir: require('node:path').join(__dirname, '../..'),
};
