// Finds what a process of its own runs, as JavaScript, also when the test runs from its TypeScript.
import { basename, join } from 'node:path';

/** @param name of a module of this folder, `probes/tcp-client` */
export function compiled(name: string): string {
  const root = join(__dirname, '../..');
  return join(basename(root) === 'dist' ? root : join(root, 'dist'), 'e2e/packets', `${name}.js`);
}
