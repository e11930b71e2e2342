// What the help shows, as one story. Run in this order on an empty ledger every line works, and the tests do so.

/** Of the whole program. */
export const FIRST_EXAMPLES = [
  'holdfast subnet define ovn-default --cidr 10.16.0.0/16',
  'holdfast reserve ovn-default pod/default/web-0',
  'holdfast history 10.16.0.2',
];

export const EXAMPLES: readonly string[] = [
  ...FIRST_EXAMPLES,
  'holdfast status',
  'holdfast subnet define dual --cidr 10.20.0.0/24,fd00:10:20::/64 --gateway 10.20.0.254,fd00:10:20::1',
  'holdfast subnet define tenant-7 --cidr 10.30.0.0/24 --router lr-tenant-7',
  'holdfast subnet revise ovn-default --exclude 10.16.0.3..10.16.0.9 --cooling 5m',
  'holdfast subnet list',
  'holdfast subnet list -o wide',
  'holdfast subnet get ovn-default',
  'holdfast subnet free ovn-default --limit 3',
  'holdfast reserve ovn-default statefulset/default/db/0 --v4 10.16.0.100 --mac 02:00:00:00:00:01',
  'holdfast reserve dual pod/default/web-0@net1 --family ipv6',
  'holdfast reserve ovn-default octavia/project-7/amphora-1 --port amphora-1 --port-security',
  'holdfast move ovn-default pod/default/web-0 --v4 10.16.0.77',
  'holdfast reservation list --subnet ovn-default',
  'holdfast reservation list --kind pod --namespace default -o json',
  'holdfast reservation get ovn-default pod/default/web-0',
  'holdfast vip reserve web --subnet ovn-default --v4 10.16.0.121 --namespace default --selector "app: web"',
  'holdfast vip revise web --selector "app in (web, shop)" --note "keepalived of team web"',
  'holdfast vip list --subnet ovn-default',
  'holdfast vip get web -o wide',
  'holdfast vip parent add web amphora-1',
  'holdfast vip show web',
  'holdfast vip show web -o json',
  'holdfast vip parent remove web amphora-1 --reason "the amphora failed"',
  'holdfast vip reserve shop --subnet ovn-default --type switch_lb_vip',
  'holdfast rule define https --vip shop --port 443:8443 --endpoint 10.16.0.20,10.16.0.21 --reject-when-empty',
  'holdfast rule define dns --vip shop --port 53/udp --port 53/tcp --namespace default --selector "app: dns"',
  'holdfast rule backends ovn-default dns 10.16.0.30 10.16.0.31',
  'holdfast rule revise ovn-default https --endpoint 10.16.0.21,10.16.0.22 --affinity client-ip',
  'holdfast rule show ovn-default dns',
  'holdfast rule list --vip shop -o wide',
  'holdfast rule retire ovn-default dns --reason "moved to the cluster"',
  'holdfast vip release web --reason "moved to the load balancer"',
  'holdfast release ovn-default pod/default/web-0 --reason "the Pod is gone"',
  'holdfast release dual pod/default/web-0@net1',
  'holdfast history 10.16.0.77',
  'holdfast history 10.16.0.100 --at now',
  'holdfast history 10.16.0.100 --at 2026-01-31T14:05:00Z',
  'holdfast history pod/default/web-0 --from -2h30m',
  'holdfast history --vip web -o wide',
  'holdfast subnet retire dual',
  'holdfast completion bash',
];

/** @param path of a command: "subnet define" */
export const examplesOf = (path: string): readonly string[] =>
  EXAMPLES.filter((example) => example.startsWith(`holdfast ${path} `) || example === `holdfast ${path}`);
