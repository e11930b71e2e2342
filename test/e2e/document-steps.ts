// A document's console blocks, as the commands in them and what each is shown to print.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Step {
  readonly command: string;
  readonly shown: string;
}

/** @param name of the document in infra/docs */
export function documentSteps(name: string): Step[] {
  const document = readFileSync(join(__dirname, '../../infra/docs', name), 'utf8');
  return [...document.matchAll(/^```console\n(.*?)^```/gms)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...shown] = text.split('\n');
        return { command, shown: shown.join('\n') };
      }),
  );
}
