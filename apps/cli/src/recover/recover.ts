// `holdfast recover`: what its flags name is opened, libs/kube-ovn-import does the work, and what it found and did is printed. It
// decides nothing but how the run ends.
import { type Holder, parseAddress, parseHolder, type RecoveryChoice } from '@holdfast/ipam';
import type { KubernetesApi } from '@holdfast/kube-api';
import {
  type LedgerCallRefusal,
  type NamedHolder,
  type NorthboundHandOver,
  northboundRefusal,
  type PlaneSides,
  type RecoveryResult,
  runRecovery,
} from '@holdfast/kube-ovn-import';
import { EXIT, type ExitCode } from '../exit-code';
import { type GlobalFlags, serverUrl, TIMEOUT_DEFAULT_MS } from '../flags';
import { clusterRefusal, statefulSetsOf } from '../import/cluster-flags';
import { type ClusterFlags, openCluster } from '../import/open-cluster';
import { type NorthboundFlags, openNorthbound } from '../import/open-northbound';
import type { Io } from '../io';
import { RemoteLedger } from '../ledger';
import { tellRefusal } from '../refusal';
import { UsageFault } from '../usage-fault';
import { HttpPlane } from './http-plane';
import { recoveryJson, recoveryText } from './recovery-report';

export interface RecoverFlags extends GlobalFlags, ClusterFlags, NorthboundFlags {
  readonly choose?: RecoveryChoice;
  readonly holder?: readonly string[];
  readonly apply?: boolean;
  readonly because?: string;
  readonly actor?: string;
  readonly statefulSetKinds?: readonly string[];
  readonly keepVmIp: 'true' | 'false';
  /** Milliseconds. */
  readonly timeout?: number;
}

export async function recover(io: Io, flags: RecoverFlags): Promise<ExitCode> {
  let api: KubernetesApi | undefined;
  let northbound: NorthboundHandOver | undefined;
  try {
    const { choose: choice, apply = false, because = '', timeout: timeoutMs = TIMEOUT_DEFAULT_MS } = flags;
    const holders = (flags.holder ?? []).map(namedHolder);
    if (apply && choice === undefined && holders.length === 0)
      throw new UsageFault('--apply needs --choose or --holder: what is to be done');
    const actor = flags.actor ?? io.userName();
    const plane = new HttpPlane(serverUrl(flags, io), io, actor);
    const known = await plane.sides();
    if (known.refusal) return refuse(io, flags, known.refusal);
    api = clusterOf(known.reply, flags, io);
    northbound = openNorthbound(flags, io);
    assertAllRead(known.reply, flags, northbound !== undefined);
    const ledger = new RemoteLedger(serverUrl(flags, io), io, timeoutMs);
    const result = await runRecovery(
      {
        ...{ clock: io.clock, plane, ledger, timeoutMs },
        ...(api && { api }),
        ...(northbound && { northbound }),
        statefulSets: (flags.statefulSetKinds ?? []).map(statefulSetsOf),
        keepVmIp: flags.keepVmIp === 'true',
      },
      {
        holders,
        isApplied: apply,
        because: because || `${actor} ran holdfast recover`,
        ...(choice && { choice }),
      },
    );
    return print(io, flags, result);
  } catch (error) {
    const refusal = northboundRefusal(error) ?? clusterRefusal(error);
    if (!refusal) throw error;
    return refuse(io, flags, refusal);
  } finally {
    await Promise.all([api?.close(), northbound?.close()]);
  }
}

const has = ({ sides }: PlaneSides, side: string): boolean => sides.some((one) => one.side === side);

/** Only where the control plane follows one. */
function clusterOf(known: PlaneSides, flags: RecoverFlags, io: Io): KubernetesApi | undefined {
  return has(known, 'kubernetes') ? openCluster(flags, io) : undefined;
}

/** What a side shows is not to be overlooked by who says that it is right. @throws UsageFault */
function assertAllRead(known: PlaneSides, { choose }: RecoverFlags, hasNorthbound: boolean): void {
  if (choose === 'shown' && has(known, 'northbound') && !hasNorthbound)
    throw new UsageFault(
      '--choose=shown needs --northbound: the control plane writes to one, and what it shows counts',
    );
}

/** @throws UsageFault */
function namedHolder(text: string): NamedHolder {
  const [, addressText = '', holderText = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const address = parseAddress(addressText);
  const holder: Holder | undefined = parseHolder(holderText);
  if (address === undefined || (holder === undefined && holderText !== 'nobody'))
    throw new UsageFault(`--holder: ${JSON.stringify(text)} is not ADDRESS=HOLDER, nor ADDRESS=nobody`);
  return { address, ...(holder !== undefined && { holder }) };
}

function print(io: Io, flags: RecoverFlags, result: RecoveryResult): ExitCode {
  if (result.is === 'refused') return refuse(io, flags, result.refusal);
  const { report } = result;
  const isJson = flags.output === 'json';
  io.out(
    isJson
      ? `${JSON.stringify(recoveryJson(report), null, 2)}\n`
      : recoveryText(report, flags.choose, flags.output === 'wide'),
  );
  for (const { who, what, refusal } of report.refused)
    io.err(`holdfast: ${what} for ${who}: ${tellRefusal(refusal)}\n`);
  if (result.is === 'ended early') {
    io.err(`holdfast: ${tellRefusal(result.refusal)}\n`);
    io.err('holdfast: some of it may have been done; run the same again: nothing is done twice\n');
    return EXIT.failed;
  }
  const isLeft = report.seen.rows.some(({ state }) => state === 'withheld' || state === 'disputed');
  return report.fenced.length > 0 || report.refused.length > 0 || isLeft ? EXIT.conflicts : EXIT.done;
}

function refuse(io: Io, { output }: RecoverFlags, refusal: LedgerCallRefusal): ExitCode {
  const { code, message, facts, retryable, isFault } = refusal;
  if (output === 'json') io.out(`${JSON.stringify({ code, message, facts, retryable }, null, 2)}\n`);
  io.err(`holdfast: ${tellRefusal(refusal)}\n`);
  return isFault ? EXIT.failed : EXIT.refused;
}
