// Writes infra/docs/EVENTS.md from the code: the event types and their comments in libs/ipam, and the stored form of
// each from test/golden/events. `node infra/dist/docs/events-document.js` writes it anew; its spec says when to.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const ROOT = join(__dirname, __dirname.endsWith(join('dist', 'docs')) ? '../../..' : '../..');
const SOURCES = [
  ...['definition', 'reservation', 'user', 'vip', 'parent', 'rule', 'label', 'withheld'].map(
    (name) => `libs/ipam/src/subnet/events/${name}.ts`,
  ),
  'libs/ipam/src/vip-name/vip-name.ts',
  'libs/ipam/src/ledger-record/ledger-record.ts',
];
const GOLDEN = 'test/golden/events';

export const EVENTS_FILE = join(ROOT, 'infra/docs/EVENTS.md');

interface EventDoc {
  readonly name: string;
  readonly comment: string;
  readonly source: string;
}

export function eventsDocument(): string {
  const events = SOURCES.flatMap(eventsIn);
  const sections = events.map(({ name, comment, source }) =>
    [
      `## ${name}`,
      '',
      ...(comment ? [comment, ''] : []),
      `[${source}](../../${source})`,
      ...storedForms(name).flatMap(({ form, json }) => [
        '',
        `Stored as \`${form}\`:`,
        '',
        '```json',
        json,
        '```',
      ]),
    ].join('\n'),
  );
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`;
}

const INTRODUCTION = `# Events

What the ledger remembers. This page is generated from the code (\`node infra/dist/docs/events-document.js\`).

Streams: \`subnet-<name>\` holds a Subnet's events, \`vip-<name>\` the claims to a Vip's name, \`ledger-holdfast\` what the
ledger says of itself. Each event is stored with a
type that ends in its version, its data, and metadata:

| metadata | meaning |
|---|---|
| \`commandId\` | the command that led to it |
| \`commandDigest\` | CRC-32 of that command; absent when the caller gave no id |
| \`issuedAtMs\`, \`atMs\` | when the command was issued and when it was decided, epoch milliseconds |
| \`clockAtMs\` | when it was decided by that plane's clock, where an event before it has a time that had not come yet; absent: as \`atMs\`, which never decreases along a stream |
| \`actor\`, \`through\` | who asked, and which way the command came |
| \`previous\` | SHA-256 of the stream's event before; the first has 64 zeros |

The event's id is taken from its own hash. A form that was ever written stays readable: \`test/golden/events\` keeps one
of each, and nothing there is changed or deleted.
`;

/** The interfaces whose \`type\` is a literal of their own name: what is an event and not a part of one. */
function eventsIn(source: string): EventDoc[] {
  const text = readFileSync(join(ROOT, source), 'utf8');
  const file = ts.createSourceFile(source, text, ts.ScriptTarget.Latest, true);
  return file.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) => {
    const name = declaration.name.text;
    const isEvent = storedForms(name).length > 0;
    return isEvent ? [{ name, comment: commentOf(declaration), source }] : [];
  });
}

function commentOf(declaration: ts.InterfaceDeclaration): string {
  const docs = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc);
  return docs
    .map(({ comment }) => (typeof comment === 'string' ? comment : ''))
    .join('\n')
    .replace(/\s+/g, ' ');
}

function storedForms(name: string): { readonly form: string; readonly json: string }[] {
  return readdirSync(join(ROOT, GOLDEN))
    .filter((file) => file.startsWith(`${name}.v`) && file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { stored } = JSON.parse(readFileSync(join(ROOT, GOLDEN, file), 'utf8')) as { stored: unknown[] };
      return {
        form: file.slice(0, -'.json'.length),
        json: stored.map((data) => JSON.stringify(data)).join('\n'),
      };
    });
}

if (require.main === module) writeFileSync(EVENTS_FILE, eventsDocument());
