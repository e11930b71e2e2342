// Labels once more, in the plainest way: a list of who has which. Of the reference model.
import type { Labels } from '../label';
import type { RejectionCode } from '../rejection';
import type { LabelSubject, Moment, SetLabels } from '../subnet';
import type { ReferenceDecision } from './reference-holding';

interface Labelled {
  readonly subject: string;
  readonly text: string;
  readonly atMs: number;
}

export class ReferenceLabels {
  private list: Labelled[] = [];

  /** Whether other ones are asked for than there are; none asked for: whatever there are will do. */
  isOther(subject: LabelSubject, labels: Labels = {}): boolean {
    return textOf(labels) !== '' && textOf(labels) !== this.textOf(subject);
  }

  /** @param sinceMs when its subject last changed, or that it is not there */
  execute(command: SetLabels, sinceMs: number | RejectionCode, moment: Moment): ReferenceDecision {
    if (typeof sinceMs === 'string') return { rejected: sinceMs };
    if (textOf(command.labels) === this.textOf(command)) return { changed: false };
    const { nowMs, issuedAtMs } = moment;
    const isLate = this.list.some((one) => one.subject === subjectNameOf(command) && one.atMs > issuedAtMs);
    if (isLate || sinceMs > issuedAtMs) return { rejected: 'CommandExpired' };
    this.set(command, command.labels, nowMs);
    return { changed: true };
  }

  private set(subject: LabelSubject, labels: Labels, atMs: number): void {
    this.end(subject);
    this.list.push({ subject: subjectNameOf(subject), text: textOf(labels), atMs });
  }

  /** Of what comes into being with these, if any were asked for. */
  begin(subject: LabelSubject, labels: Labels = {}, atMs: number): void {
    if (textOf(labels) !== '') this.set(subject, labels, atMs);
  }

  end(subject: LabelSubject): void {
    this.list = this.list.filter((one) => one.subject !== subjectNameOf(subject));
  }

  endAll(): void {
    this.list = [];
  }

  /** As text, of what has any: to be compared with those of the real one. */
  all(): Record<string, string> {
    return Object.fromEntries(
      this.list.filter(({ text }) => text !== '').map(({ subject, text }) => [subject, text]),
    );
  }

  private textOf(subject: LabelSubject): string {
    return this.list.find((one) => one.subject === subjectNameOf(subject))?.text ?? '';
  }
}

export const subjectNameOf = ({ holder, pool }: LabelSubject): string =>
  holder !== undefined ? `holder ${holder}` : pool !== undefined ? `pool ${pool}` : 'subnet';

const textOf = (labels: Labels): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(' ');

/** Those that the model is given: few, short, and of the plain form. */
export const areSoundLabels = (labels: Labels = {}): boolean =>
  Object.entries(labels).every(([key, value]) => /^[a-z]+$/.test(key) && /^[a-z]*$/.test(value));
