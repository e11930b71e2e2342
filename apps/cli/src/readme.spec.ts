// What README.md shows is what is seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aControlPlane } from './testing/control-plane';
import { expectSeen } from './testing/transcript';

const README = readFileSync(join(__dirname, '../README.md'), 'utf8');
const shown = [...README.matchAll(/^```console\n(.*?)^```/gms)].map(([, block = '']) => block).join('');

const controlPlane = aControlPlane();

it('shows what is seen', () => expectSeen(controlPlane().server, shown));
