// Text as a terminal shows it, as SVG: for pages that cannot run a demo. It knows nothing of what the text says, but that a
// line of `== ` begins a chapter.
const LINE_HEIGHT = 18;
const CHARACTER_WIDTH = 7.8;
const MARGIN = 16;
/** Longer lines are cut: a page is no wider. */
const COLUMNS_MAX = 132;

export function drawTerminal(lines: readonly string[]): string {
  const shown = lines.map((line) =>
    line.length > COLUMNS_MAX ? `${line.slice(0, COLUMNS_MAX - 1)}…` : line,
  );
  const columns = Math.max(...shown.map(({ length }) => length));
  const [width, height] = [columns * CHARACTER_WIDTH + 2 * MARGIN, shown.length * LINE_HEIGHT + 2 * MARGIN];
  const texts = shown.map((line, at) => {
    const y = MARGIN + (at + 0.75) * LINE_HEIGHT;
    const weight = line.startsWith('== ') ? ' class="chapter"' : '';
    return `<text x="${MARGIN}" y="${y}"${weight} xml:space="preserve">${escaped(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${height}" font-size="13">`,
    '<style>text{font-family:ui-monospace,Menlo,Consolas,monospace;fill:#d5d9e0}.chapter{fill:#7cc7ff;font-weight:bold}</style>',
    '<rect width="100%" height="100%" rx="8" fill="#12161d"/>',
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
