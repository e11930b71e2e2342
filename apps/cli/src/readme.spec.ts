// What README.md and then COMMANDS.md show is what is seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aControlPlane } from './testing/control-plane';
import { expectSeen } from './testing/transcript';

const PAGES = ['README.md', 'COMMANDS.md'].map((page) => readFileSync(join(__dirname, '..', page), 'utf8'));
const shown = [...PAGES.join('\n').matchAll(/^```console\n(.*?)^```/gms)]
  .map(([, block = '']) => block)
  .join('');

const controlPlane = aControlPlane();

it('shows what is seen', () => expectSeen(controlPlane().server, shown));
