// `holdfast import kube-ovn`: what its flags name is opened, libs/kube-ovn-import does the work, and what it found and did is
// printed. It decides nothing but how the run ends.
import type { KubernetesApi } from '@holdfast/kube-api';
import {
  type ImportResult,
  type NorthboundHandOver,
  northboundRefusal,
  runImport,
} from '@holdfast/kube-ovn-import';
import { EXIT, type ExitCode } from '../exit-code';
import { type GlobalFlags, serverUrl, TIMEOUT_DEFAULT_MS } from '../flags';
import type { Io } from '../io';
import { RemoteLedger } from '../ledger';
import type { CallRefusal } from '../outcome';
import { tellRefusal } from '../refusal';
import { UsageFault } from '../usage-fault';
import { giveBackPorts } from './give-back';
import { clusterRefusal, statefulSetsOf } from './cluster-flags';
import { type ClusterFlags, openCluster } from './open-cluster';
import { type NorthboundFlags, openNorthbound } from './open-northbound';
import { reportJson, reportText } from './report';

export interface ImportFlags extends GlobalFlags, ClusterFlags, NorthboundFlags {
  readonly apply?: boolean;
  readonly giveBack?: boolean;
  readonly actor?: string;
  /** `group/version/plural` each. */
  readonly statefulSetKinds?: readonly string[];
  readonly keepVmIp: 'true' | 'false';
  /** Milliseconds. */
  readonly timeout?: number;
}

export async function importKubeOvn(io: Io, flags: ImportFlags): Promise<ExitCode> {
  let api: KubernetesApi | undefined;
  let northbound: NorthboundHandOver | undefined;
  try {
    if (flags.giveBack && flags.northbound === undefined)
      throw new UsageFault('--give-back needs --northbound, to know whose ports');
    northbound = openNorthbound(flags, io);
    if (flags.giveBack && northbound) return await giveBackPorts(io, northbound, flags);
    const timeoutMs = flags.timeout ?? TIMEOUT_DEFAULT_MS;
    const ledger = new RemoteLedger(serverUrl(flags, io), io, timeoutMs);
    api = openCluster(flags, io);
    const statefulSets = (flags.statefulSetKinds ?? []).map(statefulSetsOf);
    const keepVmIp = flags.keepVmIp === 'true';
    const { clock } = io;
    const options = { clock, api, ledger, northbound, statefulSets, keepVmIp, timeoutMs };
    const by = flags.actor ?? io.userName();
    return print(io, flags, await runImport(options, { isApplied: flags.apply === true, by }));
  } catch (error) {
    const refusal = northboundRefusal(error) ?? clusterRefusal(error);
    if (!refusal) throw error;
    return refuse(io, flags, refusal);
  } finally {
    await Promise.all([api?.close(), northbound?.close()]);
  }
}

function print(io: Io, flags: ImportFlags, result: ImportResult): ExitCode {
  if (result.is === 'refused') return refuse(io, flags, result.refusal);
  const { report, refusal } = result;
  const isJson = flags.output === 'json';
  io.out(
    isJson ? `${JSON.stringify(reportJson(report), null, 2)}\n` : reportText(report, flags.output === 'wide'),
  );
  if (result.is === 'ended early') {
    io.err(`holdfast: ${tellRefusal(result.refusal)}\n`);
    io.err('holdfast: some of it may have been recorded; run the same again: nothing is recorded twice\n');
    return EXIT.failed;
  }
  const { stepsLeft, portsLeft } = result;
  if (stepsLeft > 0)
    io.err(
      `holdfast: the ledger does not have ${stepsLeft} of what the cluster says now; run the same again\n`,
    );
  if (refusal) {
    io.err(`holdfast: ${tellRefusal(refusal)}\n`);
    return refusal.isFault ? EXIT.failed : EXIT.refused;
  }
  return report.conflicts.length > 0 || stepsLeft > 0 || portsLeft > 0 ? EXIT.conflicts : EXIT.done;
}

function refuse(io: Io, { output }: ImportFlags, refusal: CallRefusal): ExitCode {
  const { code, message, facts, retryable, isFault } = refusal;
  if (output === 'json') io.out(`${JSON.stringify({ code, message, facts, retryable }, null, 2)}\n`);
  io.err(`holdfast: ${tellRefusal(refusal)}\n`);
  return isFault ? EXIT.failed : EXIT.refused;
}
