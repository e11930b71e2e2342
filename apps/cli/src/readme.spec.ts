// What README.md shows is what is seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from './testing/control-plane';
import { Terminal } from './testing/terminal';
import { comparable, retype } from './testing/transcript';

const README = readFileSync(join(__dirname, '../README.md'), 'utf8');
const shown = [...README.matchAll(/^```console\n(.*?)^```/gms)].map(([, block = '']) => block).join('');

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

it('shows what is seen', async () => {
  expect(await retype(new Terminal(controlPlane.server), shown)).toBe(comparable(shown));
});
