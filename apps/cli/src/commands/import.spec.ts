// `holdfast import kube-ovn` against a cluster and a control plane: what it prints, and how it ends.
import { createObjects, kubeOvn } from '@holdfast/kube-ovn-import/testing';
import {
  installDefinitions,
  MANIFESTS,
  type SandboxApiServer,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { type CliControlPlane, startCliControlPlane } from '../testing/control-plane';
import type { Io } from '../io';
import { Terminal } from '../testing/terminal';

const { ip, pod, subnetObject, vip } = kubeOvn;

let server: SandboxApiServer;
let controlPlane: CliControlPlane;
let terminal: Terminal;

const terminalOf = (holdfast: string, io: Partial<Io> = {}): Terminal =>
  new Terminal(holdfast, { env: { HOLDFAST_SERVER: holdfast, KUBECONFIG: server.kubeconfigFile }, ...io });

/** Of every change: it is made, and the first reply does not arrive. */
function losingFirstReplies(): Partial<Io> {
  const lost = new Set<string>();
  const losing: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    const call = `${init?.method} ${String(url)}`;
    if (init?.method === 'GET' || lost.has(call)) return response;
    lost.add(call);
    throw new TypeError('fetch failed', { cause: new Error('other side closed') });
  };
  return { fetch: losing };
}

beforeAll(async () => {
  [server, controlPlane] = await Promise.all([startSandboxApiServer(), startCliControlPlane()]);
  terminal = terminalOf(controlPlane.server);
}, 60_000);
afterAll(async () => {
  await controlPlane.stop();
  await server.stop();
});

