// A refusal in one line for people: the code, what the server says of it, and what else this program can do about
// it where the server cannot know.
import type { CallRefusal } from './outcome';
import { plain } from './format/table';

const HINTS: Readonly<Record<string, string>> = {
  SubnetNotFound: "'holdfast subnet list' has those there are",
  VipNotFound: "'holdfast vip list' has those there are",
  RuleNotFound: "'holdfast rule list' has those there are",
  ReservationNotFound: "'holdfast reservation list' has those there are",
};

const WHERE = '--server or HOLDFAST_SERVER says where the server is';

export function tellRefusal({ code, message, isNobodyThere }: CallRefusal): string {
  const hint = isNobodyThere ? WHERE : HINTS[code];
  const said = plain(message).replace(/\.$/, '');
  return `${code}: ${said}${hint === undefined ? '.' : `; ${hint}.`}`;
}
