// Finds logical flows that share datapath, table, priority and match. Each ovn-controller installs one of them, and
// which is a toss of a coin at its start: the defect behind Kube-OVN's #5377, which ovn-trace cannot see.
import type { PacketLab } from '../lab/lab';

const DATAPATH = /^Datapath: (?:"([^"]*)"|(\S+)).*Pipeline: (\w+)/;
const FLOW = /^ *table=\d+ *\((\w+) *\), priority=(\d+) *, match=\((.*)\), action=\(.*\)$/;

/** One line for each such set, `DATAPATH PIPELINE TABLE PRIORITY MATCH`; none is what should be. */
export async function duplicateMatches(lab: PacketLab): Promise<readonly string[]> {
  return findDuplicates(await lab.sbctl('lflow-list'));
}

/** @param listed by `ovn-sbctl lflow-list`. @throws Error when it has no flow, which would find nothing for ever */
export function findDuplicates(listed: string): readonly string[] {
  const counts = new Map<string, number>();
  let datapath = '';
  for (const line of listed.split('\n')) {
    const header = DATAPATH.exec(line);
    if (header) datapath = `${header[1] ?? header[2]} ${header[3]}`;
    const flow = FLOW.exec(line);
    if (!flow) continue;
    const [, table, priority, match] = flow;
    const key = `${datapath} ${table} ${priority} ${match}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  if (counts.size === 0) throw new Error('ovn-sbctl lflow-list printed no flow that can be read');
  return [...counts].filter(([, count]) => count > 1).map(([key]) => key);
}
