import { type TableColumn, inWide, plain, table } from './table';

interface Row {
  readonly name: string;
  readonly note?: string;
}

const COLUMNS: TableColumn<Row>[] = [
  { head: 'NAME', text: ({ name }) => name },
  { head: 'LENGTH', text: ({ name }) => String(name.length), isShown: inWide },
  { head: 'NOTE', text: ({ note }) => note },
];

describe('a table', () => {
  it('lines its columns up and ends no line with spaces', () => {
    const rows = [{ name: 'a', note: 'first' }, { name: 'longer-name' }];
    expect(table(COLUMNS, rows)).toBe('NAME          NOTE\na             first\nlonger-name   -\n');
    expect(table(COLUMNS, rows.slice(0, 1), true)).toBe('NAME   LENGTH   NOTE\na      1        first\n');
  });

  it("keeps others' words in their line, and from the terminal", () => {
    expect(plain('two\nlines\tand \u001b[31mred\u001b[0m \u202eback')).toBe(
      'two lines and \uFFFD[31mred\uFFFD[0m \uFFFDback',
    );
  });

  it('lays out 100,000 rows in about the time that it takes to print them', () => {
    const rows = Array.from({ length: 100_000 }, (_, at) => ({ name: `pod/default/web-${at}`, note: 'x' }));
    const startMs = performance.now();
    expect(table(COLUMNS, rows).split('\n')).toHaveLength(100_002);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
