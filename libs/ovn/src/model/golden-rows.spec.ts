// All rows that should be there for a ledger, whole and as they were once read by a person (testing/golden-rows.ts says
// how to add a file).
import { desiredOf, goldenFiles, readGolden } from '../testing/golden-rows';

it.each(goldenFiles())('%s', (file) => {
  const golden = readGolden(file);
  const { rows, portSecurityOfOthers } = golden;
  expect(rows).toBeDefined();
  expect(desiredOf(golden)).toEqual({ rows, ...(portSecurityOfOthers && { portSecurityOfOthers }) });
});
