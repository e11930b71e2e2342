// The control plane as recovery speaks to it: what is not of the contract, over HTTP. A call is made once: running the command again
// finds done what was done.
import type { LedgerCallOutcome, PlaneSides, RecoveryPlane, SideDecision } from '@holdfast/kube-ovn-import';
import { create, type JsonObject, toJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type OperationName, operations } from '@holdfast/api';
import { formatAddress, formatMac, type Side, type WithheldParty } from '@holdfast/ipam';
import { sleep } from '@holdfast/clock';
import type { Io } from '../io';

/** A side is compared, and its fence recorded, while the answer is on its way. */
const TIMEOUT_MS = 30_000;

export class HttpPlane implements RecoveryPlane {
  constructor(
    private readonly baseUrl: string,
    private readonly io: Io,
    /** Who asks. */
    private readonly actor: string,
  ) {}

  sides(): Promise<LedgerCallOutcome<PlaneSides>> {
    return this.call('GET', 'recovery');
  }

  command(name: string, request: object): Promise<LedgerCallOutcome<object>> {
    const { actor, io } = this;
    const issuedAt = timestampFromMs(Math.floor(io.clock.now()));
    const options = { actor, commandId: io.chance.uuid(), issuedAt };
    const { request: schema } = operations[name as OperationName];
    const body = toJson(
      schema as never,
      create(schema as never, { ...request, options } as never),
    ) as JsonObject;
    return this.call('POST', `recovery/commands/${name}`, body);
  }

  withhold({
    subnet,
    addresses,
    because,
  }: Parameters<RecoveryPlane['withhold']>[0]): Promise<LedgerCallOutcome<object>> {
    const texts = addresses.map(({ address, parties }) => ({
      address: formatAddress(address),
      parties: parties.map(partyTexts),
    }));
    return this.call('POST', 'recovery/withheld-addresses', {
      subnet,
      because,
      addresses: texts,
      actor: this.actor,
    });
  }

  settle({
    subnet,
    address,
    holder,
    because,
  }: Parameters<RecoveryPlane['settle']>[0]): Promise<LedgerCallOutcome<object>> {
    const said = { subnet, address: formatAddress(address), because, actor: this.actor };
    return this.call('POST', 'recovery/settled-addresses', {
      ...said,
      ...(holder !== undefined && { holder }),
    });
  }

  recover(side: Side, decision: SideDecision): Promise<LedgerCallOutcome<object>> {
    return this.call('POST', `recovery/sides/${side}`, { ...decision, actor: this.actor });
  }

  private async call<Reply extends object>(
    method: string,
    path: string,
    body?: object,
  ): Promise<LedgerCallOutcome<Reply>> {
    const { fetch: ours = fetch, clock } = this.io;
    const late = new AbortController();
    void sleep(clock, TIMEOUT_MS, late.signal).then(() => late.abort());
    try {
      const reply = await ours(new URL(path, `${this.baseUrl.replace(/\/$/, '')}/`), {
        method,
        signal: late.signal,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      return outcomeOf<Reply>(reply.status, await reply.text());
    } catch (error) {
      return {
        refusal: fault('Unavailable', `the server was not reached: ${String((error as Error).message)}`),
      };
    } finally {
      late.abort();
    }
  }
}

/** The contract's rejection, or what Nest says of a request that is none of the contract's. */
function outcomeOf<Reply extends object>(status: number, text: string): LedgerCallOutcome<Reply> {
  const said = read(text);
  if (!said) return { refusal: fault('Internal', `the server answered ${status} ${text.slice(0, 200)}`) };
  if (status < 300) return { reply: said as Reply };
  const { code, message = '', facts = {}, retryable = false } = said as Partial<ReturnType<typeof fault>>;
  const words = Array.isArray(message) ? message.join('; ') : message;
  if (code === undefined && status === 404)
    return {
      refusal: fault('Unimplemented', `${words} (is the server of this version, and a control plane?)`),
    };
  return {
    refusal: {
      ...{
        code: code ?? (status === 409 ? 'NotFenced' : 'InvalidArgument'),
        message: words,
        facts,
        retryable,
      },
      isFault: status >= 500,
    },
  };
}

function read(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const fault = (code: string, message: string) => ({
  ...{ code, message, facts: {} as Readonly<Record<string, string>> },
  retryable: true,
  isFault: true,
});

const partyTexts = ({ holder, saidBy, v4, v6, mac, port, portSecurity }: WithheldParty): object => ({
  ...{ holder, saidBy, port, portSecurity },
  ...(v4 !== undefined && { v4: formatAddress(v4) }),
  ...(v6 !== undefined && { v6: formatAddress(v6) }),
  ...(mac !== undefined && { mac: formatMac(mac) }),
});
