// Labels as people write and read them: the flags of commands that give or select by them, and the column that shows them.
import { type Command, InvalidArgumentError } from 'commander';
import type { TableColumn } from '../format/table';

export type LabelsText = Readonly<Record<string, string>>;

export interface LabelFlags {
  readonly label?: LabelsText;
}

export interface SelectorFlags {
  /** Of `-l`. */
  readonly selector?: string;
}

/** Of commands that bring something about. */
export const labelFlag = (command: Command): Command =>
  command.option('--label <key=value>', 'a label of it; may be given again', readLabel);

/** Of lists. */
export const selectorFlag = (command: Command): Command =>
  command.option(
    '-l, --selector <selector>',
    "only what has such labels: 'team=net,env in (prod,test),!old'",
  );

function readLabel(text: string, before: LabelsText = {}): LabelsText {
  const [, key, value = ''] = LABEL.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError('Expected key=value');
  return { ...before, [key]: value };
}

/** What a key and a value may be is the contract's to say. */
export const LABEL = /^([^=]+)=(.*)$/s;

interface Labelled {
  readonly labels: LabelsText;
}

/** "env=prod,team=net" */
export const labelsText = ({ labels }: Labelled): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');

export const LABELS: TableColumn<Labelled | undefined> = {
  head: 'LABELS',
  text: (row) => row && labelsText(row),
  isShown: (isWide, rows) => isWide && rows.some((row) => row && labelsText(row) !== ''),
};

/** Of a list. @param asked what it was to be of, '' for all */
export const noneText = (what: string, asked: string): string =>
  `There are no ${asked === '' ? '' : 'such '}${what}.`;
