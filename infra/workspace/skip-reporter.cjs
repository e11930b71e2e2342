// The end of a test run: every test that was skipped with its reason, and one line that counts.
const SKIPPED = / \[skipped: (.*?)\]/;

module.exports = class SkipReporter {
  onRunComplete(_contexts, results) {
    const skips = new Map();
    for (const file of results.testResults) {
      for (const { status, fullName } of file.testResults) {
        if (status !== 'pending') continue;
        const reason = SKIPPED.exec(fullName)?.[1] ?? 'no reason given';
        skips.set(reason, [...(skips.get(reason) ?? []), fullName.replace(SKIPPED, '')]);
      }
    }
    for (const [reason, names] of skips) {
      console.log(`\nskipped, because ${reason}:`);
      for (const name of names) console.log(`  ${name}`);
    }
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const counts = `${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests} skipped`;
    // After Jest's own summary, which comes after every reporter.
    process.once('exit', () => process.stdout.write(`\n${counts}\n`));
  }
};