describe('holdfast import kube-ovn', () => {
  it('says what is missing in a cluster that Kube-OVN does not run', async () => {
    const { code, out, err } = await terminal.type('holdfast import kube-ovn');
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^holdfast: kubernetes-kind-unknown: list subnets: /);
  });

  it.each([
    ['a kubeconfig that is not there', '--kubeconfig /nowhere', 'there is no /nowhere'],
    ['a context that is not in it', '--context other', 'other'],
    ['a kind without its version', '--stateful-set-kinds a.b/statefulsets', 'is not group/version/plural'],
    ['a Northbound that is none', '--northbound nowhere', '--northbound: '],
    ['a Northbound over TLS without its files', '--northbound ssl:127.0.0.1:6641', '--northbound: '],
    ['half of the files for TLS', '--northbound ssl:127.0.0.1:6641 --northbound-key a', 'go together'],
    ['to give back what it does not name', '--give-back', '--give-back needs --northbound'],
  ])('refuses %s', async (_, flags, message) => {
    const { code, out, err } = await terminal.type(`holdfast import kube-ovn ${flags}`);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it.each(['', ' --give-back --apply'])('ends with 3 where there is no Northbound%s', async (more) => {
    const nowhere = `--northbound unix:/nowhere/nb.sock --timeout 300ms${more}`;
    const { code, out, err } = await terminal.type(`holdfast import kube-ovn ${nowhere}`);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(
      more === '' ? /^holdfast: kubernetes-kind-unknown/ : /^holdfast: connection-failed: Northbound: /,
    );
  });

  describe('in a cluster', () => {
    beforeAll(async () => {
      await installDefinitions(server, MANIFESTS.kubeOvn);
      await createObjects(server, [
        subnetObject('ovn-default', '10.16.0.0/16', { excludeIps: ['10.16.0.1'] }, { v4usingIPs: 3 }),
        pod('web', '10.16.0.5'),
        ip('web.default', '10.16.0.5'),
        ip('gone.default', '10.16.0.6'),
        vip('aap', '10.16.0.7', { namespace: 'default', selector: ['app: web'] }),
      ]);
    });

    it('shows what it would record and every conflict, and ends with 4', async () => {
      const { code, out, err } = await terminal.type('holdfast import kube-ovn');
      expect([code, err]).toEqual([4, '']);
      expect(out).toBe(SHOWN);
    });

    it('tells programs the same', async () => {
      const { code, out } = await terminal.type('holdfast import kube-ovn -o json');
      const { applied, steps, conflicts } = JSON.parse(out) as Record<string, readonly object[] | boolean>;
      expect([code, applied]).toEqual([4, false]);
      expect(conflicts).toMatchObject([{ code: 'OwnerGone', heldBack: ['pod/default/gone'] }]);
      expect(steps).toMatchObject([
        {
          state: 'to record',
          operation: 'DefineSubnet',
          because: [{ object: 'subnets.kubeovn.io/ovn-default' }],
        },
        {
          operation: 'ReserveAddress',
          request: { holder: 'pod/default/web', v4: '10.16.0.5', families: ['IPV4'] },
        },
        { operation: 'AttachUser', request: { object: 'pod/default/web' } },
        { operation: 'ReserveVip', request: { name: 'aap', selector: ['app: web'] } },
        { operation: 'ReserveAddress', request: { holder: 'kube-ovn/ovn-default/held-back-10.16.0.6' } },
      ]);
    });

    it('ends with 3 when the server is lost while it records, and says that running it again is safe', async () => {
      const failing: typeof fetch = (url, init) =>
        init?.method === 'GET' ? fetch(url, init) : Promise.reject(new TypeError('fetch failed'));
      const lost = terminalOf(controlPlane.server, { fetch: failing });
      const { code, out, err } = await lost.type('holdfast import kube-ovn --apply --timeout 500ms');
      expect(code).toBe(3);
      expect(out).toContain('Recorded: 0; To record: 5; so already: 0; conflicts: 1 (1 held back).');
      expect(err).toMatch(
        /^holdfast: Unavailable: .*\nholdfast: some of it may have been recorded; run the same again/,
      );
    });

    it('records once what it is asked to, though replies are lost', async () => {
      const lossy = terminalOf(controlPlane.server, losingFirstReplies());
      const { code, out, err } = await lossy.type('holdfast import kube-ovn --apply --actor alice');
      expect([code, err]).toEqual([4, '']);
      expect(out).toContain('Recorded: 5; so already: 0; conflicts: 1 (1 held back).');
      const { events } = (await terminal.json('holdfast history pod/default/web')) as {
        events: readonly object[];
      };
      expect(events).toMatchObject([
        {
          type: 'AddressReserved',
          through: 'http',
          actor: expect.stringMatching(/^import:kube-ovn by alice \(uid /),
        },
        { type: 'UserAttached' },
      ]);
      expect(events).toHaveLength(2);
    }, 30_000);

    it('finds everything so already, and ends with 0 once the conflict is settled', async () => {
      await server.request('DELETE', '/apis/kubeovn.io/v1/ips/gone.default');
      await server.request(
        'PATCH',
        '/apis/kubeovn.io/v1/subnets/ovn-default/status',
        { status: { v4usingIPs: 2 } },
        'application/merge-patch+json',
      );
      const settled = await terminal.type('holdfast import kube-ovn --apply');
      expect([settled.code, settled.err]).toEqual([0, '']);
      const { code, out } = await terminal.type('holdfast import kube-ovn --apply');
      expect([code, out]).toEqual([0, 'Recorded: 0; so already: 4; conflicts: 0.\n']);
      const { events } = (await terminal.json('holdfast history 10.16.0.6')) as { events: readonly object[] };
      expect(events).toMatchObject([
        { type: 'AddressReserved' },
        { type: 'AddressReleased', actor: expect.stringMatching(/^import:kube-ovn by /) },
      ]);
    });

    it('ends with 3 where there is no server, and says that running it again is safe', async () => {
      const { code, out, err } = await terminalOf('http://127.0.0.1:9').type(
        'holdfast import kube-ovn --timeout 1s',
      );
      expect([code, out]).toEqual([3, '']);
      expect(err).toMatch(/^holdfast: Unavailable: /);
    });
  });
});

const SHOWN = `\
STATE       SUBNET        WHAT          WHO                                        IS                                                                        MAC
to record   ovn-default   subnet        subnet/ovn-default                         10.16.0.0/16; gateway 10.16.0.1; excluded 10.16.0.1; router ovn-cluster   -
to record   ovn-default   reservation   pod/default/web                            10.16.0.5                                                                 00:00:00:0a:00:05
to record   ovn-default   user          pod/default/web                            pod/default/web                                                           -
to record   ovn-default   vip           vip/aap                                    10.16.0.7                                                                 00:00:00:0a:00:07
to record   ovn-default   held back     kube-ovn/ovn-default/held-back-10.16.0.6   10.16.0.6                                                                 -

Conflict OwnerGone in subnet ovn-default: ips.kubeovn.io/gone.default keeps an address for pod/default/gone, but there is no Pod default/gone. Until it is settled the address is held back. Delete the resource, or label it ovn.kubernetes.io/ip_reserved=true if its owner is yet to come.
  PARTY              EVIDENCE
  pod/default/gone   ips.kubeovn.io/gone.default (spec): 10.16.0.6 00:00:00:0a:00:06 in ovn-default
  nobody             there is no Pod default/gone
  not recorded: pod/default/gone

To record: 5; so already: 0; conflicts: 1 (1 held back). Nothing was changed; --apply records it.
`;
