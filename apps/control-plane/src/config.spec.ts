import { ConfigFault, helpText, readConfig } from './config';

describe('the configuration', () => {
  it('runs every role unless told otherwise', () => {
    expect([...readConfig([], {}).roles]).toEqual([
      'reservation',
      'gateway',
      'ovn-projector',
      'kube-projector',
    ]);
  });

  it('takes a flag before its environment variable, and that before the default', () => {
    const env = { HOLDFAST_HTTP: '127.0.0.1:1', HOLDFAST_GRPC: '127.0.0.1:2' };
    const config = readConfig(['--http=127.0.0.1:9'], env);
    expect([config.httpListen, config.grpcListen, config.store]).toEqual([
      '127.0.0.1:9',
      '127.0.0.1:2',
      expect.stringMatching(/^sqlite:\/.*\/holdfast\/holdfast\.db$/),
    ]);
  });

  it('has the store at one place, wherever the process is', () => {
    const store = (...argv: string[]) => readConfig(argv, {}).store;
    expect(store('--store=sqlite:a/ledger.db')).toBe(`sqlite:${process.cwd()}/a/ledger.db`);
    expect(store('--store=sqlite:/a/ledger.db')).toBe('sqlite:/a/ledger.db');
    expect(store('--store=memory:')).toBe('memory:');
    expect(readConfig([], { HOLDFAST_STORE: 'sqlite:b.db' }).store).toBe(`sqlite:${process.cwd()}/b.db`);
  });

  it.each([
    [['--roles=gatway'], /no role gatway; there are reservation/],
    [['--roles=gateway'], /gateway needs reservation/],
    [['--roles=kube-projector', '--kubeconfig=k'], /kube-projector needs reservation/],
    [['--http=7080'], /--http: 7080 is not host:port/],
    [['--command-window-hours=0'], /--command-window-hours/],
    [['--northbound=ssl:10.0.0.1:6641'], /ssl: needs --northbound-key/],
    [['--pod-addresses=yes'], /--pod-addresses: yes is neither on nor off/],
    [['--pod-addresses=on'], /--pod-addresses: needs --kubeconfig/],
    [['--pod-grace-seconds=soon'], /--pod-grace-seconds: must be > 0 and <= 3600/],
    [['--lease=holdfast'], /--lease: holdfast is not namespace\/name/],
    [['--lease=a/b/c'], /--lease: a\/b\/c is not namespace\/name/],
    [['--lease=Kube/b'], /--lease: Kube\/b is not namespace\/name/],
    [['--keep-vm-ip=maybe'], /--keep-vm-ip: maybe is neither true nor false/],
    [['--stateful-set-kinds=apps.kruise.io'], /--stateful-set-kinds: apps.kruise.io is not group/],
    [['--bogus=1'], /bogus/],
    [['stray'], /stray/],
  ])('refuses %j by name', (argv, message) => {
    expect(() => readConfig(argv, {})).toThrow(ConfigFault);
    expect(() => readConfig(argv, {})).toThrow(message);
  });

  it('gives Pods no addresses unless told to, and machines keep theirs unless told otherwise', () => {
    const kinds = '--stateful-set-kinds=apps.kruise.io/v1beta1/statefulsets';
    expect(readConfig(['--kubeconfig=k'], {}).pods).toBeUndefined();
    expect(readConfig(['--kubeconfig=k', '--pod-addresses=on', kinds], {}).pods).toMatchObject({
      keepVmIp: true,
      graceMs: 60_000,
      statefulSetKinds: [{ group: 'apps.kruise.io', version: 'v1beta1', plural: 'statefulsets' }],
    });
  });

  it('names the Lease in a namespace that every cluster has, unless told otherwise', () => {
    expect(readConfig([], {}).lease).toEqual({ namespace: 'kube-system', name: 'holdfast-kube-projector' });
    expect(readConfig(['--lease=net/a.b'], {}).lease).toEqual({ namespace: 'net', name: 'a.b' });
  });

  it('lists each flag with its variable in the help', () => {
    expect(helpText()).toContain(
      '--store                  sqlite:FILE, eventstoredb:CONNECTION-STRING or memory: [sqlite:/var/lib/holdfast/holdfast.db as root, else sqlite:~/.local/state/holdfast/holdfast.db] (HOLDFAST_STORE)',
    );
  });
});
